import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import { forgetOldDevices } from "./accounts/devices.ts";
import { forgetOldSessions } from "./accounts/sessions.ts";
import type { Store } from "./store/open-store.ts";
import { pruneStream } from "./store/stream-log.ts";

/** Positions kept for pages that come back; a page that was away longer loads the desk anew. */
const streamKept = 100_000;
const idempotencyKeptMs = 7 * 24 * 3_600_000;
const refusalsKeptMs = 90 * 24 * 3_600_000;
const hourMs = 3_600_000;
/** Readings minute by minute for a quarter of a year, hour by hour for three; days stay. */
const minutesKeptMs = 92 * 24 * hourMs;
const hoursKeptMs = 1_096 * 24 * hourMs;

/** Once an hour forgets what nobody asks for any more. Alarms, cases, records and audit stay. */
export const startHousekeeping = (
  store: Store,
  clock: Clock,
  timers: Timers,
  onFailure: (error: unknown) => void,
): (() => void) =>
  timers.every(hourMs, () => {
    keepHouse(store, clock.now().wallMs).catch(onFailure);
  });

export const keepHouse = (store: Store, nowMs: number): Promise<void> =>
  store.write(async (tx) => {
    await pruneStream(tx, streamKept);
    await forgetOldSessions(tx, nowMs);
    await forgetOldDevices(tx, nowMs);
    await tx
      .deleteFrom("idempotency")
      .where("created_at_ms", "<", Math.floor(nowMs) - idempotencyKeptMs)
      .execute();
    await tx
      .deleteFrom("refusals")
      .where("received_at_ms", "<", Math.floor(nowMs) - refusalsKeptMs)
      .execute();
    await tx
      .updateTable("telemetry_hours")
      .set({ minutes: null })
      .where("hour_ms", "<", Math.floor(nowMs) - minutesKeptMs)
      .where("minutes", "is not", null)
      .execute();
    await tx
      .deleteFrom("telemetry_hours")
      .where("hour_ms", "<", Math.floor(nowMs) - hoursKeptMs)
      .execute();
  });
