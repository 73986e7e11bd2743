/** What tells two rule sets apart, as a person reads it: names, numbers, units. */

export interface Difference {
  /** Where in the set, such as `gas.low.raiseAt`. */
  readonly path: string;
  /** With its unit, such as `10 %LEL`; `undefined`: it is not there. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The numbers and words in which two limit sets differ; sources and names of sets are none. */
export const differences = (before: unknown, after: unknown): readonly Difference[] => {
  const [from, to] = [new Map(leavesOf(before)), new Map(leavesOf(after))];
  return [...new Set([...from.keys(), ...to.keys()])]
    .map((path) => ({ path, from: from.get(path), to: to.get(path) }))
    .filter((one) => one.from !== one.to);
};

/** Path and text of everything in a set that judges. */
export const leavesOf = (limits: unknown, path = ""): readonly (readonly [string, string])[] => {
  if (typeof limits === "number") return [[path, withUnit(path, limits)]];
  if (typeof limits === "string") return [[path, limits]];
  if (typeof limits !== "object" || limits === null) return [];
  return Object.entries(limits).flatMap(([name, inner]) => {
    if (isProse(path, name)) return [];
    const inside = name === "value" ? path : path === "" ? name : `${path}.${name}`;
    return leavesOf(inner, inside);
  });
};

/** Where a number comes from and what a set is called change no judgement. */
const isProse = (path: string, name: string): boolean =>
  name === "source" ||
  (path === "" && ["id", "title", "deviceVerdict", "overRange", "reportedState"].includes(name)) ||
  (path === "gas.lelTable" && name !== "limits");

const duration =
  /(?:Delay|After|AtMost|Settles|Persistence|Episode)$|\.(?:within|over|calm|recovery)$/;

const units = [
  [/^gas\.(?:(?:low|high)\.(?:raiseAt|clearBelow)|watchFrom|rise\.by)$/, "%LEL"],
  [/^life\.hushRise\.gas$/, "%LEL"],
  [/^gas\.lelTable\.limits\./, "%vol"],
  [/^co\.dose\.limit$/, "%COHb"],
  [/^co\..*(?:ppm|raiseAt|holdAbove|clearBelow|startsAbove)$/, "ppm"],
  [/^life\.hush(?:Below|Rise)\.co$/, "ppm"],
] as const;

const withUnit = (path: string, value: number): string => {
  if (duration.test(path)) return `${value / 1_000} s`;
  const unit = units.find(([where]) => where.test(path))?.[1];
  return unit === undefined ? String(value) : `${value} ${unit}`;
};
