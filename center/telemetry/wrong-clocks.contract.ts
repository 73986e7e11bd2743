import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { gatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import type { TelemetryMessage, WireBlock } from "#domain/telemetry-wire.ts";
import { gatewaySource } from "#domain/wire.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { readHistory } from "./read-history.ts";
import { saveTelemetry } from "./save-telemetry.ts";

const minute = 60_000;
const year = 365 * 86_400_000;
/** The wall clock at the monotonic 0 of the boots, were it right. */
const bornMs = 1_795_000_000_000;

/** Readings of gateways whose wall clock was wrong, on whichever database. */
export const wrongClocksContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: Ground;
  let numbered = 0;
  beforeEach(async () => {
    ground = await openGround(newDatabase);
  });
  afterEach(() => ground.close());

  const nowMs = () => ground.time.clock.now().wallMs;

  /** One reading of `ppm` at `takenMs` on the boot's clock, by a wall clock that is wrong by so much. */
  const tell = async (
    ppm: number,
    wrongMs: number,
    at: { readonly takenMs?: number; readonly boot?: string } = {},
  ): Promise<void> => {
    numbered += 1;
    const sentMono = nowMs() - bornMs;
    const takenMs = at.takenMs ?? sentMono;
    const block: WireBlock = {
      n: numbered,
      detector: "kitchen",
      gas: "co",
      mark: "real",
      silenceMs: minute,
      startMs: bornMs + takenMs + wrongMs,
      stretches: [[0, 0, 1, ppm * 100, ppm * 100, ppm * 100]],
      ...(at.boot !== undefined && { boot: at.boot, monoMs: takenMs }),
    };
    const message: TelemetryMessage = {
      specversion: "1.0",
      id: `telemetry-${numbered}`,
      source: gatewaySource(gatewayId("gw-1")),
      // The wrong clock of an earlier boot is right again.
      time: epochToRfc3339(epochMs(nowMs() + (at.boot === undefined ? wrongMs : 0))),
      datacontenttype: "application/json",
      bootid: "boot-now",
      monoms: String(sentMono),
      type: "canary.telemetry.v1",
      data: { store: "store-1", blocks: [block], losses: [] },
    };
    await saveTelemetry(ground.store, "gw-1", message, nowMs());
    // However often it comes.
    await saveTelemetry(ground.store, "gw-1", message, nowMs() + 1);
  };
  /** What is on the chart of the last hour, and how much lies at any other time. */
  const chart = async () => {
    const toMs = Math.floor(nowMs()) + minute;
    const hour = await readHistory(ground.store.db, {
      gateway: "gw-1",
      detector: "kitchen",
      points: 500,
      nowMs: nowMs(),
      fromMs: toMs - 60 * minute,
      toMs,
    });
    const { db } = ground.store;
    const days = await db.selectFrom("telemetry_days").select("first_ms").execute();
    const hours = await db.selectFrom("telemetry_hours").select("first_ms").execute();
    const elsewhere = [...days, ...hours].filter(
      ({ first_ms: atMs }) => atMs > toMs || atMs < toMs - 60 * minute,
    );
    return {
      points: hour.series.flatMap((one) => one.points.map(({ atMs, max }) => [atMs, max])),
      elsewhere: elsewhere.length,
      losses: hour.losses.map(({ reason, readings }) => [reason, readings]),
    };
  };
  const minuteOf = (atMs: number) => Math.floor(atMs / minute) * minute;

  describe(`readings by wrong clocks on ${database}`, { timeout: 30_000 }, () => {
    test.each([
      ["2099", 73 * year],
      ["1970", -bornMs],
      ["an hour ahead", 60 * minute],
    ])("sent with a clock in %s are on the chart where they were taken", async (_, wrongMs) => {
      await tell(30, wrongMs, { takenMs: nowMs() - bornMs - 3 * minute });
      ground.time.advance(minute);
      // And what comes once the clock is right lies behind them.
      await tell(5, 0);
      const now = minuteOf(nowMs());
      expect(await chart()).toEqual({
        points: [
          [now - 4 * minute, 30],
          [now, 5],
        ],
        elsewhere: 0,
        losses: [],
      });
    });

    test("of an earlier boot whose clock was known are dated by that", async () => {
      const { take } = ground;
      const atMs = nowMs() - bornMs;
      // Its clock was right once; then somebody set it to 2099, and it went away.
      await take(
        createFakeGateway("gw-1", "journal-1", "boot-then").status({ atMs, sentAtMs: nowMs() }),
      );
      ground.time.advance(10 * minute);
      await tell(40, 73 * year, { takenMs: atMs + minute, boot: "boot-then" });
      expect(await chart()).toEqual({
        points: [[minuteOf(nowMs() - 9 * minute), 40]],
        elsewhere: 0,
        losses: [],
      });
    });

    test.each([
      ["2099", 73 * year],
      ["1970", -bornMs],
    ])(
      "of an earlier boot that nobody knew, in %s, are on no chart and told as missing",
      async (_, wrongMs) => {
        const takenMs = nowMs() - bornMs;
        await tell(40, wrongMs, { takenMs, boot: "boot-lost" });
        await tell(50, wrongMs, { takenMs, boot: "boot-lost" });
        expect(await chart()).toEqual({ points: [], elsewhere: 0, losses: [["undated", 2]] });
      },
    );

    test("of an earlier boot at a time that can be stay where its clock said", async () => {
      ground.time.advance(20 * minute);
      await tell(7, 0, { takenMs: nowMs() - bornMs - 15 * minute, boot: "boot-lost" });
      const { points } = await chart();
      expect(points).toEqual([[minuteOf(nowMs() - 15 * minute), 7]]);
    });
  });
};
