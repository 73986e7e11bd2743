import type { Role } from "#domain/rights.ts";
import type { Reading, Store, Writing } from "../store/open-store.ts";
import type { CaseRow, TimerRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";
import { caseRow } from "./case-rows.ts";
import {
  clockNames,
  type Audience,
  type ClockName,
  type ClockPlan,
  type ClockStep,
} from "./clock-plans.ts";
import { dueAt } from "./due-times.ts";
import { readOverrides } from "./clock-overrides.ts";
import { clockText } from "./page-text.ts";
import { addPages } from "./pages.ts";
import { planOf, stepDueAt } from "./running-clocks.ts";
import { communityOf } from "./community-of.ts";

/** Timers handled in one transaction: bounds how long a fresh alarm waits for the commit. */
const atOnce = 200;
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
      for (const timer of due) await fire(tx, timer, now);
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
  const clock = clockNames.find((known) => known === timer.clock);
  // Another clock of the same case may have stopped or restarted this one a moment ago.
  if (row === undefined || clock === undefined || !(await stillRuns(tx, timer))) return;
  const plan = planOf(row, clock, await readOverrides(tx));
  const missed = missedSteps(plan, timer, nowMs);
  const audience = missed.length > 0 ? together(missed) : repeatAudience(plan, timer.repeats);
  const deeds =
    missed.length > 0
      ? missed.flatMap(({ does, until }) => (does === undefined ? [] : [{ does, until }]))
      : plan.again?.does === undefined
        ? []
        : [{ does: plan.again.does, until: undefined }];

  await moveOn(tx, timer, plan, timer.step + missed.length, nowMs);
  for (const { does, until } of deeds) await deed(tx, row.id, { clock, does, until, nowMs });
  if (audience !== undefined) await tell(tx, row, { clock, audience, timer, nowMs });
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
  timer: TimerRow,
  plan: ClockPlan,
  step: number,
  nowMs: number,
): Promise<void> => {
  const nextStep = stepDueAt(plan, timer.base_at_ms, step);
  const dueMs =
    nextStep ??
    (plan.again === undefined ? undefined : dueAt(nowMs, plan.again.everyMs, plan.again.counts));
  const at = tx.updateTable("timers").where("case_id", "=", timer.case_id);
  if (dueMs === undefined) {
    await tx
      .deleteFrom("timers")
      .where("case_id", "=", timer.case_id)
      .where("clock", "=", timer.clock)
      .execute();
    return;
  }
  await at
    .set({
      step,
      due_at_ms: dueMs,
      repeats: step === timer.step ? timer.repeats + 1 : timer.repeats,
    })
    .where("clock", "=", timer.clock)
    .execute();
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

const tell = async (
  tx: Writing,
  before: CaseRow,
  page: {
    readonly clock: ClockName;
    readonly audience: Audience;
    readonly timer: TimerRow;
    readonly nowMs: number;
  },
): Promise<void> => {
  const { clock, audience, timer, nowMs } = page;
  const row = (await caseRow(tx, before.id)) ?? before;
  const person = audience.assignee === true ? (before.assignee ?? row.assignee) : null;
  const roles: readonly Role[] = audience.roles;
  await addPages(tx, [
    {
      caseId: row.id,
      clock,
      atMs: nowMs,
      roles,
      area: audience.reach === "community" ? await communityOf(tx, row.area_path) : row.area_path,
      ...(person !== null && { person }),
      priority: row.priority,
      staged: row.drill === 1 || row.test === 1,
      text: clockText(row, clock, nowMs - timer.base_at_ms),
      channels: audience.channels ?? [],
    },
  ]);
};
