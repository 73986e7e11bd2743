/** What the gateway knows of each detector while it runs. */
import type { Sounding } from "#domain/buzzer.ts";
import type { Level } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { BusPosition, Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { initialState, isQuiet, type DetectorRules, type DetectorState } from "#rules/step.ts";
import type { Directory, Registered } from "./directory.ts";
import type { KnownStates } from "./known-states.ts";
import { createShadow, type Shadow } from "./shadow.ts";

export interface Point {
  readonly id: DetectorId;
  readonly registered: Registered | undefined;
  readonly rules: DetectorRules;
  state: DetectorState;
  /** The rules on trial beside them, when there are any. */
  readonly shadow: Shadow | undefined;
  sounding: Sounding;
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
}

/** More unregistered devices than this, and quiet ones are forgotten: a flood of invented names must not fill memory. */
const unregisteredMax = 1_000;
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
}): Points => {
  const byId = new Map<DetectorId, Point>();
  let unregistered = 0;

  const open = (id: DetectorId, position: BusPosition): Point => {
    const registered = deps.directory.byId(id);
    const trial = deps.trialFor?.(registered);
    const point: Point = {
      id,
      registered,
      rules: deps.rulesFor(registered),
      state: deps.known.live.get(id) ?? initialState(id, deps.now()),
      shadow: trial && createShadow(id, trial, deps.known.shadow.get(id), deps.now()),
      sounding: "none",
      position,
      heardAtMs: undefined,
      levels: [],
      lastSeq: undefined,
      unsaved: false,
    };
    byId.set(id, point);
    if (registered === undefined) {
      unregistered += 1;
      if (unregistered > unregisteredMax) unregistered -= forgetQuiet(byId, point);
    }
    return point;
  };

  for (const { id } of deps.directory.all) open(id, nowhere);
  for (const [id, state] of deps.known.live)
    if (!byId.has(id) && !isQuiet(state)) open(id, nowhere);

  return {
    byId,
    of: (report) => byId.get(report.detector) ?? open(report.detector, report.position),
  };
};

/** Forgets unregistered devices with nothing to say; answers how many. One that alarms stays. */
const forgetQuiet = (points: Map<DetectorId, Point>, newest: Point): number => {
  let forgotten = 0;
  for (const [id, point] of points) {
    const stays =
      point.registered !== undefined ||
      point === newest ||
      point.state.episodes.some(({ alarmClass }) => alarmClass !== "silence");
    if (stays) continue;
    points.delete(id);
    forgotten += 1;
    if (forgotten >= unregisteredMax / 10) break;
  }
  return forgotten;
};
