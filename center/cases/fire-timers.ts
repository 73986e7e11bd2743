import { setImmediate } from "node:timers/promises";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import type { CaseRow, TimerRow } from "../store/case-tables.ts";
import { caseRows } from "./case-rows.ts";
import { readOverrides } from "./clock-overrides.ts";
import { clockNames, type Audience, type ClockName } from "./clock-plans.ts";
import { turnOf, type Turn } from "./clock-turns.ts";
import { communityOf } from "./community-of.ts";
import { doDeeds } from "./do-deeds.ts";
import { clockText } from "./page-text.ts";
import { addPages, type NewPage } from "./pages.ts";
import { removeTimers, timersOfCases, writeTimers } from "./sync-timers.ts";

/**
 * Clocks in one transaction: bounds how long a fresh alarm waits for the commit. First pages have
 * places of their own, so that neither they wait behind reminders nor reminders behind them.
 */
export const clockSlice = { firstPages: 128, others: 96 };
const putOffMs = 60_000;

/**
 * Does what the clocks of cases say is due; answers how many it found: `others` of a slice, when
 * there may be more. To be called several times a second by every center: whoever comes first does
 * it, in the one transaction that also moves the clock on, so that nothing is done twice and nothing
 * is left half done by a center that dies. A clock that fails holds up no other: it is put off for a
 * minute, and told once the others are done.
 */
export const fireTimers = async (
  store: Store,
  nowMs: number,
  atOnce = clockSlice,
): Promise<number> => {
  const now = Math.floor(nowMs);
  if (!(await isAnyDue(store.db, now))) return 0;
  let due: readonly TimerRow[] = [];
  let found = 0;
  try {
    await store.write(async (tx) => {
      ({ due, found } = await dueTimers(tx, now, atOnce));
      await fire(tx, due, now);
    });
  } catch (error) {
    if (due.length === 0) throw error;
    await fireApart(store, due, now, error);
  }
  // SQLite answers within the turn: alarms on sockets must get in before the next slice.
  await setImmediate();
  return found;
};

const isAnyDue = async (db: Reading, now: number): Promise<boolean> => {
  const waiting = await db
    .selectFrom("timers")
    .select("case_id")
    .where("due_at_ms", "<=", now)
    .where("clock", "in", clockNames)
    .limit(1)
    .executeTakeFirst();
  return waiting !== undefined;
};

/**
 * Of each case the clock that was due first: it may stop or restart the others, which come in the
 * next turn. Those this center knows: one of a newer center is that one's to fire.
 */
const dueTimers = async (
  db: Reading,
  now: number,
  atOnce: typeof clockSlice,
): Promise<{ readonly due: readonly TimerRow[]; readonly found: number }> => {
  const due = db
    .selectFrom("timers")
    .selectAll()
    .where("due_at_ms", "<=", now)
    .orderBy("due_at_ms")
    .orderBy("case_id")
    .orderBy("clock");
  const first = await due
    .where("clock", "=", "sign")
    .where("step", "=", 0)
    .limit(atOnce.firstPages)
    .execute();
  const others = await due.where("clock", "in", clockNames).limit(atOnce.others).execute();
  const byCase = new Map<string, TimerRow>();
  for (const timer of [...first, ...others]) {
    if (!byCase.has(timer.case_id)) byCase.set(timer.case_id, timer);
  }
  // With room left, the first pages are among the others.
  return { due: [...byCase.values()], found: others.length };
};

/** Because one of them failed: throws what failed alone, once the others are done. */
const fireApart = async (
  store: Store,
  due: readonly TimerRow[],
  now: number,
  cause: unknown,
): Promise<void> => {
  const failures = await fireHalves(store, due, now);
  if (failures.length === 0) return;
  const message = `${failures.length} of ${due.length} case clocks failed`;
  throw new AggregateError(failures, message, { cause });
};

/** Half by half, down to the one that fails, which is put off. Answers the failures. */
const fireHalves = async (
  store: Store,
  timers: readonly TimerRow[],
  now: number,
): Promise<readonly unknown[]> => {
  const middle = Math.ceil(timers.length / 2);
  const failures: unknown[] = [];
  for (const half of [timers.slice(0, middle), timers.slice(middle)]) {
    const [one] = half;
    if (one === undefined) continue;
    try {
      await store.write(async (tx) => fire(tx, await stillRunning(tx, half), now));
    } catch (error) {
      if (half.length > 1) failures.push(...(await fireHalves(store, half, now)));
      else {
        failures.push(error);
        await store.write((tx) => putOff(tx, one, now));
      }
    }
  }
  return failures;
};

const putOff = async (tx: Writing, timer: TimerRow, now: number): Promise<void> => {
  await tx
    .updateTable("timers")
    .set({ due_at_ms: now + putOffMs })
    .where("case_id", "=", timer.case_id)
    .where("clock", "=", timer.clock)
    .where("due_at_ms", "=", timer.due_at_ms)
    .execute();
};

/** Those that nobody has stopped, restarted or moved on meanwhile. */
const stillRunning = async (
  tx: Writing,
  timers: readonly TimerRow[],
): Promise<readonly TimerRow[]> => {
  const now = await timersOfCases(
    tx,
    timers.map(({ case_id }) => case_id),
  );
  return timers.filter((timer) =>
    now.some(
      (one) =>
        one.case_id === timer.case_id &&
        one.clock === timer.clock &&
        one.due_at_ms === timer.due_at_ms &&
        one.base_at_ms === timer.base_at_ms,
    ),
  );
};

/**
 * These clocks, of each case one, in a few statements for all: in a storm hundreds of cases want the
 * same in the same second.
 */
const fire = async (tx: Writing, timers: readonly TimerRow[], nowMs: number): Promise<void> => {
  const overrides = await readOverrides(tx);
  const rowById = await rowsById(tx, timers);
  const turns = timers.flatMap((timer) => {
    const row = rowById.get(timer.case_id);
    const turn = row === undefined ? undefined : turnOf(row, timer, { nowMs, overrides });
    return row === undefined || turn === undefined ? [] : [{ row, timer, turn }];
  });
  await moveOn(tx, turns);
  const doing = turns.filter(({ turn }) => turn.deeds.length > 0);
  await doDeeds(
    tx,
    doing.map(({ row, turn: { clock, deeds } }) => ({ caseId: row.id, clock, deeds })),
    nowMs,
  );
  const changed = await rowsById(
    tx,
    doing.map(({ timer }) => timer),
  );
  const communities = createCommunities(tx);
  const pages: NewPage[] = [];
  for (const { row, timer, turn } of turns) {
    const { clock, audience } = turn;
    if (audience === undefined) continue;
    const now = changed.get(row.id) ?? row;
    const person = audience.assignee === true ? (row.assignee ?? now.assignee) : null;
    const page = { clock, audience, timer, nowMs };
    pages.push(await pageOf({ ...now, assignee: person }, page, communities));
  }
  await addPages(tx, pages);
};

const rowsById = async (
  db: Reading,
  timers: readonly TimerRow[],
): Promise<ReadonlyMap<string, CaseRow>> => {
  const rows = await caseRows(
    db,
    timers.map(({ case_id }) => case_id),
  );
  return new Map(rows.map((row) => [row.id, row]));
};

const moveOn = async (
  tx: Writing,
  turns: readonly { readonly timer: TimerRow; readonly turn: Turn }[],
): Promise<void> => {
  await removeTimers(
    tx,
    turns.flatMap(({ timer, turn }) => (turn.next === undefined ? [timer] : [])),
  );
  await writeTimers(
    tx,
    turns.flatMap(({ turn }) => turn.next ?? []),
  );
};

const pageOf = async (
  row: CaseRow,
  page: {
    readonly clock: ClockName;
    readonly audience: Audience;
    readonly timer: TimerRow;
    readonly nowMs: number;
  },
  communities: (area: string) => Promise<string>,
): Promise<NewPage> => {
  const { clock, audience, timer, nowMs } = page;
  const person = audience.assignee === true ? row.assignee : null;
  return {
    caseId: row.id,
    clock,
    atMs: nowMs,
    roles: audience.roles,
    area: audience.reach === "community" ? await communities(row.area_path) : row.area_path,
    ...(person !== null && { person }),
    priority: row.priority,
    staged: row.drill === 1 || row.test === 1,
    text: clockText(row, clock, nowMs - timer.base_at_ms),
    channels: audience.channels ?? [],
  };
};

/** Communities of areas, each looked up once. */
const createCommunities = (db: Reading) => {
  const known = new Map<string, Promise<string>>();
  return (area: string): Promise<string> => {
    const found = known.get(area) ?? communityOf(db, area);
    known.set(area, found);
    return found;
  };
};
