/** What the gateway knows of each detector while it runs. */
import { isDanger } from "#domain/alarm.ts";
import type { Level } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { BusPosition, Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { noDemand, type Demand } from "#rules/protection/demand.ts";
import { initialState, type DetectorRules, type DetectorState } from "#rules/step.ts";
import type { Directory, Registered } from "./directory.ts";
import type { KnownStates } from "./known-states.ts";
import type { GatewayFault } from "./ports.ts";
import { followNames, type Renamed } from "./renamed.ts";
import { createShadow, type Shadow } from "./shadow.ts";

export interface Point {
  readonly id: DetectorId;
  readonly registered: Registered | undefined;
  readonly rules: DetectorRules;
  state: DetectorState;
  /** The rules on trial beside them, when there are any. */
  readonly shadow: Shadow | undefined;
  /** What it asks of the buzzers that serve it. */
  demand: Demand;
  position: BusPosition;
  /** Wall clock of the last message of any kind; for people, never for durations. */
  heardAtMs: number | undefined;
  levels: readonly Level[];
  lastSeq: number | undefined;
  /** Changed since it was last saved. */
  unsaved: boolean;
}

export interface Points {
  readonly byId: ReadonlyMap<DetectorId, Point>;
  /** The point of a report's detector, made when it is the first that is heard of it. */
  readonly of: (report: Report) => Point;
  /** Whose alarms have gone on under another name since the last process. */
  readonly renamed: readonly Renamed[];
}

/** More unregistered devices than this, and idle ones are forgotten: a flood of invented names must not fill memory. */
const unregisteredMax = 1_000;
const forgottenAtOnce = 100;
const nowhere: BusPosition = { line: "-", place: "-" };

/**
 * Every registered detector is watched from the start, so that one that never speaks is unknown and
 * then silent; so is whoever had an alarm open when the last process ended.
 */
export const createPoints = (deps: {
  readonly directory: Directory;
  readonly rulesFor: (registered: Registered | undefined) => DetectorRules;
  /** Rules on trial, judging beside those in force and ringing nobody. */
  readonly trialFor?: (registered: Registered | undefined) => DetectorRules | undefined;
  readonly known: KnownStates;
  readonly now: () => Instant;
  /** A device nobody registered is heard for the first time, or again after it was forgotten. */
  readonly onStranger: (id: DetectorId, position: BusPosition) => void;
}): Points => {
  const byId = new Map<DetectorId, Point>();
  const { live, renamed } = followNames(deps.known.live, deps.directory, deps.now());
  let unregistered = 0;
  let forgetAbove = unregisteredMax;

  const open = (id: DetectorId, position: BusPosition): Point => {
    const registered = deps.directory.byId(id);
    const trial = deps.trialFor?.(registered);
    const point: Point = {
      id,
      registered,
      rules: deps.rulesFor(registered),
      state: live.get(id) ?? initialState(id, deps.now()),
      shadow: trial && createShadow(id, trial, deps.known.shadow.get(id), deps.now()),
      demand: noDemand,
      position,
      heardAtMs: undefined,
      levels: [],
      lastSeq: undefined,
      unsaved: false,
    };
    byId.set(id, point);
    if (registered === undefined) {
      deps.onStranger(id, position);
      unregistered += 1;
      if (unregistered > forgetAbove) {
        unregistered = forgetStrangers(byId, point);
        // Where none could go, not every newcomer shall be a reason to look through all again.
        forgetAbove = Math.max(unregisteredMax, unregistered + forgottenAtOnce);
      }
    }
    return point;
  };

  for (const { id } of deps.directory.all) open(id, nowhere);
  for (const [id, { alarms }] of live) {
    if (!byId.has(id) && alarms.episodes.length > 0) open(id, nowhere);
  }

  return {
    byId,
    renamed,
    of: (report) => byId.get(report.detector) ?? open(report.detector, report.position),
  };
};

/** For the duty seat, once for all of them; the newest is named. */
export const strangerFault = (id: DetectorId, where: string): GatewayFault => ({
  key: "unregistered-devices",
  present: true,
  text: {
    zh: `有未登记的设备在发数据,最近一台:${id}(${where})。燃气和一氧化碳报警照常处理,其他状态不单独报警;请核实后登记`,
    en: `devices that nobody registered are sending, the latest is ${id} (${where}). Their gas and CO alarms are handled as any; their other states raise no alarm of their own. Check and register them`,
  },
});

/**
 * Somebody registered it and counts on it, or it is about gas or CO: an alarm, a dose, a dwell.
 * What else an unregistered device says of itself is shown as its state and is no alarm of its own:
 * nobody's address is behind it, and names can be invented without end.
 */
export const matters = ({ registered, state }: Point): boolean =>
  registered !== undefined || hasDanger(state) || isBuilding(state);

const hasDanger = ({ alarms }: DetectorState): boolean =>
  alarms.episodes.some(({ alarmClass }) => isDanger(alarmClass));

const isBuilding = ({ memory: { co, gases, notes } }: DetectorState): boolean =>
  co !== undefined || gases.length + notes.verdicts.length + notes.overRange.length > 0;

/** Forgets unregistered devices, longest known first; answers how many are left. Who alarms stays. */
const forgetStrangers = (points: Map<DetectorId, Point>, newest: Point): number => {
  const strangers = [...points.values()].filter(
    (point) => point.registered === undefined && point !== newest,
  );
  const idle = strangers.filter((point) => !matters(point)).slice(0, forgottenAtOnce);
  for (const { id } of idle) points.delete(id);
  const left = strangers.length - idle.length + 1;
  if (left <= 10 * unregisteredMax) return left;
  // So many that even a building level must go; it begins anew with the next message.
  const building = strangers.filter(({ state }) => isBuilding(state) && !hasDanger(state));
  for (const { id } of building.slice(0, forgottenAtOnce)) points.delete(id);
  return left - Math.min(building.length, forgottenAtOnce);
};
