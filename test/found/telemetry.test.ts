/** Ways in which one gateway's readings held up everybody's alarms, found by attacking them. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { gatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import { parseTelemetry, type TelemetryMessage, type WireBlock } from "#domain/telemetry-wire.ts";
import { gatewaySource } from "#domain/wire.ts";
import { newSqlite, openGround, type Ground } from "../../center/open-ground.testing.ts";
import { saveTelemetry } from "../../center/telemetry/save-telemetry.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(newSqlite);
});
afterEach(() => ground.close());

const day = 86_400_000;

const blockOf = (n: number, stretches: WireBlock["stretches"]): WireBlock => ({
  n,
  detector: `d-${n}`,
  gas: "co",
  mark: "real",
  silenceMs: 60_000,
  startMs: 1_795_000_000_000,
  stretches,
});

const messageOf = (blocks: WireBlock[]): TelemetryMessage => ({
  specversion: "1.0",
  id: "telemetry-1",
  source: gatewaySource(gatewayId("gw-1")),
  time: epochToRfc3339(epochMs(1_795_000_000_000 + 2 * day)),
  datacontenttype: "application/json",
  bootid: "boot-1",
  monoms: "0",
  type: "canary.telemetry.v1",
  data: { store: "store-1", blocks, losses: [] },
});

test("stretches of one block that lie over one another are refused: each is two days of work", () => {
  const long: WireBlock["stretches"][number] = [0, 2 * day, 9_999_999, 1, 1, 1];
  expect(parseTelemetry(JSON.stringify(messageOf([blockOf(1, [long])]))).ok).toBe(true);
  const over = parseTelemetry(JSON.stringify(messageOf([blockOf(1, [long, long])])));
  expect(over).toMatchObject({ ok: false, error: { path: "/data/blocks/0/stretches" } });
  const beyond = [[day, 2 * day, 3, 1, 1, 1]] satisfies WireBlock["stretches"];
  expect(parseTelemetry(JSON.stringify(messageOf([blockOf(1, beyond)]))).ok).toBe(false);
});

test("what an alarm waits to write goes in between the parts of a message of many days", async () => {
  const blocks = Array.from({ length: 40 }, (_, at) =>
    blockOf(at + 1, [[0, 2 * day, 9_999_999, 1, 1, 1]]),
  );
  const { db } = ground.store;
  const folded: Promise<unknown> = saveTelemetry(
    ground.store,
    "gw-1",
    messageOf(blocks),
    1_795_000_000_000 + 2 * day,
  );
  const blocksSeen = await ground.store.write(async (tx) => {
    const { count } = await tx
      .selectFrom("telemetry_series")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return count;
  });
  expect(blocksSeen).toBeLessThan(blocks.length);
  expect(await folded).toEqual({ blocks: blocks.length });
  expect(await db.selectFrom("telemetry_series").select("detector").execute()).toHaveLength(40);
});
