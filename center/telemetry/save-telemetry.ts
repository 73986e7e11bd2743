import { setImmediate } from "node:timers/promises";
import { chengduDay, type TelemetryLoss } from "#domain/telemetry.ts";
import type { TelemetryMessage, WireBlock } from "#domain/telemetry-wire.ts";
import { offsetsOf } from "../intake/boot-offsets.ts";
import { parseRanges, withNumbers, type Ranges } from "../intake/number-ranges.ts";
import { inChunks } from "../store/chunks.ts";
import type { Store, Writing } from "../store/open-store.ts";
import type { TelemetrySeriesRow } from "../store/telemetry-tables.ts";
import { curveOf, curveText } from "./curve.ts";
import { dateBlocks } from "./date-blocks.ts";
import { foldIn } from "./fold-in.ts";
import { minutesIn } from "./roll-up.ts";

export interface Saved {
  /** Blocks that were news; repeats are not counted. */
  readonly blocks: number;
}

/**
 * Minutes of curves folded in at once, about a tenth of a second: so long an alarm may have to wait
 * for the database. A usual message is a part of that; one of days takes several turns.
 */
const minutesAtOnce = 20_000;

/**
 * Folds one message into minutes, hours and days, in transactions of its own that take no lock an
 * alarm waits for. Repeating it changes nothing: each block of a store counts once, whenever it
 * comes, also when an earlier try ended half-way.
 */
export const saveTelemetry = async (
  store: Pick<Store, "db">,
  gateway: string,
  message: TelemetryMessage,
  nowMs: number,
): Promise<Saved> => {
  const { store: from, blocks, losses } = message.data;
  let saved = 0;
  for (const [index, part] of inParts(blocks).entries()) {
    if (index > 0) await setImmediate();
    saved += await store.db.transaction().execute(async (tx) => {
      await lockTelemetry(tx);
      const fresh = await takeOnce(tx, gateway, from, part);
      const offsets = await offsetsOf(tx, [gateway]);
      const dated = dateBlocks(message, fresh, gateway, offsets, nowMs);
      await saveSeries(tx, gateway, dated.blocks);
      await foldIn(tx, gateway, dated.blocks);
      await noteUndated(tx, gateway, from, dated.undated, nowMs);
      if (index === 0) await saveLosses(tx, gateway, from, losses.map(notInFuture(nowMs)));
      return fresh.length;
    });
  }
  return { blocks: saved };
};

/** One at least. */
const inParts = (blocks: readonly WireBlock[]): readonly (readonly WireBlock[])[] => {
  let last: WireBlock[] = [];
  const parts = [last];
  let minutes = 0;
  for (const block of blocks) {
    minutes += minutesIn(block);
    if (minutes > minutesAtOnce && last.length > 0) {
      last = [];
      parts.push(last);
      minutes = minutesIn(block);
    }
    last.push(block);
  }
  return parts;
};

/** One writer at a time over all centers, so that what is read inside is still true when written. */
const lockTelemetry = async (tx: Writing): Promise<void> => {
  await tx
    .updateTable("counters")
    .set((eb) => ({ value: eb.ref("value") }))
    .where("name", "=", "telemetry")
    .execute();
};

const takeOnce = async (
  tx: Writing,
  gateway: string,
  store: string,
  blocks: readonly WireBlock[],
): Promise<readonly WireBlock[]> => {
  const row = await tx
    .selectFrom("telemetry_received")
    .select("received")
    .where("gateway", "=", gateway)
    .where("store", "=", store)
    .executeTakeFirst();
  let received: Ranges = row === undefined ? [] : parseRanges(row.received);
  const fresh = new Map<number, WireBlock>();
  for (const block of blocks) if (!holds(received, block.n)) fresh.set(block.n, block);
  if (fresh.size === 0) return [];
  received = withNumbers(received, [...fresh.keys()]);
  const values = { gateway, store, received: JSON.stringify(received) };
  await tx
    .insertInto("telemetry_received")
    .values(values)
    .onConflict((conflict) => conflict.columns(["gateway", "store"]).doUpdateSet(values))
    .execute();
  return [...fresh.values()];
};

const holds = (ranges: Ranges, n: number): boolean =>
  ranges.some(([from, to]) => from <= n && n <= to);

const saveSeries = async (
  tx: Writing,
  gateway: string,
  blocks: readonly WireBlock[],
): Promise<void> => {
  const byCurve = new Map(blocks.map((block) => [curveText(curveOf(gateway, block)), block]));
  const rows = [...byCurve.values()].map((block) => seriesRow(gateway, block));
  for (const chunk of inChunks(rows)) {
    await tx
      .insertInto("telemetry_series")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(["gateway", "detector", "gas", "mark"]).doUpdateSet((eb) => ({
          silence_ms: eb.ref("excluded.silence_ms"),
          lel_percent_volume: eb.ref("excluded.lel_percent_volume"),
        })),
      )
      .execute();
  }
};

const seriesRow = (gateway: string, block: WireBlock): TelemetrySeriesRow => ({
  ...curveOf(gateway, block),
  silence_ms: block.silenceMs,
  lel_percent_volume: block.lelPercentVolume ?? null,
});

/** Readings nobody can date are on no chart; that there were some is told with what is missing. */
const noteUndated = async (
  tx: Writing,
  gateway: string,
  store: string,
  blocks: readonly WireBlock[],
  nowMs: number,
): Promise<void> => {
  if (blocks.length === 0) return;
  const atMs = Math.floor(nowMs);
  const readings = blocks.reduce((sum, block) => sum + readingsOf(block), 0);
  await tx
    .insertInto("telemetry_losses")
    .values({
      gateway,
      store,
      reason: "undated",
      day_ms: chengduDay(atMs),
      from_ms: atMs,
      to_ms: atMs,
      readings,
    })
    .onConflict((conflict) =>
      conflict.columns(["gateway", "store", "reason", "day_ms"]).doUpdateSet((eb) => ({
        to_ms: eb.ref("excluded.to_ms"),
        readings: eb("telemetry_losses.readings", "+", eb.ref("excluded.readings")),
      })),
    )
    .execute();
};

const readingsOf = ({ stretches }: WireBlock): number =>
  stretches.reduce((sum, [, , count]) => sum + count, 0);

/** A loss that a clock ahead dated is of now at the latest. */
const notInFuture =
  (nowMs: number) =>
  (loss: TelemetryLoss): TelemetryLoss => ({
    ...loss,
    dayMs: Math.min(loss.dayMs, chengduDay(nowMs)),
    fromMs: Math.min(loss.fromMs, nowMs),
    toMs: Math.min(loss.toMs, nowMs),
  });

const saveLosses = async (
  tx: Writing,
  gateway: string,
  store: string,
  losses: readonly TelemetryLoss[],
): Promise<void> => {
  for (const { reason, dayMs, fromMs, toMs, readings } of losses) {
    const totals = {
      from_ms: Math.floor(fromMs),
      to_ms: Math.floor(toMs),
      readings: Math.floor(readings),
    };
    await tx
      .insertInto("telemetry_losses")
      .values({ gateway, store, reason, day_ms: Math.floor(dayMs), ...totals })
      .onConflict((conflict) =>
        conflict
          .columns(["gateway", "store", "reason", "day_ms"])
          .doUpdateSet(totals)
          // A total only grows: an older one that comes late says nothing new.
          .where("telemetry_losses.readings", "<", totals.readings),
      )
      .execute();
  }
};
