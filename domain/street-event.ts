import type { Priority } from "./alarm.ts";
import type { DetectorId } from "./ids.ts";
import type { Bilingual } from "./result.ts";
import type { Instant } from "./time.ts";

export const streetEventKinds = [
  "storm-begun",
  "storm-grew",
  "storm-ended",
  "flood-begun",
  "flood-ended",
  "shared-cause",
  "link-down",
  "link-up",
  "drift",
  "drift-over",
  "buzzer-escalated",
  "buzzer-on",
  "buzzer-off",
  "buzzer-test-failed",
  "buzzer-test-passed",
  "valve-closing",
  "valve-unconfirmed",
  "valve-closed",
  "valve-opened-by-hand",
  "valve-reopened",
  "fan-running",
  "fan-stopped",
  "fan-barred",
  "fan-unconfirmed",
  "fan-released",
] as const;
export type StreetEventKind = (typeof streetEventKinds)[number];

/**
 * Something about several homes at once, or about what protects them. It stands beside the alarms of the members and never
 * replaces, delays or hides one of them.
 */
export interface StreetEvent {
  readonly id: string;
  readonly kind: StreetEventKind;
  /** What the homes have in common, such as `building:喜安/2`. */
  readonly group: string;
  readonly priority: Priority;
  readonly text: Bilingual;
  readonly at: Instant;
  /** Everyone it is about; `storm-grew` names only the newcomers. */
  readonly members: readonly DetectorId[];
  /** Alarms in the last ten minutes, for the load shown on the desk. */
  readonly alarms?: number;
}

/** What a street event is about: each has a beginning, and most have an end. */
export const streetTopics = [
  "storm",
  "flood",
  "shared-cause",
  "link",
  "drift",
  "buzzer",
  "buzzer-test",
  "valve",
  "fan",
] as const;
export type StreetTopic = (typeof streetTopics)[number];

/** Topics that stand only as long as an alarm of a member is on the desk: their end may get lost. */
export const headsAlarms = (topic: StreetTopic): boolean =>
  topic === "storm" || topic === "flood" || topic === "shared-cause";

/** The topic of each kind, and what it does to it. A begin also ends whatever was left open before. */
export const streetKinds: Readonly<
  Record<
    StreetEventKind,
    { readonly topic: StreetTopic; readonly role: "begins" | "grows" | "ends" }
  >
> = {
  "storm-begun": { topic: "storm", role: "begins" },
  "storm-grew": { topic: "storm", role: "grows" },
  "storm-ended": { topic: "storm", role: "ends" },
  "flood-begun": { topic: "flood", role: "begins" },
  "flood-ended": { topic: "flood", role: "ends" },
  "shared-cause": { topic: "shared-cause", role: "begins" },
  "link-down": { topic: "link", role: "begins" },
  "link-up": { topic: "link", role: "ends" },
  drift: { topic: "drift", role: "begins" },
  "drift-over": { topic: "drift", role: "ends" },
  "buzzer-escalated": { topic: "buzzer", role: "begins" },
  // Sounding with its own alarm, which stands on the desk already: kept, and heads nothing.
  "buzzer-on": { topic: "buzzer", role: "ends" },
  "buzzer-off": { topic: "buzzer", role: "ends" },
  "buzzer-test-failed": { topic: "buzzer-test", role: "begins" },
  "buzzer-test-passed": { topic: "buzzer-test", role: "ends" },
  "valve-closing": { topic: "valve", role: "begins" },
  "valve-unconfirmed": { topic: "valve", role: "begins" },
  // Stays on the desk until somebody has opened it again by hand.
  "valve-closed": { topic: "valve", role: "begins" },
  "valve-opened-by-hand": { topic: "valve", role: "ends" },
  // While the gas that it was shut for still stands.
  "valve-reopened": { topic: "valve", role: "begins" },
  "fan-running": { topic: "fan", role: "begins" },
  // Carbon monoxide asks for it, and a combustible gas forbids its switch.
  "fan-barred": { topic: "fan", role: "begins" },
  "fan-unconfirmed": { topic: "fan", role: "begins" },
  "fan-stopped": { topic: "fan", role: "ends" },
  // Barred or not confirmed before, and nothing is asked of it any more.
  "fan-released": { topic: "fan", role: "ends" },
};
