/** What could not be placed or read, until somebody has dealt with it. */
import { sql } from "kysely";
import { compileOnUse } from "#domain/compile-on-use.ts";
import type { Actor } from "#domain/rights.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { caseRow, caseRows } from "../cases/case-rows.ts";
import { mainOf } from "../cases/merge-members.ts";
import { ringAll } from "../cases/ring-again.ts";
import { addEvents } from "../cases/timeline.ts";
import { conflict, type Change, type Refusal } from "../register/change-register.ts";
import { whoLoses } from "../register/move-work.ts";
import { areasWith } from "../rights/permissions.ts";
import { inScope } from "../rights/scoped.ts";
import { audit } from "../store/audit.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { IntakeEventRow } from "../store/intake-tables.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { findPlace, type FoundPlace } from "./find-place.ts";
import { ReportSchema, type Report, type ReportPlace } from "./report.ts";
import { caseSourceOf, openCase } from "./take-report.ts";

/** States in which a report waits for a person. */
export const waiting = ["unplaced", "unreadable"];

/** The last report of a page. */
export type Waiting = Pick<IntakeEventRow, "received_at_ms" | "source" | "id">;

/** What waits in the actor's areas, oldest first. */
export const readQuarantine = (
  db: Reading,
  actor: Actor,
  page: { readonly after?: Waiting; readonly limit: number },
): Promise<readonly IntakeEventRow[]> =>
  db
    .selectFrom("intake_events")
    .selectAll()
    .where("state", "in", waiting)
    .where(inScope("area_path", areasWith(actor, "alarms.read")))
    .$if(page.after !== undefined, (query) =>
      query.where(
        sql<boolean>`(received_at_ms, source, id) > (${page.after?.received_at_ms ?? 0},
          ${page.after?.source ?? ""}, ${page.after?.id ?? ""})`,
      ),
    )
    .orderBy("received_at_ms")
    .orderBy("source")
    .orderBy("id")
    .limit(page.limit)
    .execute();

/** Puts a report where it belongs; its case is opened, or moved there when it was open already. */
export const placeByHand = async (
  tx: Writing,
  change: Change,
  wish: { readonly source: string; readonly id: string; readonly place: ReportPlace },
): Promise<Result<string, Refusal>> => {
  const event = await waitingEvent(tx, change, wish);
  if (!event.ok) return event;
  const found = await findPlace(tx, wish.place, areasWith(change.actor, "alarms.read"));
  if (found === undefined) {
    return err({
      kind: "invalid",
      why: {
        zh: "没有这个户号、点位、楼栋或社区,或不在您的辖区",
        en: "there is no such home, point, building or area, or not in your area",
      },
    });
  }
  let caseId = event.value.case_id;
  let workedOn: string | undefined;
  if (caseId === null) {
    const report = reportIn(event.value.body);
    if (report === undefined) {
      return err(
        conflict(
          "报文读不出来,无法自动立案;请联系来源单位,另行登记后搁置本条",
          "the report cannot be read; ask its source, register it by hand, then set this aside",
        ),
      );
    }
    const from = { ...(await fromOf(tx, event.value)), area: found.area };
    const opened = await openCase(tx, { from, report, found, nowMs: change.nowMs });
    caseId = opened.mergedInto ?? opened.id;
  } else {
    workedOn = await moveCase(tx, change, caseId, found);
  }
  await settle(tx, change, event.value, { state: "placed", area: found.area, caseId });
  return ok(workedOn ?? caseId);
};

/** Says that nothing is to be done about it, and why; it stays on record. */
export const setAside = async (
  tx: Writing,
  change: Change,
  wish: { readonly source: string; readonly id: string; readonly reason: string },
): Promise<Result<void, Refusal>> => {
  const event = await waitingEvent(tx, change, wish);
  if (!event.ok) return event;
  const { case_id: caseId, area_path: area, state } = event.value;
  // What could not be read has been read by now; its case goes on.
  if (caseId !== null && state !== "unreadable") {
    return err(
      conflict(
        `已立案 ${caseId},请在事件中办理,不能搁置`,
        `it has the case ${caseId}: deal with it there`,
      ),
    );
  }
  await settle(tx, change, event.value, {
    state: "set-aside",
    area,
    caseId,
    reason: wish.reason,
  });
  return ok(undefined);
};

const waitingEvent = async (
  tx: Writing,
  change: Change,
  { source, id }: { readonly source: string; readonly id: string },
): Promise<Result<IntakeEventRow, Refusal>> => {
  const event = await tx
    .selectFrom("intake_events")
    .selectAll()
    .where("source", "=", source)
    .where("id", "=", id)
    .where(inScope("area_path", areasWith(change.actor, "alarms.read")))
    .executeTakeFirst();
  if (event === undefined) return err({ kind: "unknown" });
  return waiting.includes(event.state)
    ? ok(event)
    : err(conflict("这条报事已经处理过", "this report has been dealt with already"));
};

/**
 * The case goes where the report turned out to be, says so in its timeline and rings there. Where it
 * was merged meanwhile, people work on its main case: that one goes along, unless it has a place of
 * its own, and in any case says so and rings. Answers the case that is worked on.
 */
const moveCase = async (
  tx: Writing,
  change: Change,
  caseId: string,
  found: FoundPlace,
): Promise<string> => {
  const own = await caseRow(tx, caseId);
  const main = await mainOf(tx, caseId);
  if (own === undefined || main === undefined) throw new Error(`case ${caseId} vanished`);
  const told = main.id === own.id ? [own] : [own, main];
  const moving = told.filter((row) => row.id === own.id || isUnplaced(row));
  const ids = moving.map(({ id }) => id);
  await tx
    .updateTable("cases")
    .set((eb) => ({
      area_path: found.area,
      place: found.place,
      household: found.household ?? null,
      ...(found.household !== undefined && { home: `household:${found.household}` }),
      version: eb("version", "+", 1),
    }))
    .where("id", "in", ids)
    .execute();
  await addEvents(
    tx,
    told.map(({ id }) => ({
      caseId: id,
      atMs: change.nowMs,
      actor: change.actor.name,
      action: "note",
      channel: "console",
      text: { zh: `地点核实为:${found.place}`, en: `place found: ${found.place}` },
    })),
  );
  const losing = moving.map((row) => whoLoses(tx, { from: row.area_path, to: found.area }));
  await noteChanges(tx, [
    ...told.map(({ id }) => ({ kind: "case", ref: id }) as const),
    ...[...new Set((await Promise.all(losing)).flat())].map(
      (ref) => ({ kind: "rights", ref }) as const,
    ),
  ]);
  const after = await caseRows(tx, [main.id]);
  await ringAll(
    tx,
    after.filter(({ is_open }) => is_open === 1),
    Math.floor(change.nowMs),
  );
  return main.id;
};

/** A report of which nobody knew either where it was. */
const isUnplaced = ({ home, household }: CaseRow): boolean =>
  household === null && home.startsWith("report:");

const settle = async (
  tx: Writing,
  change: Change,
  event: IntakeEventRow,
  outcome: {
    readonly state: "placed" | "set-aside";
    readonly area: string;
    readonly caseId: string | null;
    readonly reason?: string;
  },
): Promise<void> => {
  await tx
    .updateTable("intake_events")
    .set({
      state: outcome.state,
      area_path: outcome.area,
      case_id: outcome.caseId,
      settled_by: change.actor.name,
    })
    .where("source", "=", event.source)
    .where("id", "=", event.id)
    .execute();
  await audit(tx, {
    atMs: change.nowMs,
    actor: change.actor.name,
    action: "intake-place",
    subject: `${event.source} ${event.id}`,
    source: change.source,
    detail: {
      state: outcome.state,
      case: outcome.caseId ?? "",
      ...(outcome.reason !== undefined && { reason: outcome.reason }),
    },
  });
};

const fromOf = async (tx: Writing, { source, id }: IntakeEventRow) => {
  if (source === "resident" || source === "staff") {
    return { source, id, kind: caseSourceOf(source), by: source };
  }
  const { kind } = await tx
    .selectFrom("intake_sources")
    .select("kind")
    .where("id", "=", source)
    .executeTakeFirstOrThrow();
  return { source, id, kind: caseSourceOf(kind), by: source };
};

const reportShape = compileOnUse(ReportSchema);

/** The report in a kept body: of another system in `data`, of ours as it is. */
export const reportIn = (body: string): Report | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const inner = typeof value === "object" && value !== null && "data" in value ? value.data : value;
  return reportShape().Check(inner) ? inner : undefined;
};
