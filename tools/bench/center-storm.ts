/**
 * A storm that people must hear of, in a process of its own:
 *
 *   node tools/bench/center-storm.ts <folder> <minutes> [postgres://…]
 *
 * 5,000 critical alarms a minute, each of another home, at an even pace into the center's intake with
 * its clocks and its stream running; a minute after the last is told what came of each. Sends one
 * message with the result, and one with the minutes done after each minute.
 */
import { setTimeout as wait } from "node:timers/promises";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";
import { watchCases } from "#center/cases/watch-cases.ts";
import { openBroadcast, type Broadcasted } from "#center/desk/broadcast.ts";
import { createIntake } from "#center/intake/intake.ts";
import { openStore, type Store } from "#center/store/open-store.ts";
import { percentile } from "./statistics.ts";
import { alarmOfHome, alarmsOfHomes } from "./storm.ts";

const alarmsPerMinute = 5_000;
const patienceMs = 60_000;
const sendAgainMs = 1_000;
const storm = "storm";

const run = async (folder: string, minutes: number, databaseUrl?: string) => {
  const opened = await openStore({
    dataFolder: folder,
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (!opened.ok) throw new Error(opened.error.en);
  const store = opened.value;
  const clock = openSystemClock();
  /** Passing: what is not answered is sent again, as gateways do; it counts from the first time. */
  let troubles = 0;
  const onTrouble = (trouble: unknown): void => {
    if (trouble === undefined) return;
    troubles += 1;
    console.error(trouble);
  };
  const view = () => ({
    nowMs: clock.now().wallMs,
    registered: new Set<string>(),
    centerFaults: [],
  });
  const broadcast = await openBroadcast({ store, view, onTrouble });
  const { wake } = broadcast;
  const intake = createIntake({
    store,
    clock,
    sendReceipt: () => {},
    onCommitted: wake,
    onTrouble,
  });
  const stopClocks = watchCases({ store, clock, timers: systemTimers, wake, onFailure: onTrouble });
  const heard = createEar();
  broadcast.subscribe(heard.listen);

  const count = Math.round(alarmsPerMinute * minutes);
  const sent = await sendEvenly(count, intake.take);
  const lastAtMs = performance.now();
  while (heard.pagedAt.size < count && performance.now() - lastAtMs < patienceMs) await wait(50);
  await stopClocks();
  await intake.idle();
  await broadcast.idle();
  const kept = await countKept(store);
  await store.close();

  const episodes = Array.from(
    { length: count },
    (_, index): string => alarmOfHome(storm, index, index).event.episode,
  );
  /** Milliseconds from the moment it was handed over; Infinity: never. */
  const after = (at: (episode: string) => number | undefined): readonly number[] =>
    episodes.map((episode, index) => (at(episode) ?? Infinity) - (sent.atMs[index] ?? NaN));
  const pagedMs = after((episode) => heard.pagedAt.get(heard.caseOf.get(episode) ?? ""));
  const shownMs = after((episode) => heard.shownAt.get(episode));
  return {
    sent: count,
    kept,
    troubles,
    ...summary("committed", sent.committedMs),
    ...summary("shown", shownMs),
    ...summary("paged", pagedMs),
  };
};

const summary = (what: string, samples: readonly number[]) => ({
  [`${what}P50`]: percentile(samples, 0.5),
  [`${what}P99`]: percentile(samples, 0.99),
  [`${what}Max`]: percentile(samples, 1),
});

type Take = ReturnType<typeof createIntake>["take"];

/** Each at its time, however long those before take. */
const sendEvenly = async (count: number, take: Take) => {
  const deliveries = alarmsOfHomes(storm, count);
  const everyMs = 60_000 / alarmsPerMinute;
  const startMs = performance.now();
  const atMs: number[] = [];
  const committedMs: number[] = [];
  const pending: Promise<void>[] = [];
  for (const [index, delivery] of deliveries.entries()) {
    const dueMs = startMs + index * everyMs;
    if (performance.now() < dueMs) await wait(dueMs - performance.now());
    if (index > 0 && index % alarmsPerMinute === 0) process.send?.(index / alarmsPerMinute);
    // From when it was due: one that this very process was too busy to send has waited all the same.
    atMs.push(dueMs);
    pending.push(
      takeForSure(take, delivery).then(() => {
        committedMs.push(performance.now() - (atMs[index] ?? NaN));
      }),
    );
  }
  await Promise.all(pending);
  return { atMs, committedMs };
};

const takeForSure = async (take: Take, delivery: Parameters<Take>[0]): Promise<void> => {
  for (;;) {
    try {
      return await take(delivery);
    } catch {
      await wait(sendAgainMs);
    }
  }
};

/** What an open page is told. */
const createEar = () => {
  const caseOf = new Map<string, string>();
  const shownAt = new Map<string, number>();
  const pagedAt = new Map<string, number>();
  const listen = (events: readonly Broadcasted[]): void => {
    const nowMs = performance.now();
    for (const one of events) {
      if (!("event" in one)) continue;
      const { event } = one;
      if (event.kind === "alarm") {
        if (!shownAt.has(event.data.episode)) shownAt.set(event.data.episode, nowMs);
        caseOf.set(event.data.episode, event.data.case.id);
      } else if (event.kind === "page" && !pagedAt.has(event.data.caseId)) {
        pagedAt.set(event.data.caseId, nowMs);
      }
    }
  };
  return { caseOf, shownAt, pagedAt, listen };
};

/** Alarms with their record, their open case and their page in the database. */
const countKept = async ({ db }: Store): Promise<number> => {
  const { kept } = await db
    .selectFrom("case_alarms")
    .innerJoin("records", "records.episode", "case_alarms.episode")
    .innerJoin("cases", "cases.id", "case_alarms.case_id")
    .select((eb) => eb.fn.count<number>("case_alarms.episode").distinct().as("kept"))
    .where("cases.is_open", "=", 1)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("pages")
          .select("pages.id")
          .whereRef("pages.case_id", "=", "cases.id")
          .where("pages.clock", "=", "sign"),
      ),
    )
    .executeTakeFirstOrThrow();
  return kept;
};

if (import.meta.main) {
  const [folder = ".", minutes = "10", url] = process.argv.slice(2);
  const result = await run(folder, Number(minutes), url);
  if (process.send) process.send(result, () => process.disconnect());
  else console.log(JSON.stringify(result, undefined, 1));
}
