import { rfc3339ToEpoch } from "#domain/civil-time.ts";
import { epochMs, type EpochMs } from "#domain/quantity.ts";

/** 2020-01-01T00:00Z: no detector here is older; a clock before it was never set. */
const earliestMs = 1_577_836_800_000;
/** How far ahead of ours a device's clock may be. */
const aheadMs = 5 * 60_000;

/** The device's own time, or `undefined` when it cannot be right. */
export const believableTime = (time: number | undefined, now: EpochMs): EpochMs | undefined => {
  if (time === undefined || !Number.isFinite(time) || time < earliestMs) return undefined;
  // A gateway that itself has no time yet cannot tell what lies in the future.
  return now >= earliestMs && time > now + aheadMs ? undefined : epochMs(time);
};

/** A clock field in one of the forms devices use; `undefined`: not a time. */
export const parseTime = (
  form: "rfc3339" | "epoch-ms" | "epoch-s",
  value: unknown,
): number | undefined => {
  if (form === "rfc3339") return typeof value === "string" ? rfc3339ToEpoch(value) : undefined;
  if (typeof value !== "number") return undefined;
  return Math.round(form === "epoch-s" ? value * 1_000 : value);
};
