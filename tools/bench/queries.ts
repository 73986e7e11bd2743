import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { caseDetail } from "#center/cases/case-detail.ts";
import { casePage, type CaseFilter } from "#center/cases/read-cases.ts";
import { dayOf, periodOf } from "#center/figures/local-days.ts";
import { readFigures } from "#center/figures/read-figures.ts";
import { breathe } from "#center/store/in-time.ts";
import { openStore, type Store, type StoreOptions } from "#center/store/open-store.ts";
import type { Actor } from "#domain/rights.ts";
import { hasPostgres, startPostgres } from "#test/postgres-server.ts";
import { fillCases, type Filled } from "./million-cases.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median } from "./statistics.ts";

const cases = 1_000_000;
const dayMs = 86_400_000;

const street: Actor = { name: "sun", grants: [{ role: "street_duty", area: "/pidu/anjing/" }] };
const desk: Actor = { name: "li", grants: [{ role: "duty", area: "/pidu/anjing/c1/" }] };

/**
 * How long people wait for a list, a case and the figures of a month with a million cases in the
 * center, and how long the figures hold up everything else. The center's own functions in this
 * process; no peer.
 */
export const queries = async (setting: Setting): Promise<readonly Row[]> => {
  const sqlite = await measure(setting, { dataFolder: await setting.workshop.newFolder() });
  if (!hasPostgres()) return sqlite;
  const server = await startPostgres({ fsync: true });
  try {
    return [...sqlite, ...(await measure(setting, { dataFolder: "", databaseUrl: server.url }))];
  } finally {
    await server.stop();
  }
};

const measure = async (setting: Setting, options: StoreOptions): Promise<readonly Row[]> => {
  const opened = await openStore(options);
  if (!opened.ok) throw new Error(opened.error.en);
  const store = opened.value;
  try {
    const say = (text: string): void => {
      // Filling takes minutes: Ctrl-C is heard in between.
      setting.workshop.check();
      setting.say(`queries: ${text} (${store.kind})`);
    };
    return await measureIn(store, await fillCases(store, cases, say));
  } finally {
    await store.close();
  }
};

const measureIn = async (store: Store, filled: Filled): Promise<readonly Row[]> => {
  const { db } = store;
  const nowMs = filled.lastAtMs;
  const lastDay = dayOf(nowMs - dayMs);
  const month = periodOf(dayOf(nowMs - 30 * dayMs), lastDay);
  const day = periodOf(lastDay, lastDay);
  if (month === undefined || day === undefined) throw new Error("no period");
  const row = (what: string, ours: number, atMostMs?: number, note?: string): Row => ({
    bench: "queries",
    what: `${what}, ${cases.toLocaleString("en-US")} cases, ${store.kind}`,
    unit: "ms",
    ours,
    ...(atMostMs !== undefined && { target: { is: "at most", value: atMostMs } as const }),
    ...(note !== undefined && { note }),
  });
  const page = (who: Actor, filter: CaseFilter) => () => casePage(db, who, { filter, limit: 50 });
  const list = async (what: string, work: () => Promise<unknown>): Promise<Row> =>
    row(what, (await timed(20, work)).ms, 50);
  const monthly = await timed(3, () => readFigures(db, street, { period: month }, nowMs));
  const counted = (await readFigures(db, street, { period: month }, nowMs)).total.cases;
  const nobodys = await timed(3, page(street, { assignee: "nobody" }));
  const idle = await timed(1, () => onlyYield(5_000));
  const pause = ({ pauseMs, workMs }: Timed): Row =>
    row(
      "longest pause of everything else meanwhile",
      pauseMs,
      50,
      `at most ${workMs.toFixed(0)} ms of it work; ${idle.pauseMs.toFixed(0)} ms when nothing is asked`,
    );
  const daily = await timed(5, () => readFigures(db, street, { period: day }, nowMs));
  const detail = await timed(50, () => caseDetail(db, "AJ-500000", street, nowMs));
  return [
    await list("open cases of a street", page(street, { open: true })),
    await list("open cases of a community", page(desk, { open: true })),
    await list("newest 50 of a community", page(desk, {})),
    await list("newest 50 of an area looked for", page(street, { area: "/pidu/anjing/c2/" })),
    await list("cases of a household", page(street, { household: "h-1" })),
    row("a filter that no case matches", nobodys.ms),
    pause(nobodys),
    row("one case", detail.ms, 20),
    row("figures of a day", daily.ms, 1_000),
    row("figures of a month", monthly.ms, 10_000, `${counted} cases`),
    pause(monthly),
  ];
};

/** What the machine itself holds up. */
const onlyYield = async (forMs: number): Promise<void> => {
  for (const began = performance.now(); performance.now() - began < forMs;) await breathe();
};

interface Timed {
  /** Median. */
  readonly ms: number;
  /** The longest time the event loop did nothing else. */
  readonly pauseMs: number;
  /** The most this thread worked without a turn for anything else, however busy the machine is. */
  readonly workMs: number;
}

const timed = async (times: number, work: () => Promise<unknown>): Promise<Timed> => {
  const samples: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await work();
  delay.enable();
  const mostWork = watchWork();
  for (let run = 0; run < times; run += 1) {
    const began = performance.now();
    await work();
    samples.push(performance.now() - began);
  }
  // What nothing came between is told when the next timer has its turn.
  await wait(5);
  delay.disable();
  return { ms: median(samples), pauseMs: delay.max / 1e6, workMs: mostWork() };
};

const watchWork = (): (() => number) => {
  let most = 0;
  let before = threadMs();
  const turns = setInterval(() => {
    const now = threadMs();
    most = Math.max(most, now - before);
    before = now;
  }, 1);
  return () => {
    clearInterval(turns);
    return most;
  };
};

const threadMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
