import { Type, type Static } from "typebox";
import { Check, Errors } from "typebox/schema";
import type { Clause } from "#domain/alarm.ts";
import { minutes, percentCohb, percentLel, ppm, seconds } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { GasLevel, LimitSet, Sourced } from "./limit-set.ts";
import { sources } from "./sources.ts";

/** A number a site may set, with the range it may be set in and whose range that is. */
interface Setting {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly source: Clause;
}

const setting = (unit: string, min: number, max: number, source: Clause): Setting => ({
  unit,
  min,
  max,
  source,
});

/** Every number a site may change. What is not here cannot be changed: bands, formulas, routes. */
const settings = {
  gas: {
    lowPercentLel: setting("%LEL", 5, 25, sources.gb2019SetPoint),
    lowClearPercentLel: setting("%LEL", 2, 24, sources.gb2019Tolerance),
    lowDelaySeconds: setting("s", 0, 60, sources.gb2026Window),
    highPercentLel: setting("%LEL", 5, 25, sources.gb2019SetPoint),
    highClearPercentLel: setting("%LEL", 2, 24, sources.gb2019Tolerance),
    highDelaySeconds: setting("s", 0, 15, sources.gb2026Window),
    offDelaySeconds: setting("s", 0, 600, sources.canary),
  },
  co: {
    setPointPpm: setting("ppm", 150, 300, sources.gb2019Co),
    setPointDelaySeconds: setting("s", 0, 60, sources.gb2019Response),
    clearPpm: setting("ppm", 10, 30, sources.enBands),
    doseLimitPercentCohb: setting("%COHb", 5.5, 10, sources.ulDose),
    offDelaySeconds: setting("s", 0, 600, sources.canary),
  },
  holdSeconds: setting("s", 60, 600, sources.canary),
  warmUpMinutes: setting("min", 1, 30, sources.canary),
} as const;

const numbers = <Name extends string>(group: Readonly<Record<Name, Setting>>) =>
  Type.Object(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    Object.fromEntries(
      Object.entries<Setting>(group).map(([name, { unit, min, max, source }]) => [
        name,
        Type.Optional(
          Type.Number({
            minimum: min,
            maximum: max,
            description: `${unit}, ${source.standard}: ${source.clause}`,
          }),
        ),
      ]),
    ) as Record<Name, ReturnType<typeof optionalNumber>>,
    { additionalProperties: false },
  );
const optionalNumber = () => Type.Optional(Type.Number());

/** The `limits:` part of a site file. */
export const LimitOverridesSchema = Type.Object(
  {
    gas: Type.Optional(numbers(settings.gas)),
    co: Type.Optional(numbers(settings.co)),
    holdSeconds: Type.Optional(Type.Number({ minimum: 60, maximum: 600 })),
    warmUpMinutes: Type.Optional(Type.Number({ minimum: 1, maximum: 30 })),
  },
  { additionalProperties: false },
);
export type LimitOverrides = Static<typeof LimitOverridesSchema>;

/** One thing wrong with a site's limits: where, and what to do about it. */
export interface LimitMistake {
  /** Dotted path below `limits`, such as `gas.lowPercentLel`. */
  readonly path: string;
  readonly text: Bilingual;
}

/**
 * The limits of a site: `base` with the site's own numbers, each within its legal range. Answers
 * all mistakes at once, each with the value, the allowed range and the clause; nothing is applied
 * unless everything is right. `overrides` is a {@link LimitOverrides} that nobody has checked yet.
 */
export const adjustLimits = (
  base: LimitSet,
  overrides: unknown,
): Result<LimitSet, readonly LimitMistake[]> => {
  if (!Check(LimitOverridesSchema, overrides)) return err(explainAll(overrides));
  const limits = apply(base, overrides);
  const crossed = crossings(limits);
  return crossed.length > 0 ? err(crossed) : ok(limits);
};

const explainAll = (overrides: unknown): LimitMistake[] => {
  const found = new Map<string, LimitMistake>();
  for (const error of Errors(LimitOverridesSchema, overrides)[1]) {
    const extra = error.keyword === "additionalProperties" ? error.params.additionalProperties : [];
    const base = error.instancePath.split("/").filter((part) => part !== "");
    const paths = extra.length > 0 ? extra.map((name) => base.concat(name)) : [base];
    for (const parts of paths) {
      const path = parts.join(".");
      if (!found.has(path)) found.set(path, { path, text: explain(parts, at(overrides, parts)) });
    }
  }
  return [...found.values()];
};

const explain = (path: readonly string[], value: unknown): Bilingual => {
  const known = at(settings, path);
  const name = path.join(".");
  if (!isSetting(known)) {
    const allowed = Object.keys(isRecord(known) ? known : settings).join(", ");
    return {
      zh: `limits.${name} 无法识别。可设置:${allowed}。`,
      en: `limits.${name} is not a limit that can be set. Allowed: ${allowed}.`,
    };
  }
  const { min, max, unit, source } = known;
  return {
    zh: `limits.${name} = ${JSON.stringify(value)} 不在允许范围 ${min}–${max} ${unit} 内(${source.standard} ${source.clause})。`,
    en: `limits.${name} = ${JSON.stringify(value)} is outside ${min}-${max} ${unit} (${source.standard}, ${source.clause}).`,
  };
};

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSetting = (value: unknown): value is Setting =>
  isRecord(value) && typeof value["min"] === "number" && typeof value["max"] === "number";

const apply = (base: LimitSet, { gas, co, ...rest }: LimitOverrides): LimitSet => ({
  ...base,
  id: `${base.id}+site`,
  gas: {
    ...base.gas,
    low: gasLevel(base.gas.low, gas?.lowPercentLel, gas?.lowClearPercentLel, gas?.lowDelaySeconds),
    high: gasLevel(
      base.gas.high,
      gas?.highPercentLel,
      gas?.highClearPercentLel,
      gas?.highDelaySeconds,
    ),
    offDelay: put(base.gas.offDelay, gas?.offDelaySeconds, seconds),
  },
  co: {
    ...base.co,
    dose: {
      ...base.co.dose,
      limit: put(base.co.dose.limit, co?.doseLimitPercentCohb, percentCohb),
    },
    setPoint: base.co.setPoint && {
      raiseAt: put(base.co.setPoint.raiseAt, co?.setPointPpm, ppm),
      // The tolerance of the action value, 50 ppm, stays.
      holdAbove: put(base.co.setPoint.holdAbove, co?.setPointPpm, (level) => ppm(level - 50)),
      onDelay: put(base.co.setPoint.onDelay, co?.setPointDelaySeconds, seconds),
    },
    clearBelow: put(base.co.clearBelow, co?.clearPpm, ppm),
    offDelay: put(base.co.offDelay, co?.offDelaySeconds, seconds),
  },
  holdAtMost: put(base.holdAtMost, rest.holdSeconds, seconds),
  warmUpAtMost: put(base.warmUpAtMost, rest.warmUpMinutes, minutes),
});

/** A clear level that is not given follows the set point at the old distance. */
const gasLevel = (
  base: GasLevel,
  raiseAt: number | undefined,
  clearBelow: number | undefined,
  delaySeconds: number | undefined,
): GasLevel => {
  const distance = base.raiseAt.value - base.clearBelow.value;
  const follow = raiseAt === undefined ? undefined : raiseAt - distance;
  return {
    raiseAt: put(base.raiseAt, raiseAt, percentLel),
    clearBelow: put(base.clearBelow, clearBelow ?? follow, percentLel),
    onDelay: put(base.onDelay, delaySeconds, seconds),
  };
};

const put = <Value>(
  base: Sourced<Value>,
  value: number | undefined,
  unit: (value: number) => Value,
): Sourced<Value> => (value === undefined ? base : { ...base, value: unit(value) });

/** Numbers that are each legal but contradict one another. */
const crossings = ({ gas }: LimitSet): LimitMistake[] => {
  const mistakes: LimitMistake[] = [];
  const mustBeBelow = (path: string, lower: number, what: Bilingual, upper: number): void => {
    if (lower < upper) return;
    mistakes.push({
      path,
      text: {
        zh: `limits.${path} = ${lower} 必须小于${what.zh} ${upper} %LEL。`,
        en: `limits.${path} = ${lower} must be below the ${what.en}, ${upper} %LEL.`,
      },
    });
  };
  const lowAt = gas.low.raiseAt.value;
  const highAt = gas.high.raiseAt.value;
  mustBeBelow(
    "gas.lowClearPercentLel",
    gas.low.clearBelow.value,
    { zh: "低报值", en: "low level" },
    lowAt,
  );
  mustBeBelow(
    "gas.highClearPercentLel",
    gas.high.clearBelow.value,
    { zh: "高报值", en: "high level" },
    highAt,
  );
  mustBeBelow("gas.lowPercentLel", lowAt, { zh: "高报值", en: "high level" }, highAt);
  return mistakes;
};
