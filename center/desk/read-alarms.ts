import { caseStates } from "#domain/case.ts";
import type { AlarmNotice } from "#domain/alarm.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";
import { heldBack } from "../intake/fold-alarm.ts";
import { parseMemory, parseNotice } from "../intake/alarm-rows.ts";
import { commandsOn } from "../commands/read-commands.ts";
import { everywhere, inScope } from "../rights/scoped.ts";
import { actionsOn } from "./read-actions.ts";
import { inLists } from "../store/chunks.ts";
import { alarmsInTime, inStretch, newestFirst, type Stretch } from "../store/in-time.ts";
import type { Reading } from "../store/open-store.ts";

/** Alarms a person must still see: active, or returned but not signed for; most urgent first. */
export const alarmsOnDesk = async (
  db: Reading,
  areas = everywhere,
): Promise<readonly DeskAlarm[]> => {
  const rows = await selectAlarms(db)
    .where("alarms.on_desk", "=", 1)
    .where(inScope("alarms.area_path", areas))
    .orderBy("alarms.priority")
    .orderBy("alarms.first_at_ms")
    .orderBy("alarms.episode")
    .execute();
  return toDeskAlarms(db, rows);
};

/** The named alarms, on the desk or not; unknown names are left out. */
export const alarmsNamed = async (
  db: Reading,
  episodes: readonly string[],
  areas = everywhere,
): Promise<readonly DeskAlarm[]> => {
  const alarms: DeskAlarm[] = [];
  for (const chunk of inLists(episodes)) {
    const rows = await selectAlarms(db)
      .where("alarms.episode", "in", chunk)
      .where(inScope("alarms.area_path", areas))
      .execute();
    alarms.push(...(await toDeskAlarms(db, rows)));
  }
  return alarms;
};

/** Alarms worked on in one case, most urgent first. */
export const alarmsOfCase = async (db: Reading, caseId: string): Promise<readonly DeskAlarm[]> => {
  const rows = await selectAlarms(db)
    .where("case_alarms.case_id", "=", caseId)
    .orderBy("alarms.priority")
    .orderBy("alarms.first_at_ms")
    .orderBy("alarms.episode")
    .execute();
  return toDeskAlarms(db, rows);
};

/** Where a page of alarms ended: newest first, so the next begins below this one. */
export interface AlarmCursor {
  readonly receivedAtMs: number;
  readonly episode: string;
}

export const alarmPage = async (
  db: Reading,
  page: { readonly openOnly: boolean; readonly after?: AlarmCursor; readonly limit: number },
  areas = everywhere,
): Promise<{ readonly items: readonly DeskAlarm[]; readonly next?: AlarmCursor }> => {
  const { after, limit } = page;
  const before =
    after === undefined ? undefined : { atMs: after.receivedAtMs, name: after.episode };
  const read = (stretch: Stretch, most: number) =>
    selectAlarms(db)
      .where(inScope("alarms.area_path", areas))
      .$if(page.openOnly, (query) => query.where("alarms.on_desk", "=", 1))
      .where(inStretch(alarmsInTime, stretch))
      .orderBy("alarms.received_at_ms", "desc")
      .orderBy("alarms.episode", "desc")
      .limit(most)
      .execute();
  // Few alarms are on the desk, and an index names them.
  const rows = page.openOnly
    ? await read(before === undefined ? {} : { before }, limit + 1)
    : await newestFirst(db, alarmsInTime, { before, limit: limit + 1 }, read);
  const items = await toDeskAlarms(db, rows.slice(0, limit));
  const last = items.at(-1);
  return rows.length > limit && last !== undefined
    ? { items, next: { receivedAtMs: last.receivedAtMs, episode: last.episode } }
    : { items };
};

const selectAlarms = (db: Reading) =>
  db
    .selectFrom("alarms")
    .innerJoin("case_alarms", "case_alarms.episode", "alarms.episode")
    .innerJoin("cases", "cases.id", "case_alarms.case_id")
    .leftJoin("detectors", (join) =>
      join
        .onRef("detectors.gateway", "=", "alarms.gateway")
        .onRef("detectors.detector", "=", "alarms.detector"),
    )
    .leftJoin("gateways", "gateways.id", "alarms.gateway")
    .select([
      "alarms.episode",
      "alarms.gateway",
      "alarms.gateway_episode",
      "alarms.detector",
      "alarms.condition",
      "alarms.memory",
      "alarms.notice",
      "alarms.first_at_ms",
      "alarms.last_at_ms",
      "alarms.received_at_ms",
      "alarms.durable",
      "alarms.late",
      "cases.id as case_id",
      "cases.state as case_state",
      "case_alarms.version",
      "case_alarms.signed_by",
      "case_alarms.signed_at_ms",
      "detectors.status",
      "gateways.link",
    ]);

type DeskRow = Awaited<ReturnType<ReturnType<typeof selectAlarms>["execute"]>>[number];

const toDeskAlarms = async (db: Reading, rows: readonly DeskRow[]): Promise<DeskAlarm[]> => {
  const actions = await actionsOn(db, rows);
  const commands = await commandsOn(
    db,
    rows.map(({ episode }) => episode),
  );
  return rows.map((row) => {
    const asked = commands.get(row.episode);
    return { ...rowToDeskAlarm(row, actions(row)), ...(asked && { commands: asked }) };
  });
};

const rowToDeskAlarm = (row: DeskRow, actions: DeskAlarm["actions"]): DeskAlarm => ({
  episode: row.episode,
  condition: row.condition === "returned" ? "returned" : "active",
  notice: noticeToWire(parseNotice(row.notice)),
  firstAtMs: row.first_at_ms,
  lastAtMs: row.last_at_ms,
  receivedAtMs: row.received_at_ms,
  durable: row.durable === 1,
  late: row.late === 1,
  ...heldOf(row),
  ...endedOf(row),
  ...(actions !== undefined && actions.length > 0 && { actions }),
  ...(row.status !== null && { present: presentStatus(row.status, row.link) }),
  case: {
    id: row.case_id,
    state: row.signed_at_ms === null ? "reported" : "accepted",
    version: row.version,
    ...(row.signed_by !== null && { acceptedBy: row.signed_by }),
    ...(row.signed_at_ms !== null && { acceptedAtMs: row.signed_at_ms }),
    ...progressOf(row.case_state),
  },
});

const progressOf = (state: string): Pick<DeskAlarm["case"], "progress"> => {
  const progress = caseStates.find((known) => known === state);
  return progress === undefined ? {} : { progress };
};

const heldOf = (row: DeskRow): Pick<DeskAlarm, "held"> => {
  const held = heldBack({ notice: parseNotice(row.notice), memory: parseMemory(row.memory) });
  return held === undefined ? {} : { held: { ...held } };
};

/** Whose word it is that it is over, where that is a person's. */
export const endedOf = ({ memory }: Pick<DeskRow, "memory">): Pick<DeskAlarm, "ended"> => {
  const { ended } = parseMemory(memory);
  if (ended === undefined) return {};
  const { by, atMs, reason } = ended;
  return { ended: { by, atMs, reason } };
};

/** The same value; the schema's type has mutable parts where the domain's has readonly ones. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const noticeToWire = (notice: AlarmNotice) => notice as unknown as DeskAlarm["notice"];

/** With the link lost nobody knows how the detector is now: unknown, with the age of the last word. */
const presentStatus = (json: string, link: string | null): DetectorStatus => {
  // Written by `save-status.ts` from a checked status message.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const status = JSON.parse(json) as DetectorStatus;
  return link === "lost" ? { ...status, state: "unknown" } : status;
};
