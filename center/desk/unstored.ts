import type { DeskAlarm } from "#domain/desk.ts";
import type { AlarmMessage } from "#domain/wire.ts";
import { foldAlarm, heldBack, type Alarm } from "../intake/fold-alarm.ts";
import { noticeToWire } from "./read-alarms.ts";

/** Alarms this center has heard of and no database has: kept in memory and shown, no more. */
export interface Unstored {
  /** Answers the alarm as pages show it from now on. */
  readonly add: (message: AlarmMessage, nowMs: number) => DeskAlarm;
  /** A database has it. */
  readonly remove: (message: AlarmMessage) => void;
  readonly list: () => readonly DeskAlarm[];
}

export const createUnstored = (): Unstored => {
  const byEpisode = new Map<string, { readonly alarm: Alarm; readonly owed: Set<string> }>();
  return {
    add: (message, nowMs) => {
      const { data: notice, durable, late } = message;
      const key = keyOf(message);
      const known = byEpisode.get(key);
      const { gateway } = notice.where;
      const { episode } = notice.event;
      const alarm = foldAlarm(known?.alarm, { notice, durable, late }, { episode, gateway, nowMs });
      byEpisode.set(key, { alarm, owed: (known?.owed ?? new Set()).add(message.id) });
      return toDeskAlarm(alarm);
    },
    remove: (message) => {
      const known = byEpisode.get(keyOf(message));
      known?.owed.delete(message.id);
      if (known?.owed.size === 0) byEpisode.delete(keyOf(message));
    },
    list: () => [...byEpisode.values()].map(({ alarm }) => toDeskAlarm(alarm)),
  };
};

const keyOf = ({ data }: AlarmMessage): string =>
  JSON.stringify([data.where.gateway, data.event.episode]);

const toDeskAlarm = (alarm: Alarm): DeskAlarm => {
  const held = heldBack(alarm);
  return {
    episode: alarm.episode,
    condition: alarm.condition,
    notice: noticeToWire(alarm.notice),
    firstAtMs: Math.round(alarm.memory.first.at.wallMs),
    lastAtMs: Math.round(alarm.notice.event.at.wallMs),
    receivedAtMs: Math.floor(alarm.receivedAtMs),
    durable: alarm.memory.undurable.length === 0,
    late: alarm.memory.first.late,
    unstored: true,
    ...(held !== undefined && { held: { ...held } }),
    // There is no case before a commit: nothing that could be signed for.
    case: { id: "", state: "reported", version: 0 },
  };
};
