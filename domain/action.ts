import type { RuleId } from "./alarm.ts";
import type { DetectorId, EpisodeId } from "./ids.ts";
import type { Instant } from "./time.ts";

/** What was done to alarms, by a person, by design, or by a limit that ran out. */
export const actionKinds = [
  "acknowledged",
  "unacknowledged",
  "reset",
  "shelved",
  "unshelved",
  "shelving-expired",
  "suppressed",
  "unsuppressed",
  "taken-out-of-service",
  "returned-to-service",
  "service-hold-expired",
  "hushed",
  "hush-expired",
] as const;
export type ActionKind = (typeof actionKinds)[number];

/** Something a person did, or that ended by its limit; for the record and for the one who asked. */
export interface ActionEvent {
  readonly id: string;
  readonly kind: ActionKind;
  readonly detector: DetectorId;
  readonly rule: RuleId | "all";
  readonly episode?: EpisodeId;
  /** The person, or the cause by design. */
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** Visible countdown: when it ends by itself, wall clock. */
  readonly untilWallMs?: number;
}
