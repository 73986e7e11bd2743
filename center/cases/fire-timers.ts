import type { Role } from "#domain/rights.ts";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import type { CaseRow, TimerRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";
import { caseRow, caseRows } from "./case-rows.ts";
import {
  clockNames,
  type Audience,
  type ClockName,
  type ClockPlan,
  type ClockStep,
} from "./clock-plans.ts";
import { dueAt } from "./due-times.ts";
import type { ClockOverride } from "./street-plans.ts";
import { readOverrides } from "./clock-overrides.ts";
import { clockText } from "./page-text.ts";
import { addPages, type NewPage } from "./pages.ts";
import { planOf, stepDueAt } from "./running-clocks.ts";
import { writeTimers } from "./sync-timers.ts";
import { communityOf } from "./community-of.ts";

/** Timers handled in one transaction: bounds how long a fresh alarm waits for the commit. */
const atOnce = 200;
const deedsAtOnce = 20;
const putOffMs = 60_000;

/**
 * Does what the clocks of cases say is due; answers how many spoke. To be called about once a
 * second by every center: whoever comes first does it, in the one transaction that also moves the
 * clock on, so that nothing is done twice and nothing is left half done by a center that dies. A
 * clock that fails holds up no other: it is put off for a minute, and told once the others are done.
 */
export const fireTimers = async (store: Store, nowMs: number): Promise<number> => {
  const now = Math.floor(nowMs);
  const waiting = await store.db
    .selectFrom("timers")
    .select("case_id")
    .where("due_at_ms", "<=", now)
    .where("clock", "in", clockNames)
    .limit(1)
    .executeTakeFirst();
  if (waiting === undefined) return 0;
  try {
    return await store.write(async (tx) => {
      const due = await dueTimers(tx, now);
      const others = await tellTogether(tx, due, now);
      // What the center does itself takes many statements: the rest is still due in the next turn.
      for (const timer of others.slice(0, deedsAtOnce)) await fire(tx, timer, now);
      return due.length;
    });
  } catch {
    return fireEach(store, now);
  }
};

/** Those this center knows: one of a newer center is that one's to fire. */
const dueTimers = (db: Reading, now: number): Promise<TimerRow[]> =>
  db
    .selectFrom("timers")
    .selectAll()
    .where("due_at_ms", "<=", now)
    .where("clock", "in", clockNames)
    .orderBy("due_at_ms")
    .orderBy("case_id")
    .orderBy("clock")
    .limit(atOnce)
    .execute();

/**
 * Clocks that only tell people, in a few statements for all: in a storm hundreds of cases want their
 * first page in the same second. Answers the others, in their order.
 */
const tellTogether = async (
  tx: Writing,
  due: readonly TimerRow[],
  nowMs: number,
): Promise<readonly TimerRow[]> => {
  const rows = await caseRows(
    tx,
    due.map(({ case_id }) => case_id),
  );
  const overrides = await readOverrides(tx);
  const rowById = new Map(rows.map((row) => [row.id, row]));
  // Of several clocks of one case the first may stop or restart the next.
  const isOnly = new Map(
    [...Map.groupBy(due, ({ case_id }) => case_id)].map(([id, own]) => [id, own.length === 1]),
  );
  const telling = due.flatMap((timer) => {
    const row = rowById.get(timer.case_id);
    const turn = row === undefined ? undefined : turnOf(row, timer, { nowMs, overrides });
    return row !== undefined && turn?.deeds.length === 0 && isOnly.get(row.id) === true
      ? [{ row, timer, turn }]
      : [];
  });
  await moveOn(
    tx,
    telling.map(({ timer, turn }) => ({ timer, ...turn })),
    nowMs,
  );
  const communities = createCommunities(tx);
  const pages: NewPage[] = [];
  for (const { row, timer, turn } of telling) {
    if (turn.audience === undefined) continue;
    const { clock, audience } = turn;
    pages.push(await pageOf(row, { clock, audience, timer, nowMs }, communities));
  }
  await addPages(tx, pages);
  const told = new Set(telling.map(({ timer }) => timer));
  return due.filter((timer) => !told.has(timer));
};

/** Each in a transaction of its own, because one of them failed. */
const fireEach = async (store: Store, now: number): Promise<number> => {
  const due = await dueTimers(store.db, now);
  const failures: unknown[] = [];
  for (const timer of due) {
    try {
      await store.write((tx) => fire(tx, timer, now));
    } catch (error) {
      failures.push(error);
      await store.write((tx) => putOff(tx, timer, now));
    }
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, `${failures.length} of ${due.length} case clocks failed`);
  }
  return due.length;
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

/** One clock that is due. What it missed while every center was down, it does together, once. */
const fire = async (tx: Writing, timer: TimerRow, nowMs: number): Promise<void> => {
  const row = await caseRow(tx, timer.case_id);
  // Another clock of the same case may have stopped or restarted this one a moment ago.
  if (row === undefined || !(await stillRuns(tx, timer))) return;
  const turn = turnOf(row, timer, { nowMs, overrides: await readOverrides(tx) });
  if (turn === undefined) return;
  const { clock, audience, deeds } = turn;
  await moveOn(tx, [{ timer, ...turn }], nowMs);
  for (const { does, until } of deeds) await deed(tx, row.id, { clock, does, until, nowMs });
  if (audience === undefined) return;
  const now = (await caseRow(tx, row.id)) ?? row;
  const person = audience.assignee === true ? (row.assignee ?? now.assignee) : null;
  const page = { clock, audience, timer, nowMs };
  await addPages(tx, [await pageOf({ ...now, assignee: person }, page, createCommunities(tx))]);
};

/** What a clock that is due says and does. */
interface Turn {
  readonly clock: ClockName;
  readonly plan: ClockPlan;
  readonly missed: number;
  readonly audience: Audience | undefined;
  readonly deeds: readonly Pick<Deed, "does" | "until">[];
}

const turnOf = (
  row: CaseRow,
  timer: TimerRow,
  { nowMs, overrides }: { readonly nowMs: number; readonly overrides: readonly ClockOverride[] },
): Turn | undefined => {
  const clock = clockNames.find((known) => known === timer.clock);
  if (clock === undefined) return undefined;
  const plan = planOf(row, clock, overrides);
  const missed = missedSteps(plan, timer, nowMs);
  const audience = missed.length > 0 ? together(missed) : repeatAudience(plan, timer.repeats);
  const deeds =
    missed.length > 0
      ? missed.flatMap(({ does, until }) => (does === undefined ? [] : [{ does, until }]))
      : plan.again?.does === undefined
        ? []
        : [{ does: plan.again.does, until: undefined }];
  return { clock, plan, missed: missed.length, audience, deeds };
};

const stillRuns = async (tx: Writing, timer: TimerRow): Promise<boolean> => {
  const now = await tx
    .selectFrom("timers")
    .select("base_at_ms")
    .where("case_id", "=", timer.case_id)
    .where("clock", "=", timer.clock)
    .where("due_at_ms", "=", timer.due_at_ms)
    .executeTakeFirst();
  return now?.base_at_ms === timer.base_at_ms;
};

const missedSteps = (plan: ClockPlan, timer: TimerRow, nowMs: number): readonly ClockStep[] =>
  plan.steps
    .slice(timer.step)
    .filter(({ afterMs, counts }) => dueAt(timer.base_at_ms, afterMs, counts) <= nowMs);

const together = (steps: readonly ClockStep[]): Audience | undefined => {
  const audiences = steps.flatMap(({ tell }) => (tell === undefined ? [] : [tell]));
  return audiences.length === 0
    ? undefined
    : {
        roles: [...new Set(audiences.flatMap(({ roles }) => roles))],
        ...(audiences.some(({ reach }) => reach === "community") && { reach: "community" }),
        ...(audiences.some(({ assignee }) => assignee === true) && { assignee: true }),
        channels: [...new Set(audiences.flatMap(({ channels }) => channels ?? []))],
      };
};

/** Each time the next wider one; the widest for ever. */
const repeatAudience = ({ again }: ClockPlan, repeats: number): Audience | undefined =>
  again?.tell[Math.min(repeats, again.tell.length - 1)];

/** Later than now in any case: a clock that is late speaks once, not once for each time it missed. */
const moveOn = async (
  tx: Writing,
  turns: readonly (Pick<Turn, "plan" | "missed"> & { readonly timer: TimerRow })[],
  nowMs: number,
): Promise<void> => {
  const moved: TimerRow[] = [];
  for (const { timer, plan, missed } of turns) {
    const step = timer.step + missed;
    const dueMs =
      stepDueAt(plan, timer.base_at_ms, step) ??
      (plan.again === undefined ? undefined : dueAt(nowMs, plan.again.everyMs, plan.again.counts));
    const repeats = missed === 0 ? timer.repeats + 1 : timer.repeats;
    if (dueMs !== undefined) moved.push({ ...timer, step, due_at_ms: dueMs, repeats });
    else await end(tx, timer);
  }
  await writeTimers(tx, moved);
};

const end = async (tx: Writing, { case_id, clock }: TimerRow): Promise<void> => {
  await tx.deleteFrom("timers").where("case_id", "=", case_id).where("clock", "=", clock).execute();
};

const deed = async (
  tx: Writing,
  caseId: string,
  { clock, does, until, nowMs }: Deed,
): Promise<void> => {
  const row = await caseRow(tx, caseId);
  if (row === undefined) return;
  const isHighEnough = row.level === "district" || (until === "street" && row.level === "street");
  if (does === "escalate" && isHighEnough) return;
  const after = await actAsSystem(tx, row, {
    action: does,
    input: { reason: `超时 · not done in time (${clock})` },
    channel: "clock",
    nowMs,
  });
  // The street first signs for what then goes on to the district.
  if (after.ok && does === "escalate" && after.value.level !== until) {
    await deed(tx, caseId, { clock, does, until, nowMs });
  }
};

interface Deed {
  readonly clock: ClockName;
  readonly does: NonNullable<ClockStep["does"]>;
  readonly until: ClockStep["until"];
  readonly nowMs: number;
}

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
  const roles: readonly Role[] = audience.roles;
  return {
    caseId: row.id,
    clock,
    atMs: nowMs,
    roles,
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
