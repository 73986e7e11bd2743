/** One detector's past, as many points as a chart has room for: no peak and no gap is smoothed away. */
import { hundredthsPerUnit } from "#domain/telemetry.ts";
import type { Reading } from "../store/open-store.ts";
import type { CurveKey, TelemetrySeriesRow } from "../store/telemetry-tables.ts";
import { rollUpIn } from "./columns.ts";
import { curveText } from "./curve.ts";
import type { History, HistoryPoint } from "./history-schema.ts";
import { textToMinutes } from "./minutes.ts";
import { mergeRollUps, type RollUp } from "./roll-up.ts";

export interface HistoryQuestion {
  readonly gateway: string;
  readonly detector: string;
  readonly gas?: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Points wanted at most. */
  readonly points: number;
  readonly nowMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Chengdu's clock, UTC+8: the borders of days, and of what is counted in hours. */
const offsetMs = 8 * hourMs;

/** Widths of one point; each divides the next larger unit, so that borders fall on borders. */
const bucketWidths = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14, 28, 91, 364].map((days) => days * dayMs),
] as const;

/** A roll-up of a known width: the finest there is, or as fine as is asked for. */
interface Piece {
  readonly atMs: number;
  readonly widthMs: number;
  readonly all: RollUp;
}

export const readHistory = async (db: Reading, question: HistoryQuestion): Promise<History> => {
  const { gateway, detector, fromMs, toMs } = question;
  const bucketMs = bucketFor(toMs - fromMs, question.points);
  const series = await readSeries(db, question);
  const hours = await readHourPieces(db, question, bucketMs < hourMs);
  const shown = bucketMs < dayMs ? hours : await readDayPieces(db, question);
  const losses = await readLosses(db, question);
  return {
    gateway,
    detector,
    fromMs,
    toMs,
    bucketMs,
    series: series.map((row) =>
      seriesOf(row, {
        points: pointsOf(shown.get(curveText(row)) ?? [], bucketMs),
        gaps: gapsIn(hours.get(curveText(row)) ?? [], row.silence_ms, question),
      }),
    ),
    losses,
  };
};

const seriesOf = (
  { gas, mark, silence_ms: silenceMs, lel_percent_volume: limit }: TelemetrySeriesRow,
  seen: Pick<History["series"][number], "points" | "gaps">,
): History["series"][number] => ({
  gas,
  mark,
  unit: gas === "co" ? "ppm" : "%LEL",
  ...(limit !== null && { lelPercentVolume: limit }),
  silenceMs,
  ...seen,
});

export const isKnownDetector = async (
  db: Reading,
  gateway: string,
  detector: string,
): Promise<boolean> => {
  const recorded = await db
    .selectFrom("telemetry_series")
    .select("detector")
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .executeTakeFirst();
  if (recorded !== undefined) return true;
  const heard = await db
    .selectFrom("detectors")
    .select("detector")
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .executeTakeFirst();
  return heard !== undefined;
};

const bucketFor = (rangeMs: number, points: number): number =>
  bucketWidths.find((width) => rangeMs / width <= points) ?? 364 * dayMs;

const readSeries = (db: Reading, { gateway, detector, gas }: HistoryQuestion) =>
  db
    .selectFrom("telemetry_series")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .$if(gas !== undefined, (query) => query.where("gas", "=", gas ?? ""))
    .orderBy("gas")
    .orderBy("mark")
    .execute() satisfies Promise<readonly TelemetrySeriesRow[]>;

type Pieces = ReadonlyMap<string, readonly Piece[]>;

/** With `fine`, minute by minute where minutes are still kept. */
const readHourPieces = async (
  db: Reading,
  { gateway, detector, gas, fromMs, toMs }: HistoryQuestion,
  fine: boolean,
): Promise<Pieces> => {
  const rows = await db
    .selectFrom("telemetry_hours")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .$if(gas !== undefined, (query) => query.where("gas", "=", gas ?? ""))
    .where("hour_ms", ">", Math.floor(fromMs) - hourMs)
    .where("hour_ms", "<", Math.ceil(toMs))
    .orderBy("hour_ms")
    .execute();
  return byCurve(
    rows.flatMap((row): readonly (readonly [CurveKey, Piece])[] => {
      if (!fine || row.minutes === null) {
        return [[row, { atMs: row.hour_ms, widthMs: hourMs, all: rollUpIn(row) }]];
      }
      return [...textToMinutes(row.minutes, row.hour_ms)]
        .filter(([atMs]) => atMs + minuteMs > fromMs && atMs < toMs)
        .map(([atMs, all]) => [row, { atMs, widthMs: minuteMs, all }]);
    }),
  );
};

const readDayPieces = async (
  db: Reading,
  { gateway, detector, gas, fromMs, toMs }: HistoryQuestion,
): Promise<Pieces> => {
  const rows = await db
    .selectFrom("telemetry_days")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .$if(gas !== undefined, (query) => query.where("gas", "=", gas ?? ""))
    .where("day_ms", ">", Math.floor(fromMs) - dayMs)
    .where("day_ms", "<", Math.ceil(toMs))
    .orderBy("day_ms")
    .execute();
  return byCurve(
    rows.map((row) => [row, { atMs: row.day_ms, widthMs: dayMs, all: rollUpIn(row) }]),
  );
};

const byCurve = (pieces: readonly (readonly [CurveKey, Piece])[]): Pieces =>
  new Map(
    [...Map.groupBy(pieces, ([curve]) => curveText(curve))].map(([key, ofCurve]) => [
      key,
      ofCurve.map(([, piece]) => piece),
    ]),
  );

const pointsOf = (pieces: readonly Piece[], bucketMs: number): HistoryPoint[] => {
  const buckets = new Map<number, Piece>();
  for (const piece of pieces) {
    const atMs = Math.floor((piece.atMs + offsetMs) / bucketMs) * bucketMs - offsetMs;
    const known = buckets.get(atMs);
    const all = known === undefined ? piece.all : mergeRollUps(known.all, piece.all);
    buckets.set(atMs, { atMs, widthMs: Math.max(bucketMs, piece.widthMs), all });
  }
  return [...buckets.values()].map((piece) => pointOf(piece, bucketMs));
};

const pointOf = ({ atMs, widthMs, all }: Piece, bucketMs: number): HistoryPoint => ({
  atMs,
  count: all.readings,
  ...(all.lowest !== undefined && { min: inUnit(all.lowest) }),
  ...(all.highest !== undefined && { max: inUnit(all.highest) }),
  ...(all.readings > 0 && { mean: Math.round(all.total / all.readings) / hundredthsPerUnit }),
  ...(Object.keys(all.qualities).length > 0 && { qualities: { ...all.qualities } }),
  ...(widthMs > bucketMs && { forMs: widthMs }),
});

const inUnit = (hundredths: number): number => hundredths / hundredthsPerUnit;

/**
 * Where nothing was heard for longer than the detector may be silent. The last one is `open` while
 * readings may still be on their way.
 */
const gapsIn = (
  pieces: readonly Piece[],
  silenceMs: number,
  { fromMs, toMs, nowMs }: HistoryQuestion,
): History["series"][number]["gaps"] => {
  const endMs = Math.min(toMs, nowMs);
  const gaps: History["series"][number]["gaps"] = [];
  let heardMs = fromMs;
  for (const { all } of pieces) {
    if (all.firstMs - heardMs > silenceMs) gaps.push({ fromMs: heardMs, toMs: all.firstMs });
    heardMs = Math.max(heardMs, all.lastMs);
  }
  if (endMs - heardMs > silenceMs) {
    gaps.push({ fromMs: heardMs, toMs: endMs, ...(endMs === nowMs && { open: true }) });
  }
  return gaps;
};

const readLosses = async (
  db: Reading,
  { gateway, fromMs, toMs }: HistoryQuestion,
): Promise<History["losses"]> => {
  const rows = await db
    .selectFrom("telemetry_losses")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("to_ms", ">=", Math.floor(fromMs))
    .where("from_ms", "<=", Math.ceil(toMs))
    .orderBy("from_ms")
    .limit(lossesShown)
    .execute();
  return rows.map(({ reason, from_ms, to_ms, readings }) => ({
    reason,
    fromMs: from_ms,
    toMs: to_ms,
    readings,
  }));
};

const lossesShown = 100;
