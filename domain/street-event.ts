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
] as const;
export type StreetEventKind = (typeof streetEventKinds)[number];

/**
 * Something about several homes at once. It stands beside the alarms of the members and never
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
export const streetTopics = ["storm", "flood", "shared-cause", "link", "drift"] as const;
export type StreetTopic = (typeof streetTopics)[number];

/** The topic of each kind, and whether that kind is its end. */
export const streetKinds: Readonly<
  Record<StreetEventKind, { readonly topic: StreetTopic; readonly ends: boolean }>
> = {
  "storm-begun": { topic: "storm", ends: false },
  "storm-grew": { topic: "storm", ends: false },
  "storm-ended": { topic: "storm", ends: true },
  "flood-begun": { topic: "flood", ends: false },
  "flood-ended": { topic: "flood", ends: true },
  "shared-cause": { topic: "shared-cause", ends: false },
  "link-down": { topic: "link", ends: false },
  "link-up": { topic: "link", ends: true },
  drift: { topic: "drift", ends: false },
  "drift-over": { topic: "drift", ends: true },
};
