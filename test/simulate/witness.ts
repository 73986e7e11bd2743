/**
 * Watches the real gateway and center and compares them with the reference: whatever breaks one of
 * the design's invariants ends the story.
 */
import { isDanger } from "#domain/alarm.ts";
import type { DeskAlarm } from "#domain/desk.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import type { Clock } from "#domain/time.ts";
import { canonicalJson, genesis } from "#gateway/journal/chain.ts";
import type { DetectorRules } from "#rules/step.ts";
import { createBootOrder } from "./boot-order.ts";
import type { Card, Kept } from "./card.ts";
import { createReference } from "./reference.ts";
import type { Committed } from "./street-center.ts";

export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

export interface WitnessParts {
  readonly clock: Clock;
  readonly nowMs: () => number;
  readonly rightWallMs: () => number;
  readonly rulesFor: (detector: DetectorId) => DetectorRules;
  readonly registered: readonly DetectorId[];
  readonly drill: boolean;
  readonly card: () => Card;
  readonly tell: (what: string) => void;
}

/** Events of an episode are numbered; what is about a whole street or a person's doing is not. */
const isAlarm = (id: string): boolean => id.includes("#");

/** A second of patience with the disk (`gateway/keeper.ts`), a second of the uplink's, and some. */
const sendWithinMs = 3_000;

/** Two clocks that agree so well are both taken for right (`center/intake/rebase-times.ts`). */
const clockToleranceMs = 5_000;
/** And a change of a second is taken for slewing; the rest is drift. */
const datedWithinMs = 7_000;

export const createWitness = (parts: WitnessParts) => {
  let violation: Violation | undefined;
  const fail = (invariant: string, what: string): void => {
    violation ??= { invariant, what };
  };
  /** When an event really happened, whatever its gateway's clock showed. */
  const rightTimeOf = new Map<string, number>();
  const reference = createReference(parts.rulesFor, parts.registered, fail, (event) => {
    rightTimeOf.set(event.id, parts.rightWallMs());
  });
  const acked = new Set<string>();
  /** Gas and CO of the present life that is not on the wire yet, and since when. */
  const unsent = new Map<string, number>();
  /** What the center has committed, by episode. */
  const committed = new Map<string, Committed>();
  const byEpisode = new Map<string, string[]>();
  const alarmOf = new Map<string, string>();
  let deskIsNew = true;
  /** Such a card may have lost what was acknowledged: nobody can keep that promise. All others hold. */
  let cardLied = false;
  const bootOrder = createBootOrder();

  const isOnCard = (eventId: string): boolean =>
    parts
      .card()
      .records()
      .some((one) => one.eventId === eventId);

  /** Something of it left unwritten and was forgotten by a restart: the two sides may differ. */
  const isDoubtful = (episode: string): boolean =>
    byEpisode.get(episode)?.some((id) => reference.abandoned.has(id)) === true;

  const inOrder = (episode: string): readonly string[] =>
    (byEpisode.get(episode) ?? []).toSorted((a, b) => reference.orderOf(a) - reference.orderOf(b));

  /** Once the clock of this boot is right, or was when the event happened, its time can be told. */
  const isMisdated = (id: string | undefined, shownMs: number): boolean => {
    const event = reference.events.get(id ?? "");
    const rightMs = rightTimeOf.get(id ?? "");
    if (event === undefined || rightMs === undefined) return false;
    const { bootId, wallMs } = event.at;
    const canBeTold =
      bootId === parts.clock.now().bootId || Math.abs(wallMs - rightMs) <= clockToleranceMs;
    return canBeTold && Math.abs(shownMs - rightMs) > datedWithinMs;
  };

  return {
    fail,
    isDoubtful,
    /** The alarms that the desk dates otherwise than they happened, though it could know better. */
    misdated: (alarms: readonly DeskAlarm[]): readonly string[] =>
      alarms
        .filter(({ episode, firstAtMs, lastAtMs }) => {
          const ids = inOrder(episode);
          const isWrong = isMisdated(ids[0], firstAtMs) || isMisdated(ids.at(-1), lastAtMs);
          return isWrong && !isDoubtful(episode);
        })
        .map(({ episode }) => episode),
    /** The alarms that the rules say stand, as the center names them. */
    standing: (): ReadonlySet<string> =>
      new Set([...reference.openEpisodes()].map((episode) => alarmOf.get(episode) ?? episode)),
    violation: () => violation,
    reference,
    committed: committed as ReadonlyMap<string, Committed>,
    cardLies: (): void => {
      cardLied = true;
    },

    begin: (): void => {
      unsent.clear();
      const now = parts.clock.now();
      const card = parts.card().read();
      bootOrder.begin(now.bootId, card);
      reference.begin(now, card);
      if (cardLied) return;
      for (const id of reference.abandoned) {
        if (acked.has(id))
          fail("3 forgotten", `${id} was acknowledged and is gone after a restart`);
      }
    },
    report: (report: Report): void => {
      for (const { id, alarmClass } of reference.take(report)) {
        if (isDanger(alarmClass)) unsent.set(id, parts.nowMs());
        parts.tell(`  → ${id}`);
      }
    },
    /** Whatever the disk does: what can be sent has been sent by now. */
    overdue: (lineUpForMs: number): void => {
      for (const [id, sinceMs] of unsent) {
        if (Math.min(parts.nowMs() - sinceMs, lineUpForMs) > sendWithinMs) {
          fail("2 the alarm leaves", `${id} was not sent within ${sendWithinMs} ms`);
        }
      }
    },

    /** A detector's message was acknowledged: everything it can have changed is on disk. */
    acknowledged: (events: readonly string[]): void => {
      for (const id of events) {
        if (!isOnCard(id) && !reference.abandoned.has(id)) {
          fail("2 written before answered", `acknowledged before ${id} was on disk`);
        }
        acked.add(id);
      }
    },

    /** After each commit on the gateway's card. */
    cardCommitted: (records: readonly Kept[]): void => {
      let prev = genesis;
      records.forEach((record, index) => {
        if (record.seq !== index + 1) fail("4 no holes", `record ${index + 1} is ${record.seq}`);
        if (record.prev !== prev) fail("4 no holes", `record ${record.seq} breaks the chain`);
        prev = record.hash;
        if (!isAlarm(record.eventId)) return;
        if (!reference.events.has(record.eventId)) {
          fail("8 one alarm", `${record.eventId} was written, the rules know nothing of it`);
        }
        if (record.settled === 1 && !committed.has(record.eventId)) {
          fail("3 forgotten", `${record.eventId} counts as confirmed, the center does not have it`);
        }
      });
    },

    /** The gateway put a message on the wire. */
    sent: (payload: string): void => {
      const message: Sent = JSON.parse(payload);
      if (message.type !== "canary.alarm.v1") return;
      const { event } = message.data;
      unsent.delete(event.id);
      const expected = reference.events.get(event.id);
      if (expected === undefined) {
        fail("8 one alarm", `${event.id} was sent, the rules know nothing of it`);
        return;
      }
      const told = expected.level === undefined ? { ...event, level: undefined } : event;
      if (canonicalJson(told) !== canonicalJson(expected)) {
        fail("10 true to the rules", `${event.id} was sent otherwise than judged`);
      }
      if (message.data.drill !== parts.drill)
        fail("10 test is not real", `${event.id}: drill mark`);
      if (message.durable && !isOnCard(event.id)) {
        fail("2 written before answered", `${event.id} was sent as durable and is not on disk`);
      }
    },

    /** The center has committed a message. */
    taken: bootOrder.taken,

    /** After each commit of the center. */
    centerCommitted: (fresh: readonly Committed[]): void => {
      deskIsNew ||= fresh.length > 0;
      for (const one of fresh) {
        if (!isAlarm(one.id)) continue;
        committed.set(one.id, one);
        alarmOf.set(one.episode, one.alarm);
        byEpisode.set(one.alarm, [...(byEpisode.get(one.alarm) ?? []), one.id]);
        const event = reference.events.get(one.id);
        if (event !== undefined) bootOrder.heard(event.at.bootId);
        else {
          fail("8 one alarm", `the center took in ${one.id}, which never happened`);
        }
      }
    },

    /** Whether the center has taken in anything since it was asked for the last time. */
    isDeskNew: (): boolean => {
      const was = deskIsNew;
      deskIsNew = false;
      return was;
    },
    /** What the desk shows is what the committed records mean, in the gateway's order of events. */
    desk: (alarms: readonly DeskAlarm[]): void => {
      const shown = new Set<string>();
      for (const alarm of alarms) {
        if (shown.has(alarm.episode)) fail("8 one alarm", `${alarm.episode} is shown twice`);
        shown.add(alarm.episode);
        const ids = inOrder(alarm.episode);
        if (isDoubtful(alarm.episode)) continue;
        const last = reference.events.get(ids.at(-1) ?? "");
        if (last === undefined) {
          fail("8 one alarm", `${alarm.episode} is shown and nothing of it was taken in`);
          continue;
        }
        const returned = last.kind === "returned" ? "returned" : "active";
        const inDoubt = alarm.condition === "active" && bootOrder.isDoubtful(last);
        if (alarm.condition !== returned && !inDoubt) {
          fail("6 condition", `${alarm.episode} is shown ${alarm.condition} after ${last.id}`);
        }
        const { event } = alarm.notice;
        if (event.id !== last.id) {
          fail("9 order", `${alarm.episode} shows ${event.id} though ${last.id} came after it`);
        }
        if (alarm.notice.drill !== parts.drill)
          fail("10 test is not real", `${event.id}: drill mark`);
      }
      for (const episode of byEpisode.keys()) {
        if (!shown.has(episode)) fail("3 forgotten", `${episode} is committed and not shown`);
      }
    },
  };
};

export type Witness = ReturnType<typeof createWitness>;

interface Sent {
  readonly type: string;
  readonly durable: boolean;
  readonly data: {
    readonly drill: boolean;
    readonly event: { readonly id: string; readonly level?: unknown };
  };
}
