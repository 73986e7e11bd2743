/** The alarms of this gateway as the board shows them, the most urgent first. */
import type { AlarmClass, Priority, RuleId } from "#domain/alarm.ts";
import type { Gas, Level } from "#domain/gas.ts";
import type { Address } from "#domain/place.ts";
import { minutes } from "#domain/quantity.ts";
import type { BusPosition } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { whyNotHush } from "#rules/hush.ts";
import type { Hold, Life } from "#rules/life.ts";
import { lifeOf, type Episode, type LifeState } from "#rules/step.ts";
import type { Point } from "../points.ts";

export interface BoardAlarm {
  readonly episode: string;
  readonly detector: string;
  readonly rule: RuleId;
  readonly alarmClass: AlarmClass;
  readonly priority: Priority;
  readonly life: LifeState;
  /** False: back to normal at the device, and waiting for a signature or a reset. */
  readonly active: boolean;
  readonly test: boolean;
  readonly gas?: Gas;
  readonly level?: Level;
  readonly peak?: Level;
  /** What the detector measures now, and when it was last heard. */
  readonly present?: { readonly levels: readonly Level[]; readonly heardAtMs: number };
  /** Wall clock when it began; absent for one that has returned. */
  readonly sinceMs?: number;
  readonly address?: Address;
  readonly position: BusPosition;
  /** It is in no site file (any more): see the deed `write-off`. */
  readonly unregistered?: true;
  /** Who answers for it. */
  readonly owner?: { readonly by: string; readonly atMs?: number; readonly side?: string };
  readonly hush?: { readonly by: string; readonly reason: string; readonly untilMs: number };
  /** Why it rings nobody; without an end it lasts as long as its cause. */
  readonly hold?: { readonly by: string; readonly reason: string; readonly untilMs?: number };
  /** Why its sound cannot be hushed by somebody on site; absent: it can. */
  readonly notHushable?: Bilingual;
}

export const boardAlarms = (points: Iterable<Point>, now: Instant): readonly BoardAlarm[] =>
  Array.from(points, (point) => alarmsOf(point, now))
    .flat()
    .toSorted(byUrgency);

const alarmsOf = (point: Point, now: Instant): readonly BoardAlarm[] => {
  const { state } = point;
  if (state.alarms.episodes.length + state.alarms.life.length === 0) return [];
  const place = {
    detector: point.id,
    position: point.position,
    ...(point.registered?.address && { address: point.registered.address }),
    ...(point.registered === undefined && { unregistered: true as const }),
    ...(point.heardAtMs !== undefined && {
      present: { levels: point.levels, heardAtMs: point.heardAtMs },
    }),
  };
  const open = state.alarms.episodes.map((one) => Object.assign(openAlarm(point, one, now), place));
  const over = state.alarms.life
    .filter(({ standing }) => !standing)
    .map((one) => Object.assign(overAlarm(point, one), place));
  return [...open, ...over];
};

type Placeless = Omit<BoardAlarm, "detector" | "position" | "address" | "unregistered" | "present">;

const openAlarm = ({ state, rules }: Point, one: Episode, now: Instant): Placeless => {
  const wall = (monoMs: number): number => Math.round(now.wallMs - now.monoMs + monoMs);
  const { hush } = state.alarms;
  const onSite = { duration: minutes(1), confirmedOnSite: true };
  const why = whyNotHush(state, rules.limits, onSite, now);
  return {
    episode: one.id,
    rule: one.rule,
    alarmClass: one.alarmClass,
    priority: one.priority,
    life: lifeOf(state, one.rule),
    active: true,
    test: one.test,
    ...(one.gas && { gas: one.gas }),
    ...(one.level && { level: one.level }),
    ...(one.peak && { peak: one.peak }),
    sinceMs: wall(one.raisedAtMs),
    ...ownerOf(state.alarms.life.find(({ rule }) => rule === one.rule)),
    ...(hush && { hush: { by: hush.by, reason: hush.reason, untilMs: wall(hush.untilMs) } }),
    ...holdOf(state.alarms.holds, one, wall),
    ...(why && { notHushable: why }),
  };
};

const holdOf = (
  holds: readonly Hold[],
  { held, rule }: Episode,
  wall: (monoMs: number) => number,
): Pick<BoardAlarm, "hold"> => {
  const hold = holds.find((one) => one.kind === held?.by && [rule, "all"].includes(one.rule));
  if (hold === undefined) return {};
  const { by, reason, untilMs } = hold;
  return { hold: { by, reason, ...(untilMs !== undefined && { untilMs: wall(untilMs) }) } };
};

const overAlarm = ({ state, rules }: Point, one: Life): Placeless => ({
  episode: one.episode,
  rule: one.rule,
  alarmClass: one.alarmClass,
  priority: rules.limits.routes[one.rule].priority,
  life: lifeOf(state, one.rule),
  active: false,
  test: false,
  ...ownerOf(one),
});

const ownerOf = (life: Life | undefined): Pick<BoardAlarm, "owner"> => {
  if (life?.acknowledgedBy === undefined) return {};
  const first = life.signatures?.[0];
  const when = first && { atMs: Math.round(first.atMs), side: first.side };
  return { owner: { by: life.acknowledgedBy, ...when } };
};

/** As at the desk: level, then what nobody has signed for, then who waits longest. */
const byUrgency = (a: BoardAlarm, b: BoardAlarm): number =>
  Number(a.test) - Number(b.test) ||
  a.priority - b.priority ||
  Number(b.active) - Number(a.active) ||
  Number(a.owner !== undefined) - Number(b.owner !== undefined) ||
  (a.sinceMs ?? 0) - (b.sinceMs ?? 0);
