import { isDangerKind, type CaseKind, type CaseLevel, type CaseSource } from "#domain/case.ts";
import type { Priority } from "#domain/alarm.ts";
import type { Bilingual } from "#domain/result.ts";
import { takeNumbers } from "../store/counters.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";
import { startTimers } from "./sync-timers.ts";
import { addEvents } from "./timeline.ts";

/** A case as somebody or something reports it. */
export interface NewCase {
  readonly source: CaseSource;
  /** The reporting system's own name of it: the same one again is the same case. */
  readonly sourceRef?: string;
  readonly kind: CaseKind;
  readonly priority: Priority;
  /** Who reports it: an account, a system, a gateway; for the timeline. */
  readonly by: string;
  /** What was reported, in their words. */
  readonly report?: string;
  /** Path of the smallest area that is known; `/` when none is. */
  readonly area: string;
  /** Which home, for merging; `household:<id>` when the register knows it. */
  readonly home: string;
  readonly household?: string;
  /** Address as people say it. */
  readonly place: string;
  readonly drill?: boolean;
  readonly test?: boolean;
  /** Default: community; a grid worker's own report begins at the grid. */
  readonly level?: CaseLevel;
  /** By when it is to be handled, epoch ms. */
  readonly dueAtMs?: number;
}

/** What became of a report. */
export interface CreatedCase {
  readonly id: string;
  readonly version: number;
  /** The same report came before; nothing was made. */
  readonly repeated: boolean;
  /** An open case of the same home and kind that it was put into. */
  readonly mergedInto?: string;
}

/**
 * T01 for everything but gateways: residents, staff, other systems. Idempotent by source and
 * sourceRef. A report about a home whose open case is of the same kind is kept, with its source,
 * and merged into that case.
 */
export const createCase = async (
  tx: Writing,
  wish: NewCase,
  nowMs: number,
): Promise<CreatedCase> => {
  const before = await findReported(tx, wish);
  if (before !== undefined) {
    return {
      id: before.id,
      version: before.version,
      repeated: true,
      ...(before.merged_into !== null && { mergedInto: before.merged_into }),
    };
  }
  const [row] = await insertCases(tx, [seedOf(wish)], nowMs);
  if (row === undefined) throw new Error("a case was not written");
  const target = await openCaseLike(tx, row);
  if (target === undefined) return { id: row.id, version: row.version, repeated: false };
  const merged = await mergeBySystem(tx, row, target, {
    text: { zh: "同一户的同类事件", en: "the same home and kind" },
    nowMs,
  });
  return {
    id: row.id,
    version: merged?.version ?? row.version,
    repeated: false,
    ...(merged !== undefined && { mergedInto: target.id }),
  };
};

const seedOf = (wish: NewCase): CaseSeed => ({
  kind: wish.kind,
  source: wish.source,
  priority: wish.priority,
  by: wish.by,
  channel: wish.source,
  area: wish.area,
  home: wish.home,
  family: isDangerKind(wish.kind) ? "danger" : wish.kind,
  place: wish.place,
  drill: wish.drill ?? false,
  test: wish.test ?? false,
  level: wish.level ?? "community",
  plan: wish.priority,
  episode: null,
  gas: null,
  sourceRef: wish.sourceRef ?? null,
  report: wish.report ?? null,
  household: wish.household ?? null,
  recurrenceOf: null,
  dueAtMs: wish.dueAtMs === undefined ? null : Math.floor(wish.dueAtMs),
});

const findReported = async (tx: Writing, wish: NewCase): Promise<CaseRow | undefined> =>
  wish.sourceRef === undefined
    ? undefined
    : tx
        .selectFrom("cases")
        .selectAll()
        .where("source", "=", wish.source)
        .where("source_ref", "=", wish.sourceRef)
        .executeTakeFirst();

const openCaseLike = (tx: Writing, row: CaseRow): Promise<CaseRow | undefined> =>
  tx
    .selectFrom("cases")
    .selectAll()
    .where("home", "=", row.home)
    .where("family", "=", row.family)
    .where("is_open", "=", 1)
    .where("state", "!=", "suspended")
    .where("drill", "=", row.drill)
    .where("test", "=", row.test)
    .where("id", "!=", row.id)
    .orderBy("created_at_ms")
    .limit(1)
    .executeTakeFirst();

/**
 * T24b, after raising the main case to the urgency of the other. `undefined`: the rules of the
 * flow do not allow it, and both cases stand.
 */
export const mergeBySystem = async (
  tx: Writing,
  source: CaseRow,
  target: CaseRow,
  why: { readonly text: Bilingual; readonly nowMs: number },
): Promise<CaseRow | undefined> => {
  const nowMs = Math.floor(why.nowMs);
  if (source.priority < target.priority) {
    const raised = await actAsSystem(tx, target, {
      action: "raise_priority",
      input: { priority: rowPriority(source), cause: why.text.zh },
      text: why.text,
      channel: "center",
      nowMs,
    });
    if (!raised.ok) return undefined;
  }
  const merged = await actAsSystem(tx, source, {
    action: "merge",
    input: { target: target.id, reason: why.text.zh },
    text: why.text,
    channel: "center",
    nowMs,
  });
  return merged.ok ? merged.value : undefined;
};

const rowPriority = ({ priority }: CaseRow): Priority =>
  priority === 1 || priority === 2 || priority === 3 ? priority : 4;

/** Everything a new row needs that is not the same for all. */
export interface CaseSeed {
  readonly kind: CaseKind;
  readonly source: CaseSource;
  readonly priority: Priority;
  readonly by: string;
  readonly channel: string;
  readonly area: string;
  readonly home: string;
  readonly family: string;
  readonly place: string;
  /** Present: `place` is a sentence of ours, and this is it in English. */
  readonly placeEn?: string;
  readonly drill: boolean;
  readonly test: boolean;
  readonly level: CaseLevel;
  /** Whose clocks run; 0: nothing of it has rung. */
  readonly plan: Priority | 0;
  readonly episode: string | null;
  readonly gas: string | null;
  readonly sourceRef: string | null;
  readonly report: string | null;
  readonly household: string | null;
  readonly recurrenceOf: string | null;
  readonly dueAtMs: number | null;
}

/** Writes new cases with their first entry and their clocks. */
export const insertCases = async (
  tx: Writing,
  seeds: readonly CaseSeed[],
  nowMs: number,
): Promise<readonly CaseRow[]> => {
  if (seeds.length === 0) return [];
  const first = await takeNumbers(tx, "case", seeds.length);
  const rows = seeds.map((seed, index) => seedToRow(seed, first + index, Math.floor(nowMs)));
  await insertRows(tx, "cases", rows);
  await addEvents(
    tx,
    seeds.map((seed, index) => ({
      caseId: rows[index]?.id ?? "",
      atMs: nowMs,
      actor: seed.by,
      action: "create",
      step: "T01",
      to: "reported",
      channel: seed.channel,
      detail: { priority: seed.priority, level: seed.level },
    })),
  );
  await startTimers(tx, rows);
  await noteChanges(
    tx,
    rows.map(({ id }) => ({ kind: "case", ref: id })),
  );
  return rows;
};

const seedToRow = (seed: CaseSeed, number: number, nowMs: number): CaseRow => {
  const upper = seed.level === "street" || seed.level === "district";
  return {
    id: `AJ-${String(number).padStart(6, "0")}`,
    episode: seed.episode,
    kind: seed.kind,
    source: seed.source,
    source_ref: seed.sourceRef,
    report: seed.report,
    gas: seed.gas,
    state: "reported",
    version: 1,
    priority: seed.priority,
    peak_priority: seed.priority,
    level: seed.level,
    is_open: 1,
    drill: Number(seed.drill),
    test: Number(seed.test),
    home: seed.home,
    family: seed.family,
    group_name: null,
    household: seed.household,
    place: seed.place,
    place_en: seed.placeEn ?? null,
    area_path: seed.area,
    assignee: null,
    team: null,
    handler: null,
    conclusion: null,
    signed_by: null,
    signed_at_ms: null,
    pending_upper: Number(upper),
    extended: 0,
    casualty: 0,
    merged_into: null,
    recurrence_of: seed.recurrenceOf,
    plan: seed.plan,
    created_at_ms: nowMs,
    entered_at_ms: nowMs,
    round_at_ms: nowMs,
    touched_at_ms: nowMs,
    unsigned_since_ms: seed.plan === 0 ? null : nowMs,
    upper_since_ms: upper ? nowMs : null,
    suspended_until_ms: null,
    due_at_ms: seed.dueAtMs,
  };
};
