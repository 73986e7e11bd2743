import { epochMs, type EpochMs } from "./quantity.ts";

/** Chengdu's clock: UTC+8 all year, no summer time. */
const offsetMs = 8 * 3_600_000;

/** RFC 3339 with offset, as people and the wire read it: `2026-11-22T03:14:07.250+08:00`. */
export const epochToRfc3339 = (time: EpochMs): string =>
  new Date(time + offsetMs).toISOString().replace("Z", "+08:00");

/** An RFC 3339 date-time; one without a zone is taken as Chengdu's. `undefined` when it is none. */
export const rfc3339ToEpoch = (text: string): EpochMs | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/.test(text)) return;
  const value = Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}+08:00`);
  return Number.isNaN(value) ? undefined : epochMs(value);
};

/** Minutes since midnight on Chengdu's clock. */
export const minuteOfDay = (time: EpochMs): number =>
  Math.floor(((((time + offsetMs) % dayMs) + dayMs) % dayMs) / 60_000);

const dayMs = 86_400_000;
