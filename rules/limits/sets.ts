import type { Clause } from "#domain/alarm.ts";
import {
  hours,
  minutes,
  percentCohb,
  percentLel,
  ppm,
  seconds,
  type DurationMs,
} from "#domain/quantity.ts";
import type { CoAverage, CoBand, CoSetPoint, GasLevel, LimitSet, Sourced } from "./limit-set.ts";
import { sources } from "./sources.ts";

const ours = <Value>(value: Value): Sourced<Value> => ({ value, source: sources.canary });
const by = <Value>(value: Value, source: Clause): Sourced<Value> => ({ value, source });

const band = (level: number, alarmAfterMinutes: number, source: Clause): CoBand => ({
  ppm: ppm(level),
  alarmAfter: minutes(alarmAfterMinutes),
  source,
});

/**
 * One table that keeps EN 50291-1 and UL 2034 at once, both their early and their late edges,
 * also with the test gas off by ±2 ppm (EN) and ±5 ppm (UL):
 *
 * ppm | EN 50291-1 | UL 2034   | here
 *  30 | > 120 min  | never     | never
 *  50 | 60–90 min  |           | 75 min
 *  70 |            | 60–240    | 67 min (75 ppm: 65)
 * 100 | 10–40 min  |           | 25 min
 * 150 |            | 10–50 min | 13 min (155 ppm: 12)
 * 300 | < 3 min    |           | 1.5 min: a reading may come a minute after the gas
 * 400 |            | 4–15 min  | EN's 3 min wins, by our choice (`docs/standards.md` §9)
 */
const enAndUlBands = {
  startsAbove: by(ppm(35), sources.ulBands),
  points: [
    band(50, 75, sources.enBands),
    band(75, 65, sources.ulBands),
    band(100, 25, sources.enBands),
    band(155, 12, sources.ulBands),
    band(300, 1.5, sources.enBands),
    band(600, 0.5, sources.canary),
  ],
  recovery: ours(minutes(60)),
} as const;

/** For judging against UL 2034 alone: it forbids an alarm at 400 ppm before 4 min, EN demands it. */
const ulBands = {
  startsAbove: by(ppm(35), sources.ulBands),
  points: [
    band(70, 120, sources.ulBands),
    band(150, 25, sources.ulBands),
    band(400, 8, sources.ulBands),
  ],
  recovery: ours(minutes(60)),
} as const;

const average = (level: number, overMinutes: number): CoAverage => ({
  ppm: ppm(level),
  over: minutes(overMinutes),
  source: sources.whoAverages,
});

/** WHO's exposure limits; a pre-alarm for the duty seat, silent in the home. */
const whoAverages = [average(90, 15), average(50, 30), average(25, 60), average(10, 480)];

/**
 * 6 % COHb lies between what 30 ppm can ever reach (5.0 %, must never alarm) and UL's 10 %: it
 * catches hours at 40 ppm and exposures that come and go, and needs 70 min at 70 ppm.
 */
const dose = {
  limit: ours(percentCohb(6)),
  uptake: by(0.0404, sources.cohbUptake),
  washOut: by(0.1925, sources.cohbWashOut),
} as const;

const gasLevel = (raiseAt: number, clearBelow: number, onDelay: Sourced<DurationMs>): GasLevel => ({
  raiseAt: by(percentLel(raiseAt), sources.gb2019SetPoint),
  clearBelow: by(percentLel(clearBelow), sources.gb2019Tolerance),
  onDelay,
});

const setPoint = (onDelay: Sourced<DurationMs>): CoSetPoint => ({
  raiseAt: by(ppm(300), sources.gb2019Co),
  holdAbove: by(ppm(250), sources.gb2019Tolerance),
  onDelay,
});

/** Priorities: 14 %LEL is shown 紧急; losing power or contact is 故障 (`docs/people.md` §1.3). */
const routes = {
  co: { alarmClass: "co", priority: 1 },
  combustible: { alarmClass: "gas", priority: 1 },
  "device-alarm-co": { alarmClass: "co", priority: 1 },
  "device-alarm-gas": { alarmClass: "gas", priority: 1 },
  "over-range": { alarmClass: "gas", priority: 1 },
  "sensor-fault": { alarmClass: "fault", priority: 3 },
  "reading-fault": { alarmClass: "fault", priority: 3 },
  silence: { alarmClass: "silence", priority: 3 },
  "power-loss": { alarmClass: "power", priority: 3 },
  "battery-low": { alarmClass: "battery", priority: 3 },
  tamper: { alarmClass: "tamper", priority: 3 },
  "end-of-life": { alarmClass: "end-of-life", priority: 3 },
  "self-test": { alarmClass: "test", priority: 4 },
} as const satisfies LimitSet["routes"];

/**
 * Limits after GB 15322.2-2019: it sets no least alarm time, so the high level and the CO set
 * point are not delayed at all; 5 s keep single-sample spikes of the low level out and leave 25 s
 * of the standard's 30 s to the detector and the bus.
 */
const cn2019: LimitSet = {
  id: "cn-2019",
  title: { zh: "国标 2019 版(默认)", en: "GB 15322.2-2019 (default)" },
  gas: {
    low: gasLevel(10, 8, by(seconds(5), sources.gb2019Response)),
    high: gasLevel(20, 18, by(seconds(0), sources.gb2019Response)),
    offDelay: ours(seconds(10)),
    rise: { by: ours(percentLel(5)), within: ours(seconds(60)) },
    watchFrom: ours(percentLel(2)),
  },
  co: {
    averages: whoAverages,
    bands: enAndUlBands,
    dose,
    setPoint: setPoint(by(seconds(0), sources.gb2019Response)),
    clearBelow: by(ppm(30), sources.enBands),
    offDelay: ours(seconds(60)),
  },
  holdAtMost: ours(minutes(5)),
  warmUpAtMost: ours(minutes(10)),
  selfTestAtMost: ours(minutes(5)),
  faultPersistence: by(seconds(30), sources.faultWithin100s),
  shortestEpisode: ours(seconds(3)),
  chatter: by({ times: 3, within: minutes(10), calm: seconds(60) }, sources.chatter),
  life: {
    latch: ["co", "gas"],
    acknowledge: ["co", "gas", "tamper"],
    shelveAtMost: by(hours(24), sources.shelving),
    outOfServiceAtMost: ours(hours(7 * 24)),
    hushAtMost: by(minutes(10), sources.hush),
    hushBelow: { co: by(ppm(150), sources.hushLevel) },
    hushRise: { co: ours(ppm(20)), gas: ours(percentLel(2)) },
  },
  lateAfter: ours(minutes(2)),
  lateSettles: ours(seconds(10)),
  // The same number for six hours is no measurement: docs/decisions/0008.
  stuckAfter: ours(hours(6)),
  deviceVerdict: sources.canary,
  overRange: sources.canary,
  reportedState: sources.canary,
  routes,
};

/** The window announced for the 2026 edition: nothing measured alarms before 15 s or after 60 s. */
const cn2026: LimitSet = {
  ...cn2019,
  id: "cn-2026",
  title: { zh: "国标 2026 版(已公告,15–60 秒)", en: "GB 15322.2, 2026 edition as announced" },
  gas: {
    ...cn2019.gas,
    low: gasLevel(10, 8, by(seconds(15), sources.gb2026Window)),
    high: gasLevel(20, 18, by(seconds(15), sources.gb2026Window)),
  },
  co: { ...cn2019.co, setPoint: setPoint(by(seconds(15), sources.gb2026Window)) },
};

const ul2034: LimitSet = {
  ...cn2019,
  id: "ul-2034",
  title: { zh: "仅 UL 2034", en: "UL 2034 alone" },
  co: {
    ...cn2019.co,
    bands: ulBands,
    dose: { ...dose, limit: by(percentCohb(10), sources.ulDose) },
    setPoint: undefined,
  },
};

export const limitSets: readonly LimitSet[] = [cn2019, cn2026, ul2034];
export const defaultLimits: LimitSet = cn2019;
