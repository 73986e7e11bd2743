/**
 * The way of a reading through the gateway: judge, buzz, write, then let the uplink know.
 *
 * Judging and buzzing happen before anything can wait. What changed an alarm is then written, and
 * only after that acknowledged, shown or sent; if the disk fails or dawdles, the alarm goes out
 * all the same, marked `durable: false`, and its sender gets no acknowledgement.
 */
import type { ActionEvent } from "#domain/action.ts";
import type { AlarmEvent } from "#domain/alarm.ts";
import type { Level } from "#domain/gas.ts";
import type { DetectorId } from "#domain/ids.ts";
import { noticeFacts } from "#domain/notice.ts";
import type { Report } from "#domain/reading.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import { hasNothing } from "#rules/memory.ts";
import { initialState, saveState, type Command } from "#rules/step.ts";
import { baselinesOf } from "#rules/street.ts";
import { carryOut, type Carried, type CarryDeps } from "./carry-out.ts";
import { brokenHushes } from "./broken-hushes.ts";
import { inheritedSuppressions } from "./inherited-suppressions.ts";
import type { Keeper } from "./keeper.ts";
import type { Point, Points } from "./points.ts";
import type { ReportFault, SavedState, Take } from "./ports.ts";
import { endRenamed, type Renamed } from "./renamed.ts";
import { saveShadow } from "./shadow.ts";
import { createStreetWatch } from "./street-watch.ts";

export interface PipelineDeps extends CarryDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly points: Points;
  readonly keeper: Keeper;
  readonly reportFault: ReportFault;
  /** Detectors whose drift the last process has told. */
  readonly drifting?: readonly DetectorId[];
  /** Hears every report after it was judged and sounded; must neither throw nor wait. */
  readonly observe?: (report: Report, point: Point) => void;
}

/** Messages since the start; repeats and gaps by the devices' own numbers, for the technician. */
export interface PipelineCounts {
  reports: number;
  duplicates: number;
  gaps: number;
}

/** What a named person may do to a detector's alarms; what is done by design is not theirs. */
export type HumanCommand = Exclude<
  Command,
  { readonly kind: "suppress" | "unsuppress" | "break-hush" }
>;

/** A command that was carried out. */
export interface Done {
  readonly actions: readonly ActionEvent[];
  /** Resolves once it is on disk; rejects when the disk refused, it is then tried again. */
  readonly kept: Promise<void>;
}

export interface Pipeline {
  readonly take: Take;
  /** Does what a person asks, or says why not; what is refused changes nothing. */
  readonly command: (detector: DetectorId, command: HumanCommand) => Result<Done, Bilingual>;
  /** A line that many detectors are heard over has died, or is open again. */
  readonly setLink: (link: string, up: boolean) => void;
  readonly counts: Readonly<PipelineCounts>;
  readonly close: () => Promise<void>;
}

/** Rules are asked about the passing of time this often; no limit in them is finer than a second. */
const tickPeriodMs = 250;
/** States that changed without an event are saved this often: what a crash may cost of a dose. */
const savePeriodMs = 10_000;
/**
 * The same while nothing can be on its way to an alarm: a kitchen where somebody cooks. Saved every
 * ten seconds, 500 homes would wear a flash card by half a gigabyte a day.
 */
const calmSavePeriodMs = 600_000;

export const createPipeline = (deps: PipelineDeps): Pipeline => {
  const { clock, keeper, points, timers } = deps;
  const counts: PipelineCounts = { reports: 0, duplicates: 0, gaps: 0 };
  const inherited = inheritedSuppressions(points.byId.values());
  const street = createStreetWatch({
    ...deps,
    ...neighboursOf(points),
    downLinks: inherited.downLinks,
    command: (detector, command) => void obeyAt(detector, command),
  });

  const see = (events: readonly AlarmEvent[]): void => {
    if (events.length === 0) return;
    street.see(events);
    for (const { point, command } of brokenHushes(points.byId, events)) obey(point, command);
  };

  const obey = (point: Point, command: Command): Carried => {
    const carried = carryOut(deps, point, { kind: "command", command, now: clock.now() });
    see(carried.events);
    // Whoever asked may wait for the disk; nobody has to.
    carried.waits?.catch(() => {});
    return carried;
  };

  const obeyAt = (detector: DetectorId, command: Command): Carried | undefined => {
    const point = points.byId.get(detector);
    return point && obey(point, command);
  };

  const takeOne = (report: Report): Carried => {
    const point = points.of(report);
    noteReport(point, report, counts);
    return observed(deps, report, point, carryOut(deps, point, { kind: "report", report }));
  };

  // Nobody waits for an acknowledgement of these; the keeper reports and retries on its own.
  const tick = (isDue: (point: Point, nowMs: number) => boolean): void => {
    const now = clock.now();
    const events: AlarmEvent[] = [];
    for (const point of points.byId.values()) {
      if (!isDue(point, now.monoMs)) continue;
      const carried = carryOut(deps, point, { kind: "tick", now });
      carried.waits?.catch(() => {});
      events.push(...carried.events);
    }
    see(events);
  };

  // A restart with an alarm standing sounds again at once, before any source speaks.
  tick(() => true);
  for (const renamed of points.renamed) leaveName(deps, renamed);
  for (const { point, command } of inherited.stale) obey(point, command);
  for (const link of inherited.gone) street.setLink(link, true);
  const stops = [
    timers.every(tickPeriodMs, () => tick(isWakeDue)),
    timers.every(savePeriodMs, () => saveChanged(points, keeper, isBuildingUp)),
    timers.every(calmSavePeriodMs, () => saveChanged(points, keeper)),
    street.close,
  ];

  return {
    take: (reports) => {
      const carried = reports.map(takeOne);
      see(carried.flatMap(({ events }) => events));
      return allWaits(carried);
    },
    command: (detector, command) => {
      const carried = obeyAt(detector, command);
      return carried === undefined ? err(unknownDetector(detector)) : answer(carried);
    },
    setLink: street.setLink,
    counts,
    close: async () => {
      for (const stop of stops) stop();
      saveChanged(points, keeper);
      await keeper.close();
    },
  };
};

const allWaits = (carried: readonly Carried[]): Promise<void> | undefined => {
  const waits = carried.map((one) => one.waits).filter((wait) => wait !== undefined);
  return waits.length > 1 ? Promise.all(waits).then(() => {}) : waits[0];
};

/** Only now, after the judge and the buzzers: what is measured is also recorded. */
const observed = (
  { observe }: PipelineDeps,
  report: Report,
  point: Point,
  carried: Carried,
): Carried => {
  observe?.(report, point);
  return carried;
};

const answer = ({ refused, actions, waits }: Carried): Result<Done, Bilingual> =>
  refused === undefined ? ok({ actions, kept: waits ?? Promise.resolve() }) : err(refused);

/** Its alarms go on under the new name: here they end, in one transaction with what is known of it. */
const leaveName = ({ clock, ...deps }: PipelineDeps, renamed: Renamed): void => {
  const now = clock.now();
  const { detector } = renamed.from;
  const { gateway, drill } = deps;
  const where = { gateway, position: { line: "-", place: detector } };
  const limits = deps.points.byId.get(renamed.to)?.rules.limits;
  const records = (limits === undefined ? [] : endRenamed(renamed, now, limits)).map((event) => {
    const notice = { event, where, drill };
    return { lane: noticeFacts(notice).lane, notice };
  });
  // Nobody waits for these; the keeper reports and retries on its own.
  deps.keeper.keep(detector, records, saveState(initialState(detector, now))).catch(() => {});
};

const isWakeDue = ({ state, shadow }: Point, nowMs: number): boolean =>
  (state.wakeAtMs !== undefined && state.wakeAtMs <= nowMs) ||
  (shadow?.state.wakeAtMs !== undefined && shadow.state.wakeAtMs <= nowMs);

const saveChanged = (
  points: Points,
  keeper: Keeper,
  isDue: (point: Point) => boolean = () => true,
): void => {
  // A state ahead of its record would make a restart believe that the record was written.
  const changed = [...points.byId.values()].filter(
    (point) => point.unsaved && !keeper.isOwed(point.id) && isDue(point),
  );
  for (const point of changed) point.unsaved = false;
  keeper.save(changed.map(({ id, state }) => ({ detector: id, json: saveState(state) })));
  keeper.save(unsavedShadows(points));
};

/**
 * An alarm stands, is held or remembered, or there is more than a trace of gas or CO. Ten minutes
 * of a trace decide nothing: 30 ppm of CO must never alarm (EN 50291-1), and 5 %LEL is half of the
 * lowest gas threshold (EN 50194-1, GB 15322.2).
 */
const isBuildingUp = ({ state, levels }: Point): boolean =>
  state.alarms.episodes.length + state.alarms.life.length + state.alarms.holds.length > 0 ||
  state.alarms.history !== undefined ||
  !hasNothing(state.memory.notes) ||
  levels.some((level) => (level.gas === "co" ? level.ppm >= 30 : level.lel >= 5));

const unsavedShadows = (points: Points): readonly SavedState[] =>
  [...points.byId.values()].flatMap(({ shadow }) => {
    if (shadow?.unsaved !== true) return [];
    shadow.unsaved = false;
    return [saveShadow(shadow)];
  });

const neighboursOf = (points: Points) => ({
  homes: homesOf(points),
  baselines: () => quietLevels(points),
  unrung: unrungOf(points),
});

/** Everyone registered: whoever is not has neither an address nor neighbours. */
const homesOf = (points: Points) =>
  [...points.byId.values()].flatMap(({ registered }) =>
    registered === undefined
      ? []
      : [
          {
            detector: registered.id,
            link: registered.link,
            model: registered.profileId,
            ...(registered.address && { address: registered.address }),
          },
        ],
  );

const unrungOf = (points: Points) =>
  [...points.byId.values()].flatMap(({ state }) =>
    state.alarms.episodes
      .filter(({ held, test }) => test || held !== undefined)
      .map(({ id }) => id),
  );

const quietLevels = (points: Points) =>
  [...points.byId.values()].flatMap(({ id, registered, state }) =>
    registered === undefined ? [] : baselinesOf(id, registered.profileId, state.quiet),
  );

const unknownDetector = (detector: DetectorId): Bilingual => ({
  zh: `网关没有探测器「${detector}」,请核对编号`,
  en: `this gateway has no detector "${detector}"; check its id`,
});

/** What is remembered of a report for people; none of it decides anything. */
const noteReport = (point: Point, report: Report, counts: PipelineCounts): void => {
  counts.reports += 1;
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
