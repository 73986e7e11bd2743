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
  /** Its alarm has another name by now; whatever still comes under this one changes nothing. */
  readonly isLeft: (ownName: string) => boolean;
  /** Takes the first word of a new episode for a forgotten alarm's; answers whether it was that. */
  readonly goesOn: (arrival: TakenAlarm) => Promise<boolean>;
  readonly write: () => Promise<void>;
}

export const followNames = async (
  tx: Writing,
  fresh: readonly TakenAlarm[],
  { changed, known }: Alarms,
): Promise<Names> => {
  const left = await namesLeft(tx, fresh);
  const unwritten = await unwrittenAt(tx, fresh);
  /** Own names of alarms that may have been forgotten, by where they are. */
  const candidates = new Map<string, Set<string>>();
  const add = (place: string, own: string): void => {
    candidates.set(place, (candidates.get(place) ?? new Set()).add(own));
  };
  for (const [own, { alarm }] of unwritten) add(placeKey(alarm.gateway, alarm.notice), own);
  const fallen: EpisodeNameRow[] = [];

  return {
    isLeft: (name) => left.has(name),
    goesOn: async (arrival) => {
      const name = ownName(arrival);
      const { data: notice, durable, late } = arrival.value;
      const place = placeKey(arrival.gateway, notice);
      const others = [...(candidates.get(place) ?? [])].filter((own) => !left.has(own));
      if (!durable) add(place, name);
      if (notice.event.kind === "returned" || changed.has(name) || known.has(name)) return false;
      for (const own of others) {
        const before = known.get(own) ?? unwritten.get(own);
        const old = changed.get(own) ?? before?.alarm;
        if (old === undefined || !(await isForgotten(tx, old, arrival))) continue;
        if (before !== undefined) known.set(name, before);
        changed.set(name, goOnAs(old, { notice, durable, late }));
        changed.delete(own);
        left.add(own);
        fallen.push({
          gateway: arrival.gateway,
          gateway_episode: old.notice.event.episode,
          episode: old.episode,
        });
        return true;
      }
      return false;
    },
    write: async () => {
      for (const chunk of inChunks(fallen)) {
        await tx
          .insertInto("episode_names")
          .values(chunk)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
  };
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

/** Which of these names have been left for another. */
const namesLeft = async (tx: Writing, fresh: readonly TakenAlarm[]): Promise<Set<string>> => {
  const left = new Set<string>();
  const episodes = new Set<string>(fresh.map((one) => one.value.data.event.episode));
  for (const chunk of inLists([...episodes])) {
    const rows = await tx
      .selectFrom("episode_names")
      .select(["gateway", "gateway_episode"])
      .where("gateway_episode", "in", chunk)
      .execute();
    for (const row of rows) left.add(JSON.stringify([row.gateway, row.gateway_episode]));
  }
  return left;
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
    const signed = await signaturesOf(tx, own);
    for (const row of await alarmRows(tx, own)) {
      found.set(JSON.stringify([row.gateway, row.gateway_episode]), {
        alarm: rowToAlarm(row),
        signed: signed.has(row.episode),
      });
    }
  }
  return found;
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
