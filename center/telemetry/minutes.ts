/** The minutes of an hour as one text: a row a minute would be sixty times the rows. */
import { Type, type Static } from "typebox";
import { compileOnUse } from "#domain/compile-on-use.ts";
import { mergeRollUps, type RollUp } from "./roll-up.ts";

/** `[minute, readings, lowest, highest, total, first second, last second, qualities]`. */
const MinuteSchema = Type.Tuple([
  Type.Integer(),
  Type.Integer(),
  Type.Union([Type.Integer(), Type.Null()]),
  Type.Union([Type.Integer(), Type.Null()]),
  Type.Integer(),
  Type.Integer(),
  Type.Integer(),
  Type.Record(Type.String(), Type.Integer()),
]);
type Minute = Static<typeof MinuteSchema>;
const compiled = compileOnUse(Type.Array(MinuteSchema));

/** By first millisecond. */
export type Minutes = ReadonlyMap<number, RollUp>;

const minuteMs = 60_000;

export const mergeMinutes = (a: Minutes, b: Minutes): Minutes => {
  const merged = new Map(a);
  for (const [atMs, part] of b) {
    const known = merged.get(atMs);
    merged.set(atMs, known === undefined ? part : mergeRollUps(known, part));
  }
  return merged;
};

/** All of them together; there is at least one. */
export const sumOf = (minutes: Minutes): RollUp => [...minutes.values()].reduce(mergeRollUps);

export const minutesToText = (minutes: Minutes, hourMs: number): string =>
  JSON.stringify(
    [...minutes]
      .sort(([a], [b]) => a - b)
      .map(([atMs, one]): Minute => [
        (atMs - hourMs) / minuteMs,
        one.readings,
        one.lowest ?? null,
        one.highest ?? null,
        one.total,
        Math.floor((one.firstMs - atMs) / 1_000),
        Math.floor((one.lastMs - atMs) / 1_000),
        one.qualities,
      ]),
  );

/** Reads what {@link minutesToText} wrote; throws on anything else. */
export const textToMinutes = (text: string, hourMs: number): Minutes => {
  const value: unknown = JSON.parse(text);
  if (!compiled().Check(value)) throw new Error(`not the minutes of an hour: ${text.slice(0, 80)}`);
  return new Map(
    value.map(([minute, readings, lowest, highest, total, first, last, qualities]) => {
      const atMs = hourMs + minute * minuteMs;
      const one: RollUp = {
        readings,
        lowest: lowest ?? undefined,
        highest: highest ?? undefined,
        total,
        firstMs: atMs + first * 1_000,
        lastMs: atMs + last * 1_000,
        qualities,
      };
      return [atMs, one];
    }),
  );
};
