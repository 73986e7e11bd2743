import type { CaseDetail } from "#domain/case-view.ts";
import { offers, type Offer } from "#domain/decide-case.ts";
import type { Actor } from "#domain/rights.ts";
import { areasWith } from "../rights/permissions.ts";
import { isInScope } from "../rights/scoped.ts";
import { alarmsOfCase } from "../desk/read-alarms.ts";
import type { Reading } from "../store/open-store.ts";
import type { CaseEventRow } from "../store/case-tables.ts";
import { actingOn } from "./act-on-case.ts";
import { caseRow, rowToCase } from "./case-rows.ts";
import { gatherFacts } from "./gather-facts.ts";
import { endOffers } from "./may-end.ts";
import { toViews } from "./read-cases.ts";
import { pagesOfCase } from "./read-pages.ts";
import { eventsOf, parseDetail } from "./timeline.ts";

/** Everything of one case, with what this person may do next; `undefined`: none in their areas. */
export const caseDetail = async (
  db: Reading,
  id: string,
  actor: Actor,
  nowMs: number,
): Promise<CaseDetail | undefined> => {
  const row = await caseRow(db, id);
  if (row === undefined || !isInScope(row.area_path, areasWith(actor, "cases.read")))
    return undefined;
  const [view] = await toViews(db, [row]);
  if (view === undefined) return undefined;
  const facts = await gatherFacts(db, row, nowMs);
  const merged = await db.selectFrom("cases").select("id").where("merged_into", "=", id).execute();
  const timers = await db.selectFrom("timers").selectAll().where("case_id", "=", id).execute();
  return {
    case: view,
    alarms: [...(await alarmsOfCase(db, id))],
    merged: merged.map((one) => one.id),
    timeline: (await eventsOf(db, id)).map(rowToEvent),
    pages: await pagesOfCase(db, id),
    clocks: timers.map(({ clock, base_at_ms, due_at_ms, repeats }) => ({
      clock,
      sinceMs: base_at_ms,
      dueAtMs: due_at_ms,
      repeats,
    })),
    evidence: await evidenceOf(db, id),
    actions: offers(rowToCase(row), facts, actingOn(actor, row), nowMs).map((offer) =>
      offerToView(offer, view.state),
    ),
    ends: await endOffers(db, row, actor),
  };
};

const offerToView = (
  { row, refusal }: Offer,
  state: CaseDetail["case"]["state"],
): CaseDetail["actions"][number] => ({
  action: row.action,
  step: row.id,
  name: row.name,
  to: row.to === "same" ? state : row.to,
  allowed: refusal === undefined,
  needs: [...row.needs],
  ...(refusal !== undefined && { reason: refusal.text }),
});

const rowToEvent = (row: CaseEventRow): CaseDetail["timeline"][number] => {
  const { text, ...detail } = parseDetail(row.detail);
  // Before texts had two languages of their own, both stood in the reason; those stay as they are.
  const isOwnWords = row.reason !== null && row.reason !== text?.zh;
  return {
    id: row.id,
    atMs: row.at_ms,
    actor: row.actor,
    action: row.action,
    channel: row.channel,
    detail,
    ...(row.step !== null && { step: row.step }),
    ...(row.from_state !== null && { from: row.from_state }),
    ...(row.to_state !== null && { to: row.to_state }),
    ...(isOwnWords && { reason: row.reason }),
    ...(text && { text }),
  };
};

const evidenceOf = async (db: Reading, id: string): Promise<CaseDetail["evidence"]> => {
  const rows = await db
    .selectFrom("evidence")
    .selectAll()
    .where("case_id", "=", id)
    .orderBy("at_ms")
    .execute();
  return rows.map(({ id, sha256, kind, bytes, media_type, by_name, at_ms }) => ({
    id,
    sha256,
    kind,
    bytes,
    mediaType: media_type,
    by: by_name,
    atMs: at_ms,
  }));
};
