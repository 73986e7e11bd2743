/**
 * The way of a reading through the gateway: judge, buzz, write, then let the uplink know.
 *
 * Judging and buzzing happen before anything can wait. What changed an alarm is then written, and
 * only after that acknowledged, shown or sent; if the disk fails or dawdles, the alarm goes out
 * all the same, marked `durable: false`, and its sender gets no acknowledgement.
 */
import { isDanger, type AlarmEvent, type AlarmNotice } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { Level } from "#domain/gas.ts";
import type { DetectorId, GatewayId } from "#domain/ids.ts";
import type { BusPosition, Report } from "#domain/reading.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import {
  initialState,
  isQuiet,
  saveState,
  step,
  type DetectorRules,
  type DetectorState,
} from "#rules/step.ts";
import type { Keeper } from "./keeper.ts";
import type { Directory, Registered } from "./directory.ts";
import type { Take } from "./ports.ts";

/** All the gateway knows of one detector while it runs. */
export interface Point {
  readonly id: DetectorId;
  readonly registered: Registered | undefined;
  readonly rules: DetectorRules;
  state: DetectorState;
  sounding: Sounding;
  position: BusPosition;
  /** Wall clock of the last message of any kind; for people, never for durations. */
  heardAtMs: number | undefined;
  levels: readonly Level[];
  lastSeq: number | undefined;
  /** Changed since it was last saved. */
  unsaved: boolean;
}

export interface PipelineDeps {
  readonly gateway: GatewayId;
  readonly drill: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rulesFor: (registered: Registered | undefined) => DetectorRules;
  readonly directory: Directory;
  readonly keeper: Keeper;
  readonly sound: (detector: DetectorId, sounding: Sounding) => void;
}

export interface Pipeline {
  readonly take: Take;
  readonly points: ReadonlyMap<DetectorId, Point>;
  readonly counts: { readonly reports: number; readonly duplicates: number; readonly gaps: number };
  readonly close: () => Promise<void>;
}

/** Rules are asked about the passing of time this often; no limit in them is finer than a second. */
const tickPeriodMs = 250;
/** States that changed without an event are saved this often: what a crash may cost of a dose. */
const savePeriodMs = 10_000;
/** More unregistered devices than this, and the quietest are forgotten: a flood of invented names must not fill memory. */
const unregisteredMax = 1_000;

export const createPipeline = (
  deps: PipelineDeps,
  known: ReadonlyMap<DetectorId, DetectorState>,
): Pipeline => {
  const points = new Map<DetectorId, Point>();
  const counts = { reports: 0, duplicates: 0, gaps: 0 };
  let unregistered = 0;
  const nowhere: BusPosition = { line: "-", place: "-" };

  const open = (id: DetectorId, position: BusPosition): Point => {
    const registered = deps.directory.byId(id);
    const point: Point = {
      id,
      registered,
      rules: deps.rulesFor(registered),
      state: known.get(id) ?? initialState(id, deps.clock.now()),
      sounding: "none",
      position,
      heardAtMs: undefined,
      levels: [],
      lastSeq: undefined,
      unsaved: false,
    };
    points.set(id, point);
    if (registered === undefined && (unregistered += 1) > unregisteredMax)
      unregistered -= forgetQuiet(points);
    return point;
  };

  /** Carries out one answer of the judge; a promise only when something must reach the disk. */
  const carryOut = (point: Point, input: Parameters<typeof step>[1]): Promise<void> | undefined => {
    const before = point.state;
    const next = step(before, input, point.rules);
    point.state = next.state;
    if (next.sounding !== point.sounding) {
      point.sounding = next.sounding;
      deps.sound(point.id, next.sounding);
    }
    // A detector with nothing to remember is written once, when it falls quiet, and not again.
    if (next.state !== before && !(isQuiet(before) && isQuiet(next.state))) point.unsaved = true;
    if (next.events.length === 0) return deps.keeper.owed(point.id);
    point.unsaved = false;
    return deps.keeper.keep(
      point.id,
      next.events.map((event) => ({
        lane: laneOf(event),
        notice: noticeOf(
          deps,
          point,
          input.kind === "report" ? withLevel(event, input.report) : event,
        ),
      })),
      saveState(next.state),
    );
  };

  const takeOne = (report: Report): Promise<void> | undefined => {
    counts.reports += 1;
    const point = points.get(report.detector) ?? open(report.detector, report.position);
    noteSequence(point, report, counts);
    point.position = report.position;
    point.heardAtMs = report.receivedAt.wallMs;
    noteLevels(point, report);
    return carryOut(point, { kind: "report", report });
  };

  const tick = (): void => {
    const now = deps.clock.now();
    for (const point of points.values()) {
      const { wakeAtMs } = point.state;
      if (wakeAtMs === undefined || wakeAtMs > now.monoMs) continue;
      // Nobody waits for an acknowledgement here; the keeper reports and retries on its own.
      carryOut(point, { kind: "tick", now })?.catch(() => {});
    }
  };

  const saveChanged = (): void => {
    const changed = [...points.values()].filter(({ unsaved }) => unsaved);
    for (const point of changed) point.unsaved = false;
    deps.keeper.save(changed.map(({ id, state }) => ({ detector: id, json: saveState(state) })));
  };

  // Every registered detector is watched from the start: one that never speaks is unknown, then silent.
  for (const { id } of deps.directory.all) open(id, nowhere);
  for (const [id, state] of known) if (!points.has(id) && !isQuiet(state)) open(id, nowhere);
  // A restart with an alarm standing sounds again at once, before any source speaks.
  tickAll(points, carryOut, deps);
  const stops = [
    deps.timers.every(tickPeriodMs, tick),
    deps.timers.every(savePeriodMs, saveChanged),
  ];

  return {
    take: (reports) => {
      if (reports.length === 1 && reports[0]) return takeOne(reports[0]);
      const waits = reports.map(takeOne).filter((wait) => wait !== undefined);
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
    },
    points,
    counts,
    close: async () => {
      for (const stop of stops) stop();
      saveChanged();
      await deps.keeper.close();
    },
  };
};

const tickAll = (
  points: ReadonlyMap<DetectorId, Point>,
  carryOut: (
    point: Point,
    input: { kind: "tick"; now: ReturnType<Clock["now"]> },
  ) => Promise<void> | undefined,
  deps: PipelineDeps,
): void => {
  for (const point of points.values()) {
    carryOut(point, { kind: "tick", now: deps.clock.now() })?.catch(() => {});
  }
};

/** The device's own alarm carries no level; what the same message measured of that gas belongs to it. */
const withLevel = (event: AlarmEvent, report: Report): AlarmEvent => {
  if (event.level !== undefined || event.gas === undefined) return event;
  const measured = report.findings.find(
    (finding) => finding.kind === "level" && finding.level.gas === event.gas,
  );
  return measured?.kind === "level" ? { ...event, level: measured.level } : event;
};

/** Gas and CO have the alarm lane to themselves. */
const laneOf = (event: AlarmEvent): "alarm" | "state" =>
  isDanger(event.alarmClass) ? "alarm" : "state";

const noticeOf = (deps: PipelineDeps, point: Point, event: AlarmEvent): AlarmNotice => ({
  event,
  where: {
    gateway: deps.gateway,
    position: point.position,
    ...(point.registered?.address && { address: point.registered.address }),
    ...(point.registered && { profile: point.registered.profileId }),
  },
  drill: deps.drill,
});

/** Repeats and gaps in the device's own numbers are counted for the technician; they decide nothing. */
const noteSequence = (
  point: Point,
  report: Report,
  counts: { duplicates: number; gaps: number },
): void => {
  const seq = report.deviceSeq;
  if (seq === undefined) return;
  const last = point.lastSeq;
  point.lastSeq = seq;
  if (last === undefined) return;
  if (seq === last) counts.duplicates += 1;
  else if (seq > last + 1) counts.gaps += seq - last - 1;
};

const noteLevels = (point: Point, report: Report): void => {
  const levels: Level[] = [];
  for (const finding of report.findings) if (finding.kind === "level") levels.push(finding.level);
  if (levels.length > 0) point.levels = levels;
};

/** Forgets the unregistered devices with nothing to say; answers how many. One that alarms stays. */
const forgetQuiet = (points: Map<DetectorId, Point>): number => {
  let forgotten = 0;
  for (const [id, point] of points) {
    if (point.registered !== undefined || point.state.episodes.length > 0) continue;
    points.delete(id);
    forgotten += 1;
    if (forgotten >= 100) break;
  }
  return forgotten;
};
