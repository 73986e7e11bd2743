/**
 * Watches over alarms on their way in, so that none waits unseen for the center that happened to
 * get it: one that was killed, is frozen or has lost its database. With several centers each hears
 * a copy of every alarm; see docs/decisions/0017-several-centers.md.
 */
import { atLeast, elapsed, seconds, type MonoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { AlarmMessage } from "#domain/wire.ts";
import { inChunks } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";
import { parseUpTopic, readMessage, type UpDelivery } from "./read-message.ts";

/** How long the center that got an alarm may take to commit it. Canary's own choice. */
const graceAfter = seconds(2);
/** A database that has not answered for so long is taken as away: alarms are shown without it. */
const answerWithin = seconds(1);
/** Copies kept at most; what is beyond is still with its gateway, which sends it again. */
const heldMax = 20_000;
/** Taken in at once: a center that is only slow shall not be made slower. */
const takenMax = 500;

export interface StandInParts {
  readonly db: Reading;
  readonly clock: Clock;
  /** Commits a message, receipt and all. */
  readonly take: (delivery: UpDelivery) => Promise<void>;
  /** No database is known to have this one: show it. */
  readonly show: (messages: readonly AlarmMessage[]) => void;
  /** Some database has what was shown. */
  readonly stored: (messages: readonly AlarmMessage[]) => void;
}

export interface StandIn {
  /** A message was heard; the answer lets go of it: it is committed. */
  readonly hold: (delivery: UpDelivery) => () => void;
  /** To be called about twice a second. */
  readonly tick: () => void;
  /** Resolves when what is being done is done. */
  readonly idle: () => Promise<void>;
}

interface Heard {
  readonly delivery: UpDelivery;
  readonly since: MonoMs;
}

interface Owed {
  readonly delivery: UpDelivery;
  readonly message: AlarmMessage;
  readonly shown: boolean;
}

export const createStandIn = (parts: StandInParts): StandIn => {
  const { clock, db } = parts;
  const heard = new Set<Heard>();
  const owed = new Map<string, Owed>();
  let askedSince: MonoMs | undefined;
  let failing = false;
  let running: Promise<void> | undefined;

  const settle = (keys: Iterable<string>): void => {
    const known = [...keys].flatMap((key) => {
      const one = owed.get(key);
      owed.delete(key);
      return one?.shown === true ? [one.message] : [];
    });
    if (known.length > 0) parts.stored(known);
  };

  const collect = (now: MonoMs): void => {
    for (const one of heard) {
      // In the order heard: the rest is younger.
      if (!atLeast(elapsed(one.since, now), graceAfter)) break;
      heard.delete(one);
      const message = alarmIn(one.delivery);
      if (message === undefined) continue;
      const key = keyOf(message);
      const before = owed.get(key);
      // Of a numbered and an un-numbered copy the numbered one says more.
      if (before === undefined || message.durable) {
        owed.set(key, { delivery: one.delivery, message, shown: before?.shown ?? false });
      }
    }
  };

  const showAll = (): void => {
    const fresh = [...owed].filter(([, one]) => !one.shown);
    for (const [key, one] of fresh) owed.set(key, { ...one, shown: true });
    if (fresh.length > 0) parts.show(fresh.map(([, { message }]) => message));
  };

  /** Whatever nobody has committed is committed here. */
  const standIn = async (): Promise<void> => {
    settle(await storedAmong(db, [...owed.values()]));
    const mine = [...owed].slice(0, takenMax);
    const taken = await Promise.allSettled(mine.map(([, { delivery }]) => parts.take(delivery)));
    settle(mine.flatMap(([key], at) => (taken[at]?.status === "fulfilled" ? [key] : [])));
    failing = taken.some(({ status }) => status === "rejected");
  };

  return {
    hold: (delivery) => {
      if (heard.size >= heldMax || owed.size >= heldMax) return () => undefined;
      const one = { delivery, since: clock.now().monoMs };
      heard.add(one);
      return () => heard.delete(one);
    },
    tick: () => {
      const now = clock.now().monoMs;
      collect(now);
      const silent = askedSince !== undefined && atLeast(elapsed(askedSince, now), answerWithin);
      if (failing || silent) showAll();
      if (owed.size === 0 || running !== undefined) return;
      askedSince = now;
      running = standIn()
        // The database says the same to everybody who asks; here alarms are shown without it.
        .catch(() => {
          failing = true;
        })
        .finally(() => {
          askedSince = undefined;
          running = undefined;
        });
    },
    idle: async () => {
      await running;
    },
  };
};

const alarmIn = (delivery: UpDelivery): AlarmMessage | undefined => {
  const from = parseUpTopic(delivery.topic);
  if (from?.lane !== "alarm") return undefined;
  const read = readMessage(delivery, from);
  return read.kind === "alarm" ? read.value : undefined;
};

const keyOf = ({ source, id }: Pick<AlarmMessage, "source" | "id">): string => `${source} ${id}`;

/** Keys of those that some center has committed, as durable as they were heard. */
const storedAmong = async (db: Reading, owed: readonly Owed[]): Promise<readonly string[]> => {
  const messages = owed.map(({ message }) => message);
  const stored: string[] = [];
  for (const [source, ofSource] of Map.groupBy(messages, (message) => message.source)) {
    for (const chunk of inChunks(ofSource)) {
      const rows = await db
        .selectFrom("records")
        .select(["id", "durable"])
        .where("source", "=", source)
        .where(
          "id",
          "in",
          chunk.map(({ id }) => id),
        )
        .execute();
      const kept = new Map(rows.map(({ id, durable }) => [id, durable === 1]));
      for (const { id, durable } of chunk) {
        if (kept.get(id) === true || kept.get(id) === durable) stored.push(keyOf({ source, id }));
      }
    }
  }
  return stored;
};
