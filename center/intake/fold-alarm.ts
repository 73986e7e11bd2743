/**
 * From the events of one episode, in whatever order and however often they come, to the alarm the
 * desk shows. Pure; the result does not depend on the order of arrival.
 */
import type { AlarmEvent, AlarmNotice, Held } from "#domain/alarm.ts";
import type { Instant } from "#domain/time.ts";

/** One episode as the center knows it. */
export interface Alarm {
  /** The center's name of the episode; see `save-alarms.ts`. */
  readonly episode: string;
  readonly gateway: string;
  readonly condition: "active" | "returned";
  /** The newest notice by the gateway's own order of events, not by arrival. */
  readonly notice: AlarmNotice;
  readonly memory: AlarmMemory;
  /** When the center committed the first notice of it, epoch ms. */
  readonly receivedAtMs: number;
}

export interface AlarmMemory {
  /** The earliest event known; without its number where it was kept before numbers were. */
  readonly first: { readonly at: Instant; readonly late: boolean; readonly number?: number };
  /** Events that only the center has, because the gateway's disk failed. */
  readonly undurable: readonly string[];
  /** One of its notices was not held back: it has rung, and a signature is owed. */
  readonly rang: boolean;
  /** It is over by a person's word; the gateway's next word of it takes this away. */
  readonly ended?: Ended;
}

/** A person's word that an alarm is over which its gateway had forgotten; see `desk/end-alarm.ts`. */
export interface Ended {
  readonly by: string;
  /** By the center's clock, epoch ms. */
  readonly atMs: number;
  readonly reason: string;
  /** What the gateway last said of the detector then: boot and monotonic time. It is no news. */
  readonly picture?: { readonly boot: string; readonly monoMs: number };
}

/** One notice as it came. */
export interface Arrival {
  readonly notice: AlarmNotice;
  readonly durable: boolean;
  readonly late: boolean;
}

/**
 * `returned` ends an episode: a `raised` that was held up and comes later tells of the past and
 * opens nothing; a new excess is a new episode. Only a gateway that could not write its `returned`
 * down, and was killed, goes on with the episode; see docs/decisions/0014-the-newest-word.md.
 */
export const foldAlarm = (
  alarm: Alarm | undefined,
  arrival: Arrival,
  place: { readonly episode: string; readonly gateway: string; readonly nowMs: number },
): Alarm => {
  const { event } = arrival.notice;
  if (alarm === undefined) {
    return {
      episode: place.episode,
      gateway: place.gateway,
      condition: conditionAfter(event),
      notice: arrival.notice,
      memory: {
        first: firstOf(arrival),
        undurable: arrival.durable ? [] : [event.id],
        rang: event.held === undefined,
      },
      receivedAtMs: place.nowMs,
    };
  }
  const { first, undurable, rang, ended } = alarm.memory;
  const isNewest = isAfter(event, alarm.notice.event);
  return {
    ...alarm,
    condition: isNewest ? conditionAfter(event) : alarm.condition,
    notice: asRealAs(isNewest ? arrival.notice : alarm.notice, [alarm.notice, arrival.notice]),
    memory: {
      first: isEarlier(event, first) ? firstOf(arrival) : first,
      undurable: arrival.durable ? undurable : [...new Set([...undurable, event.id])].sort(),
      rang: rang || event.held === undefined,
      ...(!isNewest && ended && { ended }),
    },
  };
};

/** A site may be staged, or be so no more, while an alarm stands: what was once real is no drill. */
const asRealAs = (notice: AlarmNotice, all: readonly AlarmNotice[]): AlarmNotice => ({
  ...notice,
  drill: all.every(({ drill }) => drill),
});

/** Why it rings nobody; `undefined` as soon as one of its notices has rung. */
export const heldBack = ({ notice, memory }: Pick<Alarm, "notice" | "memory">): Held | undefined =>
  memory.rang ? undefined : notice.event.held;

/** Its gateway has spoken of it again: what a person said counts no longer. */
export const withoutEnd = ({ first, undurable, rang }: AlarmMemory): AlarmMemory => ({
  first,
  undurable,
  rang,
});

/** A notice that came un-numbered has now come numbered: the gateway has it on disk as well. */
export const markDurable = (alarm: Alarm, event: string): Alarm => ({
  ...alarm,
  memory: {
    ...alarm.memory,
    undurable: alarm.memory.undurable.filter((id) => id !== event),
  },
});

/**
 * The alarm under the name of a new episode: its gateway has forgotten the one before, whose notices
 * it never wrote down. It began when the old one did, and has rung if that has.
 */
export const goOnAs = (alarm: Alarm, arrival: Arrival): Alarm => {
  const { event } = arrival.notice;
  return {
    ...alarm,
    condition: conditionAfter(event),
    notice: asRealAs(arrival.notice, [alarm.notice, arrival.notice]),
    memory: {
      ...withoutEnd(alarm.memory),
      // Before whatever comes under the new name, whose numbers begin anew.
      first: { ...alarm.memory.first, number: 0 },
      undurable: arrival.durable ? [] : [event.id],
      rang: alarm.memory.rang || event.held === undefined,
    },
  };
};

const firstOf = ({ notice: { event }, late }: Arrival): AlarmMemory["first"] => ({
  at: event.at,
  late,
  number: numberOf(event),
});

/** The gateway's own count comes first: a boot that begins in 1970 is no earlier than the one before. */
const isEarlier = (event: AlarmEvent, first: AlarmMemory["first"]): boolean => {
  const byNumber = first.number === undefined ? 0 : numberOf(event) - first.number;
  return byNumber === 0 ? isBefore(event.at, first.at) : byNumber < 0;
};

const conditionAfter = ({ kind }: AlarmEvent): Alarm["condition"] =>
  kind === "returned" ? "returned" : "active";

const isAfter = (a: AlarmEvent, b: AlarmEvent): boolean => {
  const byEnd = Number(a.kind === "returned") - Number(b.kind === "returned");
  if (byEnd !== 0) {
    // Within one boot it is certain that a `returned` was forgotten and the alarm went on.
    const sameBoot = a.at.bootId === b.at.bootId && a.at.monoMs !== b.at.monoMs;
    return sameBoot ? a.at.monoMs > b.at.monoMs : byEnd > 0;
  }
  const byNumber = numberOf(a) - numberOf(b);
  if (byNumber !== 0) return byNumber > 0;
  if (isBefore(b.at, a.at)) return true;
  if (isBefore(a.at, b.at)) return false;
  const byKind = Number(a.kind === "worsened") - Number(b.kind === "worsened");
  return byKind === 0 ? a.id > b.id : byKind > 0;
};

/**
 * The gateway numbers the events of an episode in the id: `<episode>#<number>…`. That order holds
 * also where the wall clock was set back between two boots; without a number only time is left.
 */
const numberOf = ({ id, episode }: AlarmEvent): number =>
  id.startsWith(`${episode}#`) ? Number.parseInt(id.slice(episode.length + 1), 10) || 0 : 0;

/** Within one boot the monotonic clock decides; across boots only the wall clock can. */
export const isBefore = (a: Instant, b: Instant): boolean =>
  a.bootId === b.bootId ? a.monoMs < b.monoMs : a.wallMs < b.wallMs;
