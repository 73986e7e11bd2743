import { Type, type Static } from "typebox";
import { Check, Errors } from "typebox/schema";
import { combustibleGases, lowerExplosiveLimit, type Gas, type Level } from "#domain/gas.ts";
import { percentLel, percentVolume, ppm } from "#domain/quantity.ts";
import { badQualities, type BadQuality } from "#domain/reading.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Recording, Sample } from "./recording.ts";

/** The part of the center's `…/detectors/{gateway}/{detector}/history` answer that can be replayed. */
const PointSchema = Type.Object({
  atMs: Type.Number(),
  max: Type.Optional(Type.Number()),
  qualities: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  forMs: Type.Optional(Type.Number()),
});
const MinutesSchema = Type.Object({
  detector: Type.String(),
  bucketMs: Type.Number(),
  series: Type.Array(
    Type.Object({
      gas: Type.Enum(["co", ...combustibleGases]),
      mark: Type.String(),
      lelPercentVolume: Type.Optional(Type.Number()),
      points: Type.Array(PointSchema),
    }),
  ),
});
type Series = Static<typeof MinutesSchema>["series"][number];
type Point = Static<typeof PointSchema>;

const minuteMs = 60_000;

/**
 * What the center has kept of a detector, minute by minute, as a recording: each minute stands for
 * its highest reading, so that no alarm is missed; one may come that a live gateway, which sees every
 * reading, would not have made. Coarser than minutes is refused: nobody knows what was between.
 */
export const parseMinutes = (text: string): Result<Recording, Bilingual> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err(notOurs(String(error)));
  }
  if (!isMinutes(value)) {
    const [first] = Errors(MinutesSchema, value)[1];
    return err(notOurs(`${first?.instancePath ?? ""}/ ${first?.message ?? ""}`));
  }
  const { bucketMs, series } = value;
  const real = series.filter(({ mark }) => mark === "real");
  const widest = real
    .flatMap(({ points }) => points.map(({ forMs = 0 }) => forMs))
    .reduce((a, b) => Math.max(a, b), bucketMs);
  if (widest > minuteMs) return err(tooCoarse(widest));
  const samples = real.flatMap(samplesOf).toSorted((a, b) => a.atMs - b.atMs);
  if (samples.length === 0) return err(nothingReal);
  return ok({ samples, warnings: [eachItsHighest] });
};

const isMinutes = (value: unknown): value is Static<typeof MinutesSchema> =>
  Check(MinutesSchema, value);

const samplesOf = ({ gas, lelPercentVolume, points }: Series): readonly Sample[] =>
  points.map((point) => ({
    atMs: point.atMs,
    values: [{ gas, level: levelOf(gas, point.max, lelPercentVolume), ...whyNone(point) }],
  }));

const levelOf = (gas: Gas, max: number | undefined, limit?: number): Level | undefined => {
  if (max === undefined) return undefined;
  if (gas === "co") return { gas, ppm: ppm(max) };
  const lelPercentVolume = limit === undefined ? lowerExplosiveLimit[gas] : percentVolume(limit);
  return { gas, lel: percentLel(max), lelPercentVolume };
};

const whyNone = ({ max, qualities = {} }: Point): { readonly quality?: BadQuality } => {
  const quality = badQualities.find((one) => (qualities[one] ?? 0) > 0);
  return max === undefined && quality !== undefined ? { quality } : {};
};

const notOurs = (detail: string): Bilingual => ({
  zh: `文件不是中心的历史曲线(GET /api/v1/detectors/{网关}/{探测器}/history):${detail}`,
  en: `The file is no history of the center (GET /api/v1/detectors/{gateway}/{detector}/history): ${detail}`,
});

const tooCoarse = (widthMs: number): Bilingual => ({
  zh: `历史的一点有 ${widthMs / minuteMs} 分钟宽,看不出其间发生了什么。请按分钟取:points=2000,每次至多 33 小时。`,
  en: `A point of this history is ${widthMs / minuteMs} min wide; what was between is not known. Ask for minutes: points=2000 and at most 33 h at a time.`,
});

const nothingReal: Bilingual = {
  zh: "这段历史里没有真实读数(测试和演练不算)。",
  en: "This history holds no real readings (tests and drills do not count).",
};

const eachItsHighest: Bilingual = {
  zh: "按分钟的历史:每分钟取最高读数。现场逐条判定,可能比此处晚报或不报,不会多报。",
  en: "A history in minutes: each stands for its highest reading. A gateway judges every reading and may alarm later than here or not at all, not more often.",
};
