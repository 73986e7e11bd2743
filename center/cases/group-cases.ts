import type { StreetNotice } from "#domain/notice.ts";
import { streetKinds } from "#domain/street-event.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import type { TakenRecord } from "../intake/read-message.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { actAsSystem } from "./act-as-system.ts";
import { caseRow, caseRows, priorityOf } from "./case-rows.ts";
import { mergeBySystem } from "./create-case.ts";

/**
 * Makes one case of what the gateway's rules find to have one cause: gas and CO in one building,
 * riser or floor, faults behind one link. Only what nobody has signed for is merged; cases that
 * somebody works on are marked with the group and stay theirs. Gas is never merged for sharing a
 * cable, and a desk's flood is no cause at all.
 */
export const groupCases = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
  nowMs: number,
): Promise<void> => {
  for (const one of fresh) {
    if (one.kind !== "street") continue;
    const notice = one.value.data;
    const { topic, role } = streetKinds[notice.street.kind];
    if (role === "ends" || (topic !== "storm" && topic !== "shared-cause" && topic !== "link")) {
      continue;
    }
    const found = await candidates(tx, one.gateway, notice);
    const [main] = found;
    if (main !== undefined) await makeOne(tx, notice, main, found.slice(1), nowMs);
  }
};

const sharedPlaces = new Set(["building", "riser", "floor"]);

/** Open cases of the members, the one to work on first: already the group's, then urgent, then old. */
const candidates = async (
  tx: Writing,
  gateway: string,
  notice: StreetNotice,
): Promise<readonly CaseRow[]> => {
  const { group, members, kind } = notice.street;
  const byPlace = sharedPlaces.has(group.split(":")[0] ?? "");
  const byLink = group.startsWith("link:") || streetKinds[kind].topic === "link";
  if (!byPlace && !byLink) return [];
  const ids = new Set<string>();
  for (const chunk of inChunks([...new Set(members)])) {
    const rows = await tx
      .selectFrom("case_alarms")
      .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
      .innerJoin("cases", "cases.id", "case_alarms.case_id")
      .select("cases.id")
      .distinct()
      .where("alarms.gateway", "=", gateway)
      .where("alarms.detector", "in", chunk)
      .where("cases.is_open", "=", 1)
      .where("cases.state", "!=", "suspended")
      .where("cases.drill", "=", Number(notice.drill))
      .where("cases.test", "=", 0)
      .where("cases.family", byPlace ? "=" : "!=", "danger")
      .execute();
    for (const { id } of rows) ids.add(id);
  }
  return [...(await caseRows(tx, [...ids]))].sort(
    (a, b) =>
      Number(b.group_name === group) - Number(a.group_name === group) ||
      Number(a.state === "reported") - Number(b.state === "reported") ||
      a.priority - b.priority ||
      a.created_at_ms - b.created_at_ms ||
      (a.id < b.id ? -1 : 1),
  );
};

const makeOne = async (
  tx: Writing,
  { street }: StreetNotice,
  main: CaseRow,
  others: readonly CaseRow[],
  nowMs: number,
): Promise<void> => {
  // As long as a reason may be.
  const zh = street.text.zh.slice(0, 2_000);
  const text = { zh, en: street.text.en.slice(0, 2_000) };
  await mark(tx, [main, ...others], street.group);
  for (const other of others) {
    if (other.state !== "reported") continue;
    const target = await caseRow(tx, main.id);
    const source = await caseRow(tx, other.id);
    if (target !== undefined && source !== undefined) {
      await mergeBySystem(tx, source, target, { text, nowMs });
    }
  }
  if (streetKinds[street.kind].role !== "begins" || others.length === 0) return;
  let row = await caseRow(tx, main.id);
  if (row !== undefined && street.priority < row.priority) {
    const raised = await actAsSystem(tx, row, {
      action: "raise_priority",
      input: { priority: priorityOf(street.priority), cause: zh },
      text,
      channel: "gateway",
      nowMs,
    });
    if (raised.ok) row = raised.value;
  }
  // Several homes with gas are the street's at once; a dead cable is not.
  if (row !== undefined && row.family === "danger" && row.level !== "street") {
    if (row.level !== "district") {
      await actAsSystem(tx, row, {
        action: "escalate",
        input: { reason: zh },
        text,
        channel: "gateway",
        nowMs,
      });
    }
  }
};

const mark = async (tx: Writing, rows: readonly CaseRow[], group: string): Promise<void> => {
  const unmarked = rows.filter((row) => row.group_name !== group).map(({ id }) => id);
  for (const chunk of inChunks(unmarked)) {
    await tx.updateTable("cases").set({ group_name: group }).where("id", "in", chunk).execute();
  }
  await noteChanges(
    tx,
    unmarked.map((id) => ({ kind: "case", ref: id })),
  );
};
