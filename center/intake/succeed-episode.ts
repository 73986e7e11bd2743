/**
 * A gateway whose disk fails tells of an alarm it could not write down. Killed and started again it
 * knows nothing of it: the home reports again and the gateway begins another episode. Nobody would
 * ever return the first one, so the alarm goes on under the new name: one row, one case, and the
 * signature stays. See docs/decisions/0015-an-alarm-its-gateway-forgot.md.
 */
import { sql } from "kysely";
import type { AlarmNotice } from "#domain/alarm.ts";
import { inChunks, inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow, EpisodeNameRow } from "../store/tables.ts";
import { ownName, rowToAlarm } from "./alarm-rows.ts";
import { goOnAs, isBefore, type Alarm } from "./fold-alarm.ts";
import { bootPlaces } from "./gateway-lives.ts";
import type { TakenAlarm } from "./read-message.ts";

export interface KnownAlarm {
  readonly alarm: Alarm;
  readonly signed: boolean;
}

/** Alarms under their gateway's own names: as the batch leaves them, and as they were before it. */
interface Alarms {
  readonly changed: Map<string, Alarm>;
  readonly known: Map<string, KnownAlarm>;
}

export interface Names {
  /** Its alarm has another name by now. */
  readonly isLeft: (ownName: string) => boolean;
  /**
   * Takes a word that is not of the alarm under its name: the first one of a new episode that a
   * forgotten alarm goes on as, and all under a name that has been left. Answers whether it was that.
   */
  readonly takes: (arrival: TakenAlarm) => Promise<boolean>;
  readonly write: () => Promise<void>;
}

export const followNames = async (
  tx: Writing,
  fresh: readonly TakenAlarm[],
  { changed, known }: Alarms,
): Promise<Names> => {
  const { left, heirs } = await namesLeft(tx, fresh);
  const unwritten = await unwrittenAt(tx, fresh);
  /** Own names of alarms that may have been forgotten, by where they are. */
  const candidates = new Map<string, Set<string>>();
  const add = (place: string, own: string): void => {
    candidates.set(place, (candidates.get(place) ?? new Set()).add(own));
  };
  for (const [own, { alarm }] of unwritten) add(placeKey(alarm.gateway, alarm.notice), own);
  const renamed = new Map<string, EpisodeNameRow>();

  const stored = (own: string): KnownAlarm | undefined =>
    known.get(own) ?? unwritten.get(own) ?? heirs.get(own);
  const alarmNow = (own: string): Alarm | undefined => changed.get(own) ?? stored(own)?.alarm;

  /** The alarm has the arrival's name from now on, and not the other any more. */
  const goOn = (own: string, old: Alarm, arrival: TakenAlarm): void => {
    const name = ownName(arrival);
    const before = stored(own);
    const { data: notice, durable, late } = arrival.value;
    if (before !== undefined) known.set(name, before);
    changed.set(name, goOnAs(old, { notice, durable, late }));
    changed.delete(own);
    const { gateway, episode } = old;
    const row = (gateway_episode: string) => ({ gateway, gateway_episode, episode });
    renamed.set(own, row(old.notice.event.episode));
    renamed.set(name, row(notice.event.episode));
    for (const [other, of] of left) if (of === own) left.set(other, name);
    left.delete(name);
    left.set(own, name);
  };

  return {
    isLeft: (name) => left.has(name),
    takes: async (arrival) => {
      const name = ownName(arrival);
      const { data: notice, durable } = arrival.value;
      const heir = left.get(name);
      if (heir !== undefined) {
        const alarm = alarmNow(heir);
        if (alarm !== undefined && (await isOfLaterBoot(tx, alarm, arrival))) {
          goOn(heir, alarm, arrival);
        }
        return true;
      }
      const place = placeKey(arrival.gateway, notice);
      const others = [...(candidates.get(place) ?? [])].filter((own) => !left.has(own));
      if (!durable) add(place, name);
      if (notice.event.kind === "returned" || changed.has(name) || known.has(name)) return false;
      for (const own of others) {
        const alarm = alarmNow(own);
        if (alarm === undefined || !(await isForgotten(tx, alarm, arrival))) continue;
        goOn(own, alarm, arrival);
        return true;
      }
      return false;
    },
    write: () => writeNames(tx, renamed, (own) => left.has(own)),
  };
};

/** Of these names some were left for another, and some taken again. */
const writeNames = async (
  tx: Writing,
  renamed: ReadonlyMap<string, EpisodeNameRow>,
  isLeft: (ownName: string) => boolean,
): Promise<void> => {
  const leaving: EpisodeNameRow[] = [];
  for (const [own, row] of renamed) {
    if (isLeft(own)) leaving.push(row);
    else await takeName(tx, row);
  }
  for (const chunk of inChunks(leaving)) {
    await tx
      .insertInto("episode_names")
      .values(chunk)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
};

/** The name is an alarm's own again. */
const takeName = async (
  tx: Writing,
  { gateway, gateway_episode: name }: EpisodeNameRow,
): Promise<void> => {
  await tx
    .deleteFrom("episode_names")
    .where("gateway", "=", gateway)
    .where("gateway_episode", "=", name)
    .execute();
};

/**
 * A gateway has at most one open episode of a rule at a detector: of two, it has forgotten the first.
 * A drill's row never becomes a real one's, nor a test's.
 */
const placeKey = (gateway: string, { event, drill }: AlarmNotice): string =>
  JSON.stringify([gateway, event.detector, event.rule, event.test, drill]);

/** It stands, some of it was never written down, and what comes now is newer. */
const isForgotten = async (tx: Writing, alarm: Alarm, arrival: TakenAlarm): Promise<boolean> => {
  if (alarm.condition !== "active" || alarm.memory.undurable.length === 0) return false;
  const { at } = arrival.value.data.event;
  const before = alarm.notice.event.at;
  if (before.bootId === at.bootId) return isBefore(before, at);
  const places = await bootPlaces(tx, arrival.gateway);
  const place = places.get(before.bootId);
  return place === undefined ? isBefore(before, at) : (places.get(at.bootId) ?? Infinity) > place;
};

/**
 * A word under a name that its alarm has left, from a boot after the one whose word it goes on with:
 * that gateway never forgot it, and an older boot's record, held up on its way, was taken for news.
 */
const isOfLaterBoot = async (tx: Writing, alarm: Alarm, arrival: TakenAlarm): Promise<boolean> => {
  const { at } = arrival.value.data.event;
  const places = await bootPlaces(tx, arrival.gateway);
  const place = places.get(alarm.notice.event.at.bootId) ?? Infinity;
  return (places.get(at.bootId) ?? 0) > place;
};

/** Which of these names have been left, each with its alarm's present name; and those alarms. */
const namesLeft = async (
  tx: Writing,
  fresh: readonly TakenAlarm[],
): Promise<{ readonly left: Map<string, string>; readonly heirs: Map<string, KnownAlarm> }> => {
  const rows: EpisodeNameRow[] = [];
  const episodes = new Set<string>(fresh.map((one) => one.value.data.event.episode));
  for (const chunk of inLists([...episodes])) {
    rows.push(
      ...(await tx
        .selectFrom("episode_names")
        .selectAll()
        .where("gateway_episode", "in", chunk)
        .execute()),
    );
  }
  const heirs = await knownByName(tx, rows);
  const nameOf = new Map([...heirs].map(([name, { alarm }]) => [alarm.episode, name]));
  const left = new Map(
    rows.map((row) => [
      JSON.stringify([row.gateway, row.gateway_episode]),
      nameOf.get(row.episode) ?? "",
    ]),
  );
  return { left, heirs };
};

/** Standing alarms of these detectors of which something was never written down, by own name. */
const unwrittenAt = async (
  tx: Writing,
  fresh: readonly TakenAlarm[],
): Promise<ReadonlyMap<string, KnownAlarm>> => {
  const found = new Map<string, KnownAlarm>();
  const speakers = new Map<string, Set<string>>();
  for (const { gateway, value } of fresh) {
    const detectors = speakers.get(gateway) ?? new Set<string>();
    speakers.set(gateway, detectors.add(value.data.event.detector));
  }
  for (const gateways of inLists([...speakers.keys()])) {
    const all = await tx
      .selectFrom("alarms")
      .select(["gateway", "detector", "episode"])
      // Written out, so that both databases see that their index of just these answers it.
      .where("durable", "=", sql.lit(0))
      .where("condition", "=", sql.lit("active"))
      .where("gateway", "in", gateways)
      .execute();
    const own = all.filter(({ gateway, detector }) => speakers.get(gateway)?.has(detector));
    for (const [name, alarm] of await knownByName(tx, own)) found.set(name, alarm);
  }
  return found;
};

/** These alarms by their gateway's own names. */
const knownByName = async (
  tx: Writing,
  alarms: readonly { readonly episode: string }[],
): Promise<Map<string, KnownAlarm>> => {
  const signed = await signaturesOf(tx, alarms);
  const rows = await alarmRows(tx, alarms);
  return new Map(
    rows.map((row) => [
      JSON.stringify([row.gateway, row.gateway_episode]),
      { alarm: rowToAlarm(row), signed: signed.has(row.episode) },
    ]),
  );
};

const alarmRows = async (
  tx: Writing,
  alarms: readonly { readonly episode: string }[],
): Promise<readonly AlarmRow[]> => {
  const rows: AlarmRow[] = [];
  for (const chunk of inLists(alarms.map(({ episode }) => episode))) {
    rows.push(
      ...(await tx.selectFrom("alarms").selectAll().where("episode", "in", chunk).execute()),
    );
  }
  return rows;
};

/** Which of these alarms somebody has signed for. */
export const signaturesOf = async (
  tx: Writing,
  alarms: readonly { readonly episode: string }[],
): Promise<ReadonlySet<string>> => {
  const signed = new Set<string>();
  for (const chunk of inLists(alarms.map(({ episode }) => episode))) {
    const rows = await tx
      .selectFrom("case_alarms")
      .select("episode")
      .where("episode", "in", chunk)
      .where("signed_at_ms", "is not", null)
      .execute();
    for (const { episode } of rows) signed.add(episode);
  }
  return signed;
};
