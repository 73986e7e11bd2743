import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { epochToRfc3339, rfc3339ToEpoch } from "#domain/civil-time.ts";
import { gatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { TelemetryMessage, WireBlock } from "#domain/telemetry-wire.ts";
import { gatewaySource, parseReceipt, upTopic, type Receipt } from "#domain/wire.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { keepHouse } from "../housekeeping.ts";
import { openTestStore, type NewDatabase, type TestDatabase } from "../open-ground.testing.ts";
import type { Store } from "../store/open-store.ts";
import { readHistory } from "./read-history.ts";
import { createTelemetryIntake } from "./telemetry-intake.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A midnight in Chengdu, as every date below counts from. */
const midnight = rfc3339ToEpoch("2026-03-01T00:00:00+08:00") ?? 0;
const gateway = gatewayId("gw-1");

const block = (n: number, atMs: number, stretches: WireBlock["stretches"]): WireBlock => ({
  n,
  detector: "kitchen",
  gas: "co",
  mark: "real",
  silenceMs: minute,
  startMs: midnight + atMs,
  stretches: [...stretches],
});
/** Sixty readings a minute of `ppm`, for so many minutes. */
const steady = (n: number, atMs: number, minutes: number, ppm: number): WireBlock =>
  block(
    n,
    atMs,
    Array.from({ length: minutes }, (_, at) => [
      at * minute,
      59_000,
      60,
      ppm * 100,
      ppm * 100,
      60 * ppm * 100,
    ]),
  );

const openStory = async (newDatabase: NewDatabase) => {
  const database: TestDatabase = await newDatabase();
  const store: Store = await openTestStore(database.options);
  const time = createManualTime(midnight + 400 * day);
  const receipts: Receipt["data"][] = [];
  const troubles: (Bilingual | undefined)[] = [];
  const intake = createTelemetryIntake({
    store,
    clock: time.clock,
    sendReceipt: (_topic, payload) => {
      const receipt = parseReceipt(payload);
      if (!receipt.ok) throw new Error(payload);
      receipts.push(receipt.value.data);
    },
    onCommitted: () => {},
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const tell = (
    blocks: readonly WireBlock[],
    more: Partial<TelemetryMessage["data"]> & {
      readonly id?: string;
      readonly sentMs?: number;
      readonly monoMs?: number;
    } = {},
  ): Promise<void> => {
    const message: TelemetryMessage = {
      specversion: "1.0",
      id: more.id ?? "telemetry-1",
      source: gatewaySource(gateway),
      // By the gateway's clock, when it is sent.
      time: epochToRfc3339(epochMs(more.sentMs ?? time.clock.now().wallMs)),
      datacontenttype: "application/json",
      bootid: "boot-1",
      monoms: String(more.monoMs ?? 0),
      type: "canary.telemetry.v1",
      data: { store: more.store ?? "store-1", blocks: [...blocks], losses: more.losses ?? [] },
    };
    const payload = new TextEncoder().encode(JSON.stringify(message));
    return intake.take({ topic: upTopic(gateway, "telemetry"), payload });
  };
  const history = (fromMs: number, toMs: number, points: number) =>
    readHistory(store.db, {
      gateway,
      detector: "kitchen",
      fromMs: midnight + fromMs,
      toMs: midnight + toMs,
      points,
      nowMs: time.clock.now().wallMs,
    });
  const co = async (fromMs: number, toMs: number, points = 500) => {
    const { bucketMs, series } = await history(fromMs, toMs, points);
    const curve = series.find(({ mark }) => mark === "real");
    if (curve === undefined) throw new Error("no curve");
    return { bucketMs, ...curve };
  };
  const close = async (): Promise<void> => {
    await intake.idle();
    await store.close();
    await database.drop();
  };
  return { store, time, receipts, troubles, intake, tell, history, co, close };
};

/** What the center promises of readings, on whichever database. */
export const telemetryContract = (database: string, newDatabase: NewDatabase): void => {
  let story: Awaited<ReturnType<typeof openStory>>;
  beforeEach(async () => {
    story = await openStory(newDatabase);
  });
  afterEach(() => story.close());

  describe(`telemetry on ${database}`, { timeout: 60_000 }, () => {
    test("a block is on the chart minute by minute, and its receipt names the message", async () => {
      await story.tell([steady(1, hour, 3, 5)]);
      expect(story.receipts).toMatchObject([{ ids: ["telemetry-1"], refused: [] }]);
      const { points, bucketMs, unit, gaps } = await story.co(hour, 2 * hour);
      expect([bucketMs, unit]).toEqual([minute, "ppm"]);
      expect(points).toEqual(
        [0, 1, 2].map((at) => ({
          atMs: midnight + hour + at * minute,
          count: 60,
          min: 5,
          max: 5,
          mean: 5,
        })),
      );
      expect(gaps).toEqual([
        { fromMs: midnight + hour + 3 * minute - 1_000, toMs: midnight + 2 * hour },
      ]);
    });

    test("however often and in whatever order blocks come, they count once", async () => {
      const blocks = [steady(1, 0, 30, 5), steady(2, 30 * minute, 30, 7), steady(3, day, 10, 9)];
      await story.tell(blocks.toReversed());
      await story.tell(blocks);
      await Promise.all([story.tell(blocks.slice(1)), story.tell(blocks.slice(0, 1))]);
      const { points } = await story.co(0, 2 * day, 2);
      expect(points.map(({ count, mean }) => [count, mean])).toEqual([
        [3_600, 6],
        [600, 9],
      ]);
      expect(story.receipts).toHaveLength(4);
      // Another life of the store counts anew: the same numbers are other blocks.
      await story.tell([steady(1, 2 * day, 1, 3)], { store: "store-2" });
      expect((await story.co(0, 3 * day, 3)).points).toHaveLength(3);
    });

    test("one sample of 400 ppm in a year is seen at the zoom of a year, and an outage is a gap", async () => {
      const days = Array.from({ length: 365 }, (_, n) =>
        // Day 100 nothing; every other day one hour at noon stands for the whole.
        n === 100 ? [] : Array.from({ length: 24 }, (_, at) => steadyHour(n, at)),
      ).flat();
      for (let at = 0; at < days.length; at += 500) await story.tell(days.slice(at, at + 500));
      const spikeMs = 200 * day + 13 * hour + 31 * minute;
      await story.tell([block(99_999, spikeMs, [[0, 0, 1, 40_000, 40_000, 40_000]])]);

      const { points, gaps, bucketMs } = await story.co(0, 365 * day, 400);
      expect(bucketMs).toBe(day);
      expect(points).toHaveLength(364);
      expect(points.filter(({ max }) => max === 400).map(({ atMs }) => atMs)).toEqual([
        midnight + 200 * day,
      ]);
      expect(points.find(({ max }) => max === 400)?.mean).toBeLessThan(10);
      expect(gaps).toEqual([{ fromMs: midnight + 100 * day - 1_000, toMs: midnight + 101 * day }]);
      // The closer one looks the sharper it stands: its day, its hour, its minute.
      const close = await story.co(spikeMs - 10 * minute, spikeMs + 10 * minute);
      expect(close.points.filter(({ max }) => max === 400)).toMatchObject([
        { atMs: midnight + spikeMs, count: 61, min: 5 },
      ]);
    });

    test("a day begins at midnight in Chengdu", async () => {
      await story.tell([steady(1, -2 * minute, 4, 5)]);
      const { points } = await story.co(-day, day, 2);
      expect(points.map(({ atMs, count }) => [atMs - midnight, count])).toEqual([
        [-day, 120],
        [0, 120],
      ]);
    });

    test("a thinned stretch keeps its peak in every minute it covers, and its count and sum in all", async () => {
      await story.tell([block(1, 30_000, [[0, 10 * minute, 100, 0, 40_000, 123_457]])]);
      const { points, gaps } = await story.co(0, hour, 1);
      expect(points).toMatchObject([{ count: 100, min: 0, max: 400, mean: 12.35 }]);
      const fine = (await story.co(0, hour)).points;
      expect(fine).toHaveLength(11);
      expect(fine.every(({ max }) => max === 400)).toBe(true);
      expect(fine.reduce((sum, { count }) => sum + count, 0)).toBe(100);
      expect(gaps).toHaveLength(1);
    });

    test("a quality is a point without a value, never a value and never a gap", async () => {
      await story.tell([block(1, 0, [[0, 50_000, 6, "sentinel"]]), steady(2, minute, 59, 5)]);
      const { points, gaps } = await story.co(0, hour);
      expect(points[0]).toEqual({ atMs: midnight, count: 0, qualities: { sentinel: 6 } });
      expect(gaps).toEqual([]);
      const [whole] = (await story.co(0, day, 24)).points;
      expect(whole).toMatchObject({ count: 59 * 60, min: 5, qualities: { sentinel: 6 } });
    });

    test("test and drill are curves of their own and change nothing of the real one", async () => {
      await story.tell([
        steady(1, 0, 1, 5),
        { ...steady(2, 0, 1, 300), mark: "drill" },
        { ...steady(3, 0, 1, 90), mark: "test" },
      ]);
      const { series } = await story.history(0, hour, 1);
      expect(series.map(({ mark, points }) => [mark, points[0]?.max])).toEqual([
        ["drill", 300],
        ["real", 5],
        ["test", 90],
      ]);
    });

    test("what a gateway lost is told with its dates; an older total that comes late changes nothing", async () => {
      const loss = {
        reason: "store-full",
        dayMs: midnight,
        fromMs: midnight,
        toMs: midnight + hour,
      };
      await story.tell([], { losses: [{ ...loss, reason: "store-full", readings: 7 }] });
      await story.tell([], { losses: [{ ...loss, reason: "store-full", readings: 3 }] });
      const { losses } = await story.history(0, day, 24);
      expect(losses).toEqual([
        { reason: "store-full", fromMs: midnight, toMs: midnight + hour, readings: 7 },
      ]);
      expect((await story.history(2 * day, 3 * day, 24)).losses).toEqual([]);
    });

    test("a message of another version, or for another gateway, is refused with a reason", async () => {
      const topic = upTopic(gatewayId("gw-2"), "telemetry");
      const forged = JSON.stringify({ id: "telemetry-9", type: "canary.telemetry.v9" });
      await story.intake.take({ topic, payload: new TextEncoder().encode(forged) });
      expect(story.receipts[0]?.refused).toMatchObject([{ id: "telemetry-9" }]);
      await story.intake.take({ topic, payload: new TextEncoder().encode("no json") });
      expect(story.receipts).toHaveLength(1);
    });

    test("minutes grow old and go; the hour stays, and what comes late still counts in it", async () => {
      await story.tell([steady(1, 0, 60, 5)]);
      await keepHouse(story.store, midnight + 100 * day);
      await story.tell([block(2, 30 * minute, [[0, 0, 1, 9_900, 9_900, 9_900]])]);
      const { points } = await story.co(0, hour);
      expect(points).toMatchObject([{ atMs: midnight, count: 3_601, max: 99, forMs: hour }]);
    });
  });
};

const steadyHour = (dayNumber: number, at: number): WireBlock =>
  steady(dayNumber * 24 + at + 1, dayNumber * day + at * hour, 60, 5);

/** SQLite only: the disk refuses writes, for real. */
export const telemetryTroubleContract = (newDatabase: NewDatabase): void => {
  test("a database that fails gives no receipt, cuts nobody off, and takes the repeat", async () => {
    const story = await openStory(newDatabase);
    await sql`pragma query_only = on`.execute(story.store.db);
    await story.tell([steady(1, 0, 1, 5)]);
    expect(story.receipts).toEqual([]);
    expect(story.troubles.at(-1)?.zh).toContain("历史读数无法写入");
    await sql`pragma query_only = off`.execute(story.store.db);
    await story.tell([steady(1, 0, 1, 5)]);
    expect(story.receipts).toHaveLength(1);
    expect(story.troubles.at(-1)).toBeUndefined();
    await story.close();
  });
};
