import type { Clock } from "#domain/time.ts";
import { createSteadyClock } from "#platform/steady-clock.ts";
import type { Reading, Store } from "../store/open-store.ts";

/**
 * The center's clock: steady, and never behind the latest time any center has written down, so
 * that neither a jump nor a restart with a wrong clock fires a timer early or holds it back.
 */
export const openCenterClock = async (store: Store, clock: Clock): Promise<Clock> =>
  createSteadyClock(clock, await latestSeen(store.db));

const latestSeen = async (db: Reading): Promise<number> => {
  const row = await db
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "seen")
    .executeTakeFirst();
  return row?.value ?? 0;
};

/** Writes down how late it is; to be called about once a minute. */
export const noteSeen = (store: Store, nowMs: number): Promise<void> =>
  store.write(async (tx) => {
    const value = Math.floor(nowMs);
    await tx
      .insertInto("counters")
      .values({ name: "seen", value })
      .onConflict((conflict) =>
        conflict.column("name").doUpdateSet({ value }).where("counters.value", "<", value),
      )
      .execute();
  });
