/** The one way a report becomes a case, whoever it comes from: kept first, placed if it can be. */
import { createHash } from "node:crypto";
import { caseSources, isDangerKind, type CaseSource } from "#domain/case.ts";
import type { Bilingual } from "#domain/result.ts";
import { createCase, type CreatedCase } from "../cases/create-case.ts";
import { mainOf } from "../cases/merge-members.ts";
import type { IntakeEventRow } from "../store/intake-tables.ts";
import type { Writing } from "../store/open-store.ts";
import { findPlace, type FoundPlace } from "./find-place.ts";
import { reportKinds, type Report } from "./report.ts";
import { namesItself, salvageReport } from "./salvage-report.ts";

export interface ReportFrom {
  /** The registered system, `resident` or `staff`. */
  readonly source: string;
  readonly kind: CaseSource;
  /** The source's own name of the report: the same again is the same report. */
  readonly id: string;
  /** Who reports, for the timeline. */
  readonly by: string;
  /** Areas the source may speak for. */
  readonly within: readonly string[];
  /** Path of the area a report belongs to when nobody can tell where it is. */
  readonly area: string;
  /** A grid worker's own report begins at the grid. */
  readonly level?: "grid" | "community";
}

export type Taken =
  | {
      readonly kind: "taken";
      readonly state: "placed" | "unplaced";
      readonly case?: string;
      readonly mergedInto?: string;
      readonly repeated: boolean;
    }
  /** The name was used for something else. */
  | { readonly kind: "id-reused" };

/**
 * Keeps the report as it came and opens a case, or puts it into the open case of the same home. A
 * report of gas or CO that nobody can place becomes a case all the same, at its source's area: people
 * must act on it now. It stays in quarantine as well until somebody has placed it.
 */
export const takeReport = async (
  tx: Writing,
  from: ReportFrom,
  report: Report,
  raw: { readonly body: string; readonly nowMs: number },
): Promise<Taken> => {
  const sha256 = hashOf(raw.body);
  const before = await eventNamed(tx, from);
  if (before !== undefined) return repeatOf(before, sha256);
  const found = await findPlace(tx, report.place, from.within);
  const { kind } = reportKinds[report.kind];
  const opened =
    found !== undefined || isDangerKind(kind)
      ? await openCase(tx, { from, report, found, nowMs: raw.nowMs })
      : undefined;
  const state = found === undefined ? "unplaced" : "placed";
  await keepEvent(tx, {
    source: from.source,
    id: from.id,
    body: raw.body,
    nowMs: raw.nowMs,
    area: found?.area ?? from.area,
    state,
    ...(found === undefined && { reason: placeUnknown }),
    ...(opened && { opened }),
  });
  return {
    kind: "taken",
    state,
    repeated: false,
    ...(opened && { case: opened.id }),
    ...(opened?.mergedInto !== undefined && { mergedInto: opened.mergedInto }),
  };
};

/** Opens the case of a report; also for one that was placed by hand later. */
export const openCase = (
  tx: Writing,
  wish: {
    readonly from: Pick<ReportFrom, "source" | "kind" | "id" | "by" | "area" | "level">;
    readonly report: Report;
    readonly found: FoundPlace | undefined;
    readonly nowMs: number;
  },
): Promise<CreatedCase> => {
  const { from, report, found } = wish;
  const { kind, priority, zh } = reportKinds[report.kind];
  const ref = `${from.source}/${from.id}`;
  return createCase(
    tx,
    {
      source: from.kind,
      sourceRef: ref,
      kind,
      priority,
      by: from.by,
      report: report.text ?? zh,
      area: found?.area ?? from.area,
      // Without a home nothing tells that two reports are of one thing: each stands for itself.
      home: found?.household === undefined ? `report:${ref}` : `household:${found.household}`,
      ...(found?.household !== undefined && { household: found.household }),
      place: found?.place ?? report.place.address ?? "地点待核实 place to be found",
      ...(report.drill === true && { drill: true }),
      ...(from.level !== undefined && { level: from.level }),
    },
    wish.nowMs,
  );
};

/**
 * Keeps what does not meet the contract, under its hash, so that nothing is dropped unseen. Where it
 * speaks of gas or CO it becomes a case all the same, once, at the place it names or its source's
 * area; the event itself waits for somebody to read it. The same text again is the same event while
 * its case is open, and for ever where it names itself.
 */
export const keepUnreadable = async (
  tx: Writing,
  told: {
    readonly from: Omit<ReportFrom, "id">;
    readonly body: string;
    readonly reason: Bilingual;
    readonly nowMs: number;
    /** Its nonce was not seen before: it is no request that somebody sends again. */
    readonly fresh: boolean;
  },
): Promise<CreatedCase | undefined> => {
  const { body, nowMs, reason } = told;
  const name = `unreadable:${hashOf(body)}`;
  const before = await newestUnder(tx, told.from.source, name);
  if (before !== undefined) {
    const main = await mainOf(tx, before.case_id);
    const mayBeAnother = told.fresh && main?.is_open === 0 && !namesItself(body);
    if (!mayBeAnother) return undefined;
  }
  const from = { ...told.from, id: before === undefined ? name : `${name}:${nowMs}` };
  const report = salvageReport(body);
  const found = report && (await findPlace(tx, report.place, from.within));
  const opened =
    report && (await openCase(tx, { from, report: { text: unreadText, ...report }, found, nowMs }));
  await keepEvent(tx, {
    source: from.source,
    id: from.id,
    body,
    nowMs,
    area: found?.area ?? from.area,
    state: "unreadable",
    reason,
    ...(opened && { opened }),
  });
  return opened;
};

/** The newest of the events of one text that break the contract. */
const newestUnder = (
  tx: Writing,
  source: string,
  name: string,
): Promise<IntakeEventRow | undefined> =>
  tx
    .selectFrom("intake_events")
    .selectAll()
    .where("source", "=", source)
    .where((eb) => eb.or([eb("id", "=", name), eb("id", "like", `${name}:%`)]))
    .orderBy("received_at_ms", "desc")
    .executeTakeFirst();

const eventNamed = (
  tx: Writing,
  { source, id }: { readonly source: string; readonly id: string },
): Promise<IntakeEventRow | undefined> =>
  tx
    .selectFrom("intake_events")
    .selectAll()
    .where("source", "=", source)
    .where("id", "=", id)
    .executeTakeFirst();

const repeatOf = (before: IntakeEventRow, sha256: string): Taken =>
  before.body_sha256 === sha256
    ? {
        kind: "taken",
        state: before.state === "unplaced" ? "unplaced" : "placed",
        repeated: true,
        ...(before.case_id !== null && { case: before.case_id }),
        ...(before.merged_into !== null && { mergedInto: before.merged_into }),
      }
    : { kind: "id-reused" };

const keepEvent = async (
  tx: Writing,
  event: {
    readonly source: string;
    readonly id: string;
    readonly body: string;
    readonly nowMs: number;
    readonly area: string;
    readonly state: string;
    readonly reason?: Bilingual;
    readonly opened?: CreatedCase;
  },
): Promise<void> => {
  await tx
    .insertInto("intake_events")
    .values({
      source: event.source,
      id: event.id,
      body_sha256: hashOf(event.body),
      body: event.body,
      received_at_ms: Math.floor(event.nowMs),
      area_path: event.area,
      state: event.state,
      reason_zh: event.reason?.zh ?? null,
      reason_en: event.reason?.en ?? null,
      case_id: event.opened?.id ?? null,
      merged_into: event.opened?.mergedInto ?? null,
      settled_by: null,
    })
    .execute();
};

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export const caseSourceOf = (name: string): CaseSource => {
  const known = caseSources.find((one) => one === name);
  if (known === undefined) throw new Error(`intake_sources holds an unknown kind: ${name}`);
  return known;
};

const unreadText =
  "来文格式有误,但提到燃气或一氧化碳;请立即联系来源单位核实,原文在待核实区 · it breaks the contract but speaks of gas or CO: ask its source now, its words wait among the reports to be placed";

const placeUnknown: Bilingual = {
  zh: "登记中找不到报事地点,请人工核实后指派到户、楼栋或社区",
  en: "the register does not know the place; find out and assign it to a home, building or community",
};
