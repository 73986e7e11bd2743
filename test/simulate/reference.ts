/**
 * What the bare rules say of the reports that were heard: no pipeline, no disk, no wire. After a
 * restart it goes on from what a written record promises, and says when the card holds something
 * else.
 */
import type { AlarmEvent } from "#domain/alarm.ts";
import { isDanger } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import { type DetectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import {
  initialState,
  reviveState,
  saveState,
  statusOf,
  step,
  type DetectorRules,
  type DetectorState,
  type JudgeInput,
} from "#rules/step.ts";
import type { CardContent } from "./card.ts";

interface Moment {
  readonly state: DetectorState;
  readonly events: readonly string[];
  /** As it is saved; made when it is asked for. */
  json: string | undefined;
}

interface Watched {
  state: DetectorState;
  sounding: Sounding;
  /** Every state since the first, those of earlier lives as far as they were kept. */
  moments: Moment[];
  heardAt: Instant | undefined;
  /** A stranger without an alarm, not heard of since the start: nobody watches it. */
  asleep: boolean;
}

export type Fail = (invariant: string, what: string) => void;

export const createReference = (
  rulesFor: (detector: DetectorId) => DetectorRules,
  registered: readonly DetectorId[],
  fail: Fail,
  onEvent: (event: AlarmEvent) => void,
) => {
  const watched = new Map<DetectorId, Watched>();
  const events = new Map<string, AlarmEvent>();
  const order = new Map<string, number>();
  /** Of a life that ended before they were written: they may be anywhere or nowhere. */
  const abandoned = new Set<string>();

  const watch = (id: DetectorId, now: Instant): Watched => {
    const state = initialState(id, now);
    const one: Watched = {
      state,
      sounding: "none",
      moments: [],
      heardAt: undefined,
      asleep: false,
    };
    watched.set(id, one);
    return one;
  };

  const judge = (id: DetectorId, one: Watched, input: JudgeInput): readonly AlarmEvent[] => {
    const before = one.state;
    const judged = step(before, input, rulesFor(id));
    // Of a device nobody registered only gas and CO are alarms (`matters` in gateway/points.ts).
    const isForTheDesk = (event: AlarmEvent): boolean =>
      registered.includes(id) || isDanger(event.alarmClass);
    const next = { ...judged, events: judged.events.filter(isForTheDesk) };
    one.sounding = next.sounding;
    if (next.state === one.state && next.events.length === 0) return next.events;
    one.state = next.state;
    one.moments.push({
      state: next.state,
      events: next.events.map((event) => event.id),
      json: undefined,
    });
    for (const event of next.events) {
      if (events.has(event.id)) fail("8 one alarm", `${event.id} happened twice`);
      events.set(event.id, event);
      onEvent(event);
      order.set(event.id, order.size);
      // The rules hold an episode for some seconds after its condition is gone; that it is gone must
      // have been heard.
      const open = before.alarms.episodes.find((episode) => episode.id === event.episode);
      const byTimer = input.kind === "tick" && open?.goneSinceMs === undefined;
      if (byTimer && event.kind === "returned" && isDanger(event.alarmClass)) {
        fail("6 no timer clears", `${event.id} returned though nothing was heard`);
      }
    }
    return next.events;
  };

  /** Where a detector's moments can be found on the card; -1: nowhere. */
  const recover = (id: DetectorId, one: Watched, card: CardContent, kept: Set<string>): number => {
    const promised = one.moments.findLastIndex((moment) =>
      moment.events.some((event) => kept.has(event)),
    );
    const json = card.stateByDetector.get(id);
    if (json === undefined) {
      if (promised >= 0) fail("3 forgotten", `the card has records of ${id} but not its state`);
      return -1;
    }
    const found = one.moments.findLastIndex(
      (moment) => (moment.json ??= saveState(moment.state)) === json,
    );
    if (found < promised || found < 0) {
      fail("3 forgotten", `the state kept of ${id} is older than its records`);
    }
    return found;
  };

  /** As often as the rules ask for it; all of them at a start. */
  const tick = (now: Instant, all = false): void => {
    for (const [id, one] of watched) {
      const { wakeAtMs } = one.state;
      const isDue = all || (wakeAtMs !== undefined && wakeAtMs <= now.monoMs);
      if (isDue && !one.asleep) judge(id, one, { kind: "tick", now });
    }
  };

  return {
    events: events as ReadonlyMap<string, AlarmEvent>,
    abandoned: abandoned as ReadonlySet<string>,
    /** The place of an event among all that happened. */
    orderOf: (event: string): number => order.get(event) ?? -1,
    /** A process begins to listen, over what is on the card. */
    begin: (now: Instant, card: CardContent): void => {
      const kept = new Set(card.records.map(({ eventId }) => eventId));
      for (const id of registered) if (!watched.has(id)) watch(id, now);
      for (const [id, one] of watched) {
        const found = recover(id, one, card, kept);
        for (const { events } of one.moments.slice(found + 1)) {
          for (const event of events) abandoned.add(event);
        }
        one.moments = one.moments.slice(0, found + 1);
        const json = card.stateByDetector.get(id);
        const revived = found < 0 || json === undefined ? undefined : reviveState(json, now);
        one.state = revived?.ok === true ? revived.value : initialState(id, now);
        one.heardAt = undefined;
        one.sounding = "none";
        one.asleep = !registered.includes(id) && one.state.alarms.episodes.length === 0;
        // Nothing of it is left: it begins when it is heard again.
        if (one.asleep && found < 0) watched.delete(id);
      }
      tick(now, true);
    },
    take: (report: Report): readonly AlarmEvent[] => {
      const one = watched.get(report.detector) ?? watch(report.detector, report.receivedAt);
      one.asleep = false;
      if (report.findings.some(({ kind }) => kind !== "fault")) one.heardAt = report.receivedAt;
      return judge(report.detector, one, { kind: "report", report });
    },
    tick: (now: Instant): void => tick(now),
    /** Events of a detector so far that a restart would not lose by right. */
    eventsOf: (id: DetectorId): readonly string[] =>
      watched.get(id)?.moments.flatMap((moment) => moment.events) ?? [],
    sounding: (serves?: ReadonlySet<DetectorId>): Sounding => {
      const asked = new Set(
        [...watched]
          .filter(([id]) => serves === undefined || serves.has(id))
          .map(([, { sounding }]) => sounding),
      );
      return asked.has("co") ? "co" : asked.has("gas") ? "gas" : "none";
    },
    statuses: () =>
      [...watched]
        .filter(([, { asleep }]) => !asleep)
        .map(([id, { state, heardAt }]) => ({ id, status: statusOf(state), heardAt })),
    openEpisodes: (): ReadonlySet<string> =>
      new Set(
        [...watched].flatMap(([id, { state }]) =>
          state.alarms.episodes
            .filter(({ alarmClass }) => registered.includes(id) || isDanger(alarmClass))
            .map((episode) => episode.id),
        ),
      ),
  };
};

export type Reference = ReturnType<typeof createReference>;
