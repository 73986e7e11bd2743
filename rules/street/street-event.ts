import type { AlarmClass, Priority } from "#domain/alarm.ts";
import type { DetectorId, EpisodeId } from "#domain/ids.ts";
import type { Address } from "#domain/place.ts";
import type { MonoMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";

/** Where a detector hangs and what its messages come over. */
export interface Home {
  readonly detector: DetectorId;
  /** The line, broker or gateway whose failure silences it. */
  readonly link: string;
  readonly address?: Address;
  readonly model?: string;
}

/** One alarm inside a group of homes. */
export interface Member {
  readonly detector: DetectorId;
  readonly episode: EpisodeId;
  readonly alarmClass: AlarmClass;
  readonly atMs: MonoMs;
}

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
