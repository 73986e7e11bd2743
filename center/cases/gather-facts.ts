import type { CaseFacts, MergeTarget, SceneReading } from "#domain/case.ts";
import { parseStreet } from "../intake/save-street.ts";
import { inLists } from "../store/chunks.ts";
import type { CaseEventRow, CaseRow, EvidenceRow } from "../store/case-tables.ts";
import type { Reading } from "../store/open-store.ts";
import { priorityOf, rowToCase } from "./case-rows.ts";
import { gatewayFamily } from "./home-key.ts";
import { eventsOfMany, parseDetail } from "./timeline.ts";

const dayMs = 24 * 3_600_000;
/** Chengdu's clock: calls on two days are two of its days. */
const offsetMs = 8 * 3_600_000;

/** Everything the rules of the flow ask about a case, as it is in this transaction. */
export const gatherFacts = async (
  db: Reading,
  row: CaseRow,
  nowMs: number,
  target?: string,
): Promise<CaseFacts> => {
  const [facts] = await gatherFactsOf(
    db,
    [{ row, ...(target !== undefined && { target }) }],
    nowMs,
  );
  if (facts === undefined) throw new Error(`no facts of case ${row.id}`);
  return facts;
};

/** The same of many cases in a few questions, in their order. */
export const gatherFactsOf = async (
  db: Reading,
  asked: readonly { readonly row: CaseRow; readonly target?: string }[],
  nowMs: number,
): Promise<readonly CaseFacts[]> => {
  const ids = asked.map(({ row }) => row.id);
  const membersByCase = await membersOf(db, ids);
  const eventsByCase = await eventsOfMany(db, ids);
  const evidenceByCase = await evidenceOf(db, ids);
  const gathered: CaseFacts[] = [];
  for (const { row, target: named } of asked) {
    const wanted = named ?? row.merged_into ?? undefined;
    const target = wanted === undefined ? undefined : await targetOf(db, row, wanted);
    const found: Found = {
      members: membersByCase.get(row.id) ?? [],
      events: eventsByCase.get(row.id) ?? [],
      evidence: evidenceByCase.get(row.id) ?? [],
    };
    gathered.push({
      ...factsOf(row, found, nowMs),
      ...(target !== undefined && { target }),
    });
  }
  return gathered;
};

interface Found {
  readonly members: readonly Member[];
  readonly events: readonly CaseEventRow[];
  readonly evidence: readonly Pick<EvidenceRow, "kind" | "at_ms">[];
}

const factsOf = (row: CaseRow, found: Found, nowMs: number): CaseFacts => {
  const { members, events } = found;
  const evidence = found.evidence.filter((one) => one.at_ms >= row.round_at_ms);
  const danger = members.filter((one) => isDangerRow(one));
  const lastAlarmAtMs = events.findLast(isWordOfAlarm)?.at_ms;
  const unsigned = members.filter((one) => one.rings === 1 && one.signed_at_ms === null).length;
  return {
    activeDanger: danger.some((one) => one.condition === "active"),
    alarms: members.length,
    deviceAlarms: row.test === 1 ? 0 : members.length,
    // A report that was put into a case with alarms owes a signature of its own.
    unsigned:
      members.length === 0
        ? Number(row.signed_at_ms === null)
        : Math.max(unsigned, Number(row.unsigned_since_ms !== null)),
    gases: [...new Set(danger.map((one) => (one.alarm_class === "co" ? "co" : "combustible")))],
    readings: [...sceneReadings(events, row).values()].map(({ gas, value }) => ({ gas, value })),
    ...inRound(events, row),
    photos: evidence.filter(({ kind }) => kind === "photo").length,
    evidence: evidence.length,
    dissatisfiedBefore: events.some(({ action }) => action === "verify_fail"),
    ...(lastAlarmAtMs !== undefined && { lastAlarmAtMs }),
    ...(row.family === gatewayFamily
      ? gatewayHealth(events, nowMs)
      : healthOf(members, nowMs, lastAlarmAtMs ?? row.round_at_ms)),
  };
};

/** Alarms of cases with what their detectors say now. */
const membersOf = async (db: Reading, caseIds: readonly string[]) => {
  const rows: Awaited<ReturnType<ReturnType<typeof selectMembers>["execute"]>> = [];
  for (const list of inLists(caseIds)) rows.push(...(await selectMembers(db, list).execute()));
  return Map.groupBy(rows, ({ case_id }) => case_id);
};

const selectMembers = (db: Reading, caseIds: readonly string[]) =>
  db
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .leftJoin("detectors", (join) =>
      join
        .onRef("detectors.gateway", "=", "alarms.gateway")
        .onRef("detectors.detector", "=", "alarms.detector"),
    )
    .leftJoin("gateways", "gateways.id", "alarms.gateway")
    .select([
      "case_alarms.case_id",
      "alarms.alarm_class",
      "alarms.condition",
      "case_alarms.rings",
      "case_alarms.signed_at_ms",
      "detectors.state",
      "gateways.link",
    ])
    .where("case_alarms.case_id", "in", caseIds);

type Member = Awaited<ReturnType<ReturnType<typeof selectMembers>["execute"]>>[number];

const evidenceOf = async (db: Reading, caseIds: readonly string[]) => {
  const rows: Pick<EvidenceRow, "case_id" | "kind" | "at_ms">[] = [];
  for (const list of inLists(caseIds)) {
    const found = await db
      .selectFrom("evidence")
      .select(["case_id", "kind", "at_ms"])
      .where("case_id", "in", list)
      .execute();
    rows.push(...found);
  }
  return Map.groupBy(rows, ({ case_id }) => case_id);
};

const isDangerRow = (one: Member): boolean => one.alarm_class === "co" || one.alarm_class === "gas";

const isWordOfAlarm = ({ action }: CaseEventRow): boolean => action.startsWith("alarm");

/** What was measured on the scene, and who wrote it down. */
export type TakenReading = SceneReading & { readonly by: string };

/** The newest reading of each gas since the case's last alarm, in its present round. */
export const sceneReadings = (
  events: readonly CaseEventRow[],
  row: CaseRow,
): ReadonlyMap<SceneReading["gas"], TakenReading> => {
  const last = events.findLastIndex(isWordOfAlarm);
  const sinceMs = Math.max(row.round_at_ms, events[last]?.at_ms ?? 0);
  const readings = new Map<SceneReading["gas"], TakenReading>();
  // Written after it as well: of one millisecond the order of writing decides.
  for (const { at_ms: atMs, actor, detail } of events.slice(last + 1)) {
    if (atMs < sinceMs) continue;
    for (const reading of parseDetail(detail).readings ?? []) {
      readings.set(reading.gas, { ...reading, by: actor });
    }
  }
  return readings;
};

/** What was said since the round began. */
const inRound = (
  events: readonly CaseEventRow[],
  row: CaseRow,
): Pick<CaseFacts, "contacted" | "failedCalls"> => {
  const round = events
    .filter((event) => event.at_ms >= row.round_at_ms)
    .map((event) => ({ atMs: event.at_ms, detail: parseDetail(event.detail) }));
  const failed = round.filter(({ detail }) => detail.failedCall === true);
  return {
    contacted: round.some(({ detail }) => detail.contact !== undefined),
    failedCalls: {
      count: failed.length,
      days: new Set(failed.map(({ atMs }) => Math.floor((atMs + offsetMs) / dayMs))).size,
    },
  };
};

/** Healthy: every alarm is over, every device is heard and normal; since the last alarm at most. */
const healthOf = (
  members: readonly Member[],
  nowMs: number,
  sinceMs: number,
): Pick<CaseFacts, "healthyForMs"> =>
  members.length > 0 &&
  members.every(
    (one) => one.condition === "returned" && one.state === "normal" && one.link === "up",
  )
    ? { healthyForMs: nowMs - sinceMs }
    : {};

/** Healthy since it was told as back. */
const gatewayHealth = (
  events: readonly CaseEventRow[],
  nowMs: number,
): Pick<CaseFacts, "healthyForMs"> => {
  const last = events.findLast(({ action }) => action.startsWith("alarm"));
  return last?.action === "alarm_over" ? { healthyForMs: nowMs - last.at_ms } : {};
};

const targetOf = async (
  db: Reading,
  row: CaseRow,
  id: string,
): Promise<MergeTarget | undefined> => {
  const target = await db.selectFrom("cases").selectAll().where("id", "=", id).executeTakeFirst();
  if (target === undefined) return undefined;
  const { state } = rowToCase(target);
  return {
    id,
    state,
    priority: priorityOf(target.priority),
    staged: target.drill === 1 || target.test === 1,
    sameHome: target.home === row.home,
    sameKind: target.family === row.family,
    sameCause:
      target.group_name !== null &&
      (target.group_name === row.group_name || (await sharesGroup(db, row, target.group_name))),
  };
};

/** A standing storm or shared cause names a detector of the case. */
const sharesGroup = async (db: Reading, row: CaseRow, group: string): Promise<boolean> => {
  if (row.group_name === group) return true;
  const rows = await db
    .selectFrom("street_events")
    .select("notice")
    .where("group_name", "=", group)
    .execute();
  if (rows.length === 0) return false;
  const detectors = await db
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .select("alarms.detector")
    .where("case_alarms.case_id", "=", row.id)
    .execute();
  const named = new Set<string>(rows.flatMap(({ notice }) => parseStreet(notice).street.members));
  return detectors.some(({ detector }) => named.has(detector));
};
