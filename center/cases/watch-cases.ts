import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import { inChunks } from "../store/chunks.ts";
import type { Store } from "../store/open-store.ts";
import { caseRows } from "./case-rows.ts";
import { clockSlice, fireTimers } from "./fire-timers.ts";
import { noteSeen } from "./seen-time.ts";
import { syncTimers } from "./sync-timers.ts";

/** A first page waits for half of it on average; a storm costs so many commits a second. */
const lookMs = 250;
const noteMs = 60_000;

/**
 * Keeps the clocks of cases going in this process; answers how to stop, which resolves once the
 * slice that is being worked on has been committed.
 */
export const watchCases = (parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Something was committed that pages show. */
  readonly wake: () => void;
  readonly onFailure: (error: unknown) => void;
}): (() => Promise<void>) => {
  const { store, clock, timers, wake, onFailure } = parts;
  const ended = new AbortController();
  let running: Promise<void> | undefined;

  /** Until a slice is not full: a backlog after an outage goes out at once, batch by batch. */
  const fireAll = async (): Promise<void> => {
    let found = Infinity;
    while (found >= clockSlice.others && !ended.signal.aborted) {
      found = await fireTimers(store, clock.now().wallMs);
      if (found > 0) wake();
    }
  };
  startMissing(store).catch(onFailure);
  const stops = [
    timers.every(lookMs, () => {
      running ??= fireAll()
        .catch(onFailure)
        .finally(() => {
          running = undefined;
        });
    }),
    timers.every(noteMs, () => {
      noteSeen(store, clock.now().wallMs).catch(onFailure);
    }),
  ];
  return async () => {
    ended.abort();
    for (const stop of stops) stop();
    await running;
  };
};

/** Open cases without any clock: those from before there were clocks. */
export const startMissing = (store: Store): Promise<void> =>
  store.write(async (tx) => {
    const rows = await tx
      .selectFrom("cases")
      .leftJoin("timers", "timers.case_id", "cases.id")
      .select("cases.id")
      .where("cases.is_open", "=", 1)
      .where((eb) => eb.or([eb("cases.plan", ">", 0), eb("cases.state", "=", "suspended")]))
      .where("timers.case_id", "is", null)
      .execute();
    for (const chunk of inChunks(rows.map(({ id }) => id))) {
      await syncTimers(tx, await caseRows(tx, chunk));
    }
  });
