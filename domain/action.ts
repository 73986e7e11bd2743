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
  "hush-broken",
  "hush-released",
  "written-off",
  "command-refused",
] as const;
export type ActionKind = (typeof actionKinds)[number];

/** Where a person stood: at the gateway's own board, at the detector itself, at a desk of the center. */
export const sides = ["board", "device", "center"] as const;
export type Side = (typeof sides)[number];

/** From where an action came; absent: by design. */
export interface ActionOrigin {
  readonly side: Side;
  /** Address of the screen it was done at. */
  readonly source?: string;
  /** The center's name of the command that asked for it: the same however often it is sent. */
  readonly command?: string;
  /** Wall clock of the moment the person did it, when that was elsewhere and earlier. */
  readonly askedAtMs?: number;
}

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
  readonly origin?: ActionOrigin;
}
