import { lowerExplosiveLimit, type CombustibleGas } from "#domain/gas.ts";
import type { RuleId } from "#domain/alarm.ts";
import { milliseconds, ppm } from "#domain/quantity.ts";
import { bandRate } from "#rules/co-bands.ts";
import type { GasLevel, LimitSet } from "./limit-set.ts";
import { defaultLimits } from "./sets.ts";

/**
 * The first number or route with which gas or CO would sound too late or never; `undefined`: there is
 * none. A set of rules is data, and no data may do what needs a named person, a reason and an expiry.
 *
 * The bounds are the far ends of what the standards allow (`docs/standards.md` §3.1, §4.1), and for
 * times within which we believe a level, the ranges a site may set (`adjust.ts`).
 */
export const whatMutes = (limits: LimitSet): string | undefined =>
  [...gasBounds(limits), ...coBounds(limits), ...timeBounds(limits)]
    .filter(([, value, least, most]) => value < least || value > most)
    .map(([path, value, least, most]) => `${path} = ${value} is outside ${least} to ${most}`)
    .concat(mutedRoutes(limits))[0];

type Bound = readonly [path: string, value: number, least: number, most: number];

const minute = 60_000;
const day = 1_440 * minute;
/** GB 15322.2-2019: 5–25 %LEL, 30 s; the window announced for 2026 ends at 60 s. */
const gasMost = { percentLel: 25, delayMs: minute } as const;
/** UL 2034's late edges, the latest of all tables: minutes by which a steady level must have alarmed. */
const latestMinutes = [
  [70, 240],
  [150, 50],
  [400, 15],
] as const;

const gasBounds = ({ gas }: LimitSet): readonly Bound[] => [
  ...levelBounds("gas.low", gas.low),
  ...levelBounds("gas.high", gas.high),
  // What is not watched is not remembered either.
  ["gas.watchFrom", gas.watchFrom.value, 0, gas.low.clearBelow.value],
  ...Object.entries(gas.lelTable?.limits ?? {}).map(([name, limit]): Bound => [
    `gas.lelTable.${name}`,
    limit,
    0.1,
    mostLel(name),
  ]),
];

/** A greater explosive limit makes fewer %LEL of the same gas. */
const mostLel = (gas: string): number => {
  const known: Readonly<Record<string, number>> = lowerExplosiveLimit satisfies Readonly<
    Record<CombustibleGas, number>
  >;
  return known[gas] ?? lowerExplosiveLimit.methane;
};

const levelBounds = (
  path: string,
  { raiseAt, clearBelow, onDelay }: GasLevel,
): readonly Bound[] => [
  [`${path}.raiseAt`, raiseAt.value, 0, gasMost.percentLel],
  [`${path}.clearBelow`, clearBelow.value, 0, raiseAt.value],
  [`${path}.onDelay`, onDelay.value, 0, gasMost.delayMs],
];

const coBounds = ({ co }: LimitSet): readonly Bound[] => [
  ...latestMinutes.map(([level, most]): Bound => {
    const rate = bandRate(ppm(level), co.bands);
    const minutes = rate > 0 ? 1 / rate / minute : Number.POSITIVE_INFINITY;
    return [`co.bands at ${level} ppm, minutes`, minutes, 0, most];
  }),
  ["co.dose.limit", co.dose.limit.value, 0, 10],
  ["co.clearBelow", co.clearBelow.value, 0, 30],
  ...(co.setPoint === undefined
    ? []
    : ([
        ["co.setPoint.raiseAt", co.setPoint.raiseAt.value, 0, 300],
        ["co.setPoint.holdAbove", co.setPoint.holdAbove.value, 0, co.setPoint.raiseAt.value],
        ["co.setPoint.onDelay", co.setPoint.onDelay.value, 0, gasMost.delayMs],
      ] as const)),
];

const timeBounds = (limits: LimitSet): readonly Bound[] => [
  ["holdAtMost", limits.holdAtMost.value, minute, milliseconds(10 * minute)],
  ["warmUpAtMost", limits.warmUpAtMost.value, 0, 30 * minute],
  ["selfTestAtMost", limits.selfTestAtMost.value, 0, 30 * minute],
  ["lateAfter", limits.lateAfter.value, minute, day],
  ["lateSettles", limits.lateSettles.value, 0, minute],
  ["stuckAfter", limits.stuckAfter.value, 60 * minute, 7 * day],
  ["life.shelveAtMost", limits.life.shelveAtMost.value, 0, day],
  ["life.outOfServiceAtMost", limits.life.outOfServiceAtMost.value, 0, 7 * day],
  ["life.hushAtMost", limits.life.hushAtMost.value, 0, 10 * minute],
];

const danger = [
  "co",
  "combustible",
  "device-alarm-co",
  "device-alarm-gas",
  "over-range",
] as const satisfies readonly RuleId[];

const mutedRoutes = ({ routes }: LimitSet): readonly string[] =>
  danger
    .filter((rule) => {
      const [given, must] = [routes[rule], defaultLimits.routes[rule]];
      return given.priority !== must.priority || given.alarmClass !== must.alarmClass;
    })
    .map((rule) => `routes.${rule} is not urgent`);
