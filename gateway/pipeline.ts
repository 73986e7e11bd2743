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
import { eventId, type DetectorId, type GatewayId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import { isQuiet, saveState, step, type JudgeInput } from "#rules/step.ts";
import type { Keeper } from "./keeper.ts";
import { matters, type Point, type Points } from "./points.ts";
import type { Take } from "./ports.ts";

export interface PipelineDeps {
  readonly gateway: GatewayId;
  readonly drill: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly points: Points;
  readonly keeper: Keeper;
  readonly sound: (detector: DetectorId, sounding: Sounding) => void;
}

/** Messages since the start; repeats and gaps by the devices' own numbers, for the technician. */
export interface PipelineCounts {
  reports: number;
  duplicates: number;
  gaps: number;
}

export interface Pipeline {
  readonly take: Take;
  readonly counts: Readonly<PipelineCounts>;
  readonly close: () => Promise<void>;
}

/** Rules are asked about the passing of time this often; no limit in them is finer than a second. */
const tickPeriodMs = 250;
/** States that changed without an event are saved this often: what a crash may cost of a dose. */
const savePeriodMs = 10_000;

export const createPipeline = (deps: PipelineDeps): Pipeline => {
  const { clock, keeper, points, timers } = deps;
  const counts: PipelineCounts = { reports: 0, duplicates: 0, gaps: 0 };

  const takeOne = (report: Report): Promise<void> | undefined => {
    counts.reports += 1;
    const point = points.of(report);
    noteReport(point, report, counts);
    return carryOut(deps, point, { kind: "report", report });
  };

  // Nobody waits for an acknowledgement of these; the keeper reports and retries on its own.
  const tick = (isDue: (point: Point, nowMs: number) => boolean): void => {
    const now = clock.now();
    for (const point of points.byId.values()) {
      if (isDue(point, now.monoMs)) carryOut(deps, point, { kind: "tick", now })?.catch(() => {});
    }
  };

  const saveChanged = (): void => {
    // A state ahead of its record would make a restart believe that the record was written.
    const changed = [...points.byId.values()].filter(
      ({ id, unsaved }) => unsaved && !keeper.isOwed(id),
    );
    for (const point of changed) point.unsaved = false;
    keeper.save(changed.map(({ id, state }) => ({ detector: id, json: saveState(state) })));
  };

  // A restart with an alarm standing sounds again at once, before any source speaks.
  tick(() => true);
  const stops = [
    timers.every(tickPeriodMs, () =>
      tick(({ state }, nowMs) => state.wakeAtMs !== undefined && state.wakeAtMs <= nowMs),
    ),
    timers.every(savePeriodMs, saveChanged),
  ];

  return {
    take: (reports) => {
      if (reports.length === 1 && reports[0]) return takeOne(reports[0]);
      const waits = reports.map(takeOne).filter((wait) => wait !== undefined);
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
    },
    counts,
    close: async () => {
      for (const stop of stops) stop();
      saveChanged();
      await keeper.close();
    },
  };
};

/** Asks the judge and does what it answers; a promise only when something must reach the disk. */
const carryOut = (
  deps: PipelineDeps,
  point: Point,
  input: JudgeInput,
): Promise<void> | undefined => {
  const before = point.state;
  const mattered = matters(point);
  const next = step(before, input, point.rules);
  point.state = next.state;
  if (next.sounding !== point.sounding) {
    point.sounding = next.sounding;
    deps.sound(point.id, next.sounding);
  }
  // A detector with nothing to remember is written once, when it falls quiet, and not again.
  if (next.state !== before && !(isQuiet(before) && isQuiet(next.state)))
    point.unsaved = mattered || matters(point);
  const events = next.events.filter((event) => isForTheDesk(point, event));
  if (events.length === 0) return deps.keeper.owed(point.id);
  point.unsaved = false;
  const report = input.kind === "report" ? input.report : undefined;
  return deps.keeper.keep(
    point.id,
    events.map((event) => ({
      // Gas and CO have the alarm lane to themselves.
      lane: isDanger(event.alarmClass) ? "alarm" : "state",
      notice: noticeOf(deps, point, withMoment(withLevel(event, report))),
    })),
    saveState(next.state),
  );
};

/** Of a device nobody registered only gas and CO are alarms; see `matters`. */
const isForTheDesk = ({ registered }: Point, { alarmClass }: AlarmEvent): boolean =>
  registered !== undefined || isDanger(alarmClass);

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

/**
 * The rules number the events of an episode. A life that ended before its last events were written
 * is forgotten by the gateway, though not by the center, and the next life gives the same numbers
 * to other events: the moment keeps them apart.
 */
const withMoment = (event: AlarmEvent): AlarmEvent => ({
  ...event,
  id: eventId(`${event.id}@${event.at.bootId.slice(0, 8)}:${event.at.monoMs}`),
});

/** The device's own alarm carries no level; what the same message measured of that gas belongs to it. */
const withLevel = (event: AlarmEvent, report: Report | undefined): AlarmEvent => {
  if (report === undefined || event.level !== undefined || event.gas === undefined) return event;
  const measured = report.findings.find(
    (finding) => finding.kind === "level" && finding.level.gas === event.gas,
  );
  return measured?.kind === "level" ? { ...event, level: measured.level } : event;
};

/** What is remembered of a report for people; none of it decides anything. */
const noteReport = (point: Point, report: Report, counts: PipelineCounts): void => {
  point.position = report.position;
  point.heardAtMs = report.receivedAt.wallMs;
  const levels: Level[] = [];
  for (const finding of report.findings) if (finding.kind === "level") levels.push(finding.level);
  if (levels.length > 0) point.levels = levels;
  const { deviceSeq } = report;
  if (deviceSeq === undefined) return;
  const last = point.lastSeq;
  point.lastSeq = deviceSeq;
  if (last === undefined) return;
  if (deviceSeq === last) counts.duplicates += 1;
  else if (deviceSeq > last + 1) counts.gaps += deviceSeq - last - 1;
};
