import type { AlarmClass } from "#domain/alarm.ts";
import type { DetectorId, EpisodeId } from "#domain/ids.ts";
import type { Address } from "#domain/place.ts";
import type { MonoMs } from "#domain/quantity.ts";

export { streetEventKinds, type StreetEvent, type StreetEventKind } from "#domain/street-event.ts";

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
