import { expect, test, describe } from "vitest";
import { wireToStretch, type TelemetryLoss } from "#domain/telemetry.ts";
import { parseTelemetry, type WireBlock } from "#domain/telemetry-wire.ts";
import { gatewayId, bootId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import { telemetryMessage } from "#gateway/uplinks/telemetry-message.ts";
import { hourOf, kitchen, sampleBlock, sampleInstant, sampleStartMs } from "./sample-blocks.ts";
import type { Pending, TelemetryStore } from "./store.ts";

const hourMs = 3_600_000;
const gateway = gatewayId("gw-1");

/** What a store answers, read as the center would read it. */
const wireBlocks = (pending: Pending): readonly WireBlock[] => {
  const parsed = parseTelemetry(
    telemetryMessage(gateway, "telemetry-1", { ...pending }, sampleInstant(0)),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.data.blocks;
};
const everything = async (store: TelemetryStore): Promise<readonly WireBlock[]> => {
  const blocks: WireBlock[] = [];
  for (;;) {
    const more = wireBlocks(await store.pending(blocks.at(-1)?.n ?? 0, 1e9, sampleInstant(0)));
    if (more.length === 0) return blocks;
    blocks.push(...more);
  }
};
/** Every loss, as a center that confirms them learns of it. */
const allLosses = async (store: TelemetryStore): Promise<readonly TelemetryLoss[]> => {
  const losses: TelemetryLoss[] = [];
  for (;;) {
    const more = (await store.pending(0, 1, sampleInstant(0))).losses;
    if (more.length === 0) return losses;
    losses.push(...more);
    await store.settle([], more);
  }
};
const readingsIn = (blocks: readonly WireBlock[]): number =>
  blocks.flatMap(({ stretches }) => stretches).reduce((sum, [, , count]) => sum + count, 0);
const highestIn = (blocks: readonly WireBlock[]): number =>
  Math.max(
    ...blocks.flatMap(({ stretches }) =>
      stretches.map(wireToStretch).map((one) => (one.quality === undefined ? one.max : 0)),
    ),
  );

/** What every telemetry store promises. `budgetBytes` must hold at least 20 hours. */
export const storeContract = (
  name: string,
  open: (budgetBytes: number) => Promise<TelemetryStore> | TelemetryStore,
): void => {
  const plenty = 100_000_000;

  describe(`telemetry store: ${name}`, { timeout: 60_000 }, () => {
    test("what was kept is pending, in order, under numbers of its own, until it is settled", async () => {
      const store = await open(plenty);
      const state = await store.append(
        [sampleBlock(0, [3, 400]), sampleBlock(hourMs, hourOf(2))],
        [],
      );
      expect(state).toMatchObject({ blocks: 2, readings: 62 * 60, oldestMs: sampleStartMs });
      const blocks = await everything(store);
      expect(blocks.map(({ n }) => n)).toEqual([1, 2]);
      expect(blocks[0]).toEqual({
        n: 1,
        detector: "kitchen",
        gas: "co",
        mark: "real",
        silenceMs: 60_000,
        startMs: sampleStartMs,
        stretches: [
          [0, 59_000, 60, 0, 300, 6_000],
          [60_000, 59_000, 60, 0, 40_000, 6_000],
        ],
      });

      expect(await store.settle([1, 1, 99], [])).toMatchObject({ blocks: 1, readings: 3_600 });
      expect((await everything(store)).map(({ n }) => n)).toEqual([2]);
      await store.settle([2], []);
      await store.append([sampleBlock(0, [1])], []);
      // A number that has gone to the center never names anything else.
      expect((await everything(store)).map(({ n }) => n)).toEqual([3]);
    });

    test("as much is given as fits, and one block however large", async () => {
      const store = await open(plenty);
      await store.append(
        [0, 1, 2].map((n) => sampleBlock(n * hourMs, hourOf(n))),
        [],
      );
      const numbers = async (afterN: number, bytes: number) =>
        (await store.pending(afterN, bytes, sampleInstant(0))).blocks.map(({ n }) => n);
      expect(await numbers(0, 1)).toEqual([1]);
      expect(await numbers(1, 1)).toEqual([2]);
      expect(await numbers(0, 1e9)).toEqual([1, 2, 3]);
      expect(await numbers(3, 1e9)).toEqual([]);
    });

    test("qualities, marks and explosive limits come back as they went in", async () => {
      const store = await open(plenty);
      const series = { ...kitchen, gas: "methane", mark: "test", lelPercentVolume: 4.4 } as const;
      const stretches = [
        { atMs: 0, forMs: 0, count: 1, quality: "sentinel" },
        { atMs: 5_000, forMs: 1_000, count: 2, min: -50, max: 0, sum: -50 },
      ] as const;
      await store.append([{ ...sampleBlock(0, []), series, stretches }], []);
      expect((await everything(store))[0]).toMatchObject({
        gas: "methane",
        mark: "test",
        lelPercentVolume: 4.4,
        stretches: [
          [0, 0, 1, "sentinel"],
          [5_000, 1_000, 2, -50, 0, -50],
        ],
      });
    });

    test("a clock that was set since is believed, within the same boot only", async () => {
      const store = await open(plenty);
      await store.append([sampleBlock(1_000, [1])], []);
      const later = { ...sampleInstant(5_000), wallMs: epochMs(sampleStartMs + 5_000 + hourMs) };
      const startOf = async (now: typeof later) =>
        wireBlocks(await store.pending(0, 1e9, now))[0]?.startMs;
      expect(await startOf(later)).toBe(sampleStartMs + 1_000 + hourMs);
      expect(await startOf({ ...later, bootId: bootId("boot-2") })).toBe(sampleStartMs + 1_000);
      // Whoever knows that boot's clock better can date them anew.
      const next = await store.pending(0, 1e9, { ...later, bootId: bootId("boot-2") });
      expect(wireBlocks(next)[0]).toMatchObject({ boot: sampleInstant(0).bootId, monoMs: 1_000 });
      expect(wireBlocks(await store.pending(0, 1e9, later))[0]).not.toHaveProperty("boot");
    });

    test("when it is full the oldest are thinned with every peak kept, then dropped; the report is the truth", async () => {
      const budgetBytes = 200_000;
      const store = await open(budgetBytes);
      const hours = 4_000;
      for (let hour = 0; hour < hours; hour += 100) {
        const block = (n: number) => sampleBlock((hour + n) * hourMs, [400, ...hourOf(n % 7)]);
        await store.append(
          Array.from({ length: 100 }, (_, n) => block(n)),
          [],
        );
      }
      const { usedBytes, readings, lost } = await store.state();
      expect(usedBytes).toBeLessThanOrEqual(budgetBytes);
      const left = await everything(store);
      const given = hours * 61 * 60;
      expect(readings).toBe(readingsIn(left));
      const losses = await allLosses(store);
      const dropped = losses.filter(({ reason }) => reason === "store-full");
      expect(dropped.reduce((sum, loss) => sum + loss.readings, 0)).toBe(given - readings);
      expect(lost["store-full"]).toBe(given - readings);
      // Oldest first, without a hole: what is reported gone ends where what is left begins.
      const goneHours = hours - left.length;
      expect(goneHours).toBeGreaterThan(100);
      expect(Math.min(...dropped.map(({ fromMs }) => fromMs))).toBe(sampleStartMs);
      const lastGone = sampleStartMs + (goneHours - 1) * hourMs + 60 * 60_000 + 59_000;
      expect(Math.max(...dropped.map(({ toMs }) => toMs))).toBe(lastGone);
      expect(left[0]?.startMs).toBe(sampleStartMs + goneHours * hourMs);
      // Every block that is left has its peak and its count, the oldest in fewer stretches.
      expect(left.every((block) => highestIn([block]) === 40_000)).toBe(true);
      expect(left.every((block) => readingsIn([block]) === 61 * 60)).toBe(true);
      expect(left[0]?.stretches).toHaveLength(4);
      expect(left.at(-1)?.stretches).toHaveLength(61);
      expect(lost.thinned).toBeGreaterThan(given - readings);
    });

    test("losses are told until the center has the newest total, and add up by day", async () => {
      const store = await open(plenty);
      const lost = { reason: "memory", fromMs: sampleStartMs, toMs: sampleStartMs + 9 } as const;
      await store.append([], [{ ...lost, readings: 5 }]);
      const { losses } = await store.pending(0, 1e9, sampleInstant(0));
      expect(losses).toMatchObject([{ ...lost, readings: 5 }]);
      await store.append([], [{ ...lost, toMs: sampleStartMs + 20, readings: 2 }]);
      await store.settle([], losses);
      const { losses: more } = await store.pending(0, 1e9, sampleInstant(0));
      expect(more).toMatchObject([{ ...lost, toMs: sampleStartMs + 20, readings: 7 }]);
      await store.settle([], more);
      expect((await store.pending(0, 1e9, sampleInstant(0))).losses).toEqual([]);
      expect((await store.state()).losses).toEqual(more);
    });

    test("room is given back when it is asked for", async () => {
      const store = await open(plenty);
      const blocks = Array.from({ length: 2_000 }, (_, n) =>
        sampleBlock(n * hourMs, hourOf(n % 5)),
      );
      const { usedBytes } = await store.append(blocks, []);
      const after = await store.giveBack(usedBytes / 2);
      expect(after.usedBytes).toBeLessThanOrEqual(usedBytes / 2);
      expect(after.losses.length).toBeGreaterThan(0);
      expect((await store.giveBack(1e12)).blocks).toBe(0);
    });
  });
};
