/**
 * The gateway's newest word decides whether an alarm stands. Events say when it began and ended; but
 * a `returned` that left unwritten, because the disk failed, is forgotten by a gateway that is
 * killed then: it goes on with the alarm and has no event to say so. Its status names the alarms
 * that stand, and where that is newer than the event it counts.
 * See docs/decisions/0014-the-newest-word.md.
 */
import { asksForSignature } from "#domain/alarm.ts";
import { takeAlarms } from "../cases/take-alarms.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow, DetectorRow } from "../store/tables.ts";
import { heldBack, withoutEnd, type Alarm } from "./fold-alarm.ts";
import { bootPlaces } from "./gateway-lives.ts";
import { parseMemory, parseNotice, rowToAlarm } from "./alarm-rows.ts";

/** Checks the alarms of these detectors against their gateway's picture; answers the episodes changed. */
export const reopenAlarms = async (
  tx: Writing,
  detectorsByGateway: ReadonlyMap<string, ReadonlySet<string>>,
  nowMs: number,
): Promise<readonly string[]> => {
  const changed: string[] = [];
  const pictureBy = await picturesOf(tx, detectorsByGateway);
  const named = [...pictureBy].flatMap(([gateway, pictures]) =>
    [...pictures.values()].flatMap(standingIn).map((name) => ({ gateway, name })),
  );
  const leftNames = await leftAmong(tx, named);
  const rowsBy = await doubtfulAt(tx, [...detectorsByGateway.keys()], named, leftNames);
  for (const [gateway, doubtful] of rowsBy) {
    const pictures = pictureBy.get(gateway) ?? new Map<string, DetectorRow>();
    const places = await bootPlaces(tx, gateway);
    for (const row of doubtful) {
      const picture = pictures.get(row.detector);
      if (picture === undefined || wasOverruled(row, picture)) continue;
      const told = { boot: picture.boot ?? "", monoMs: Number(picture.mono_ms) };
      if (!isNewer(told, row, places)) continue;
      const stands = standingIn(picture).some(
        (name) =>
          name === row.gateway_episode || leftNames.get(keyOf({ gateway, name })) === row.episode,
      );
      if (stands && row.condition === "returned") await reopen(tx, row, nowMs);
      else if (!stands && row.since !== null) await takeBack(tx, row, nowMs);
      else continue;
      changed.push(row.episode);
    }
  }
  return changed;
};

type Doubtful = AlarmRow & { readonly since: number | null };

type Pictures = ReadonlyMap<string, ReadonlyMap<string, DetectorRow>>;

/**
 * By gateway: alarms told as returned that a picture of these names, and those that stand by a
 * picture only.
 */
const doubtfulAt = async (
  tx: Writing,
  gateways: readonly string[],
  named: readonly Named[],
  leftNames: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, readonly Doubtful[]>> => {
  const doubtful = new Map<string, Doubtful>();
  for (const chunk of inLists(gateways)) {
    const rows = await tx
      // From the few that are reopened to their alarms: the other way every alarm ever is read.
      .selectFrom("reopened")
      .innerJoin("alarms", "alarms.episode", "reopened.episode")
      .selectAll("alarms")
      .select("reopened.since_ms as since")
      .where("reopened.gateway", "in", chunk)
      .execute();
    for (const row of rows) doubtful.set(row.episode, row);
  }
  const names = new Set(named.map(keyOf));
  for (const chunk of inLists([...new Set(named.map(({ name }) => name))])) {
    const rows = await tx
      .selectFrom("alarms")
      .selectAll()
      .where("gateway_episode", "in", chunk)
      .where("condition", "=", "returned")
      .execute();
    for (const row of rows) {
      const isNamed = names.has(keyOf({ gateway: row.gateway, name: row.gateway_episode }));
      if (isNamed) doubtful.set(row.episode, Object.assign(row, { since: null }));
    }
  }
  for (const chunk of inLists([...new Set(leftNames.values())])) {
    const rows = await tx
      .selectFrom("alarms")
      .selectAll()
      .where("episode", "in", chunk)
      .where("condition", "=", "returned")
      .execute();
    for (const row of rows) doubtful.set(row.episode, Object.assign(row, { since: null }));
  }
  return Map.groupBy(doubtful.values(), ({ gateway }) => gateway);
};

/** An alarm that a picture names, by its gateway's own name. */
interface Named {
  readonly gateway: string;
  readonly name: string;
}

const keyOf = ({ gateway, name }: Named): string => `${gateway} ${name}`;

/**
 * Names among these that their alarm has left for another, and the center's own name of it. A
 * gateway that still uses one had not forgotten that alarm: the word of an older boot came late.
 */
const leftAmong = async (
  tx: Writing,
  named: readonly Named[],
): Promise<ReadonlyMap<string, string>> => {
  const left = new Map<string, string>();
  for (const chunk of inLists([...new Set(named.map(({ name }) => name))])) {
    const rows = await tx
      .selectFrom("episode_names")
      .selectAll()
      .where("gateway_episode", "in", chunk)
      .execute();
    for (const { gateway, gateway_episode: name, episode } of rows) {
      left.set(keyOf({ gateway, name }), episode);
    }
  }
  return left;
};

/** By gateway and detector: what these detectors say now. */
const picturesOf = async (
  tx: Writing,
  detectorsByGateway: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Pictures> => {
  const pictureBy = new Map<string, Map<string, DetectorRow>>();
  for (const [gateway, detectors] of detectorsByGateway) {
    const pictures = new Map<string, DetectorRow>();
    for (const chunk of inLists([...detectors])) {
      const rows = await tx
        .selectFrom("detectors")
        .selectAll()
        .where("gateway", "=", gateway)
        .where("detector", "in", chunk)
        .execute();
      for (const row of rows) pictures.set(row.detector, row);
    }
    if (pictures.size > 0) pictureBy.set(gateway, pictures);
  }
  return pictureBy;
};

/** When something was told, by the gateway's own clock. */
export interface Told {
  readonly boot: string;
  readonly monoMs: number;
}

/**
 * Whether it was told after the alarm's newest event. Between two boots the later heard is the newer
 * one. An event of a boot that has sent no status yet is newer than every picture.
 */
export const isNewer = (
  { boot, monoMs }: Told,
  row: AlarmRow,
  places: ReadonlyMap<string, number>,
): boolean => {
  const { at } = parseNotice(row.notice).event;
  // A status says whole milliseconds.
  if (boot === at.bootId) return monoMs > at.monoMs + 1;
  return (places.get(boot) ?? 0) > (places.get(at.bootId) ?? Infinity);
};

/** A person ended the alarm against this very picture: it is no later word. */
const wasOverruled = (row: AlarmRow, { boot, mono_ms: monoMs }: DetectorRow): boolean => {
  const { picture } = parseMemory(row.memory).ended ?? {};
  return picture?.boot === (boot ?? "") && picture.monoMs === Number(monoMs);
};

const reopen = async (tx: Writing, row: AlarmRow, nowMs: number): Promise<void> => {
  const { episode, gateway, detector } = row;
  await setCondition(tx, row, { condition: "active", onDesk: 1, nowMs });
  await tx
    .updateTable("alarms")
    .set({ memory: JSON.stringify(withoutEnd(parseMemory(row.memory))) })
    .where("episode", "=", episode)
    .execute();
  await tx
    .insertInto("reopened")
    .values({ episode, gateway, detector, since_ms: nowMs })
    .onConflict((conflict) => conflict.column("episode").doNothing())
    .execute();
};

/** The gateway no longer names it: the `returned` that is known of it holds again. */
const takeBack = async (tx: Writing, row: AlarmRow, nowMs: number): Promise<void> => {
  await tx.deleteFrom("reopened").where("episode", "=", row.episode).execute();
  const alarm = rowToAlarm(row);
  if (alarm.notice.event.kind !== "returned") return;
  const member = await tx
    .selectFrom("case_alarms")
    .select("signed_at_ms")
    .where("episode", "=", row.episode)
    .executeTakeFirst();
  const owed = member?.signed_at_ms === null && asksForSignature(heldBack(alarm));
  await setCondition(tx, row, { condition: "returned", onDesk: Number(owed), nowMs });
};

const setCondition = async (
  tx: Writing,
  row: AlarmRow,
  to: { readonly condition: Alarm["condition"]; readonly onDesk: number; readonly nowMs: number },
): Promise<void> => {
  await tx
    .updateTable("alarms")
    .set({ condition: to.condition, on_desk: to.onDesk })
    .where("episode", "=", row.episode)
    .execute();
  const before = rowToAlarm(row);
  const alarm = { ...before, condition: to.condition };
  await takeAlarms(tx, [{ alarm, before }], new Map(), to.nowMs);
};

/** Written by `save-status.ts` from a checked status message. */
export const standingIn = ({ status }: Pick<DetectorRow, "status">): readonly string[] => {
  const { episodes = [] }: { readonly episodes?: readonly string[] } = JSON.parse(status);
  return episodes;
};
