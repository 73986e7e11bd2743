/** Whatever a device says, what becomes of it can be taken in by the center, and costs no other device its turn. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gatewayId } from "#domain/ids.ts";
import { parseUpMessage } from "#domain/wire.ts";
import { recordMessage, statusMessage } from "#gateway/uplinks/messages.ts";
import { openGateway, type StoryGateway } from "./open-gateway.ts";

const gateway = gatewayId("gw-xian-1");
const kitchen = "xian-2-1-603";
const native = `canary/v1/detectors/${kitchen}/reading`;

/** Everything on disk and on the board, as the center would read it. */
const refusedByCenter = async (street: StoryGateway): Promise<readonly unknown[]> => {
  const now = street.time.clock.now();
  const records = (await street.records()).map((record) => recordMessage(gateway, record, now));
  const status = statusMessage(
    gateway,
    1,
    { sentAtMs: 0, lastSeq: 0, pending: 0, drill: false, faults: [], detectors: street.board() },
    undefined,
    now,
  );
  return [...records, status]
    .map((message) => parseUpMessage(JSON.stringify(message)))
    .flatMap((parsed) => (parsed.ok ? [] : [parsed.error]));
};

const long = "长".repeat(20_000);
const payloads: readonly (readonly [string, string])[] = [
  ["arrays in arrays", "[".repeat(60_000)],
  ["objects in objects", `${'{"a":'.repeat(10_000)}1`],
  ["a number beyond all numbers", '{"co_ppm":1e400,"ch4_lel":-1e400}'],
  ["a huge number", '{"co_ppm":1e308,"ch4_lel":1e308,"status":["alarm"]}'],
  ["a tiny number", '{"co_ppm":5e-324,"ch4_lel":-0}'],
  ["a prototype", '{"__proto__":{"co_ppm":500},"constructor":1,"co_ppm":"x"}'],
  ["a prototype among words", '{"status":["__proto__","constructor","toString","alarm"]}'],
  ["half a character", '{"status":["\\ud800"],"co_ppm":"\\udfff"}'],
  ["a byte order mark", '\uFEFF{"co_ppm":500,"status":["alarm"]}'],
  ["zeros", '{"status":["\\u0000"],"co_ppm":"\\u0000"}\u0000\u0000'],
  ["a long word", JSON.stringify({ status: [long], co_ppm: long, at: long, seq: long })],
  ["ten thousand words", JSON.stringify({ status: Array(9_000).fill("alarm") })],
  ["the same field often", `{${'"co_ppm":500,'.repeat(4_000)}"co_ppm":0}`],
  ["a string that does not end", `{"co_ppm":"${"\\".repeat(60_000)}`],
  ["blanks", `{"co_ppm":${" ".repeat(60_000)}500,"status":["alarm"]}`],
  ["exactly the limit", `{"co_ppm":500${" ".repeat(65_536 - 15)}}`],
  ["one byte more", `{"co_ppm":500${" ".repeat(65_536 - 13)}}`],
];

const topics: readonly (readonly [string, (payload: string) => string])[] = [
  [native, (payload) => payload],
  ["zigbee2mqtt/厨房", (payload) => payload],
  ["tele/kitchen/SENSOR", (payload) => payload],
  ["shellies/shellygas-1/sensor/concentration", (payload) => payload],
  ["v1/devices/me/telemetry", (payload) => `[${payload},${payload}]`],
  ["ring/home/alarm/one/co/state", (payload) => payload],
];

test.each(payloads)("%s", async (_name, payload) => {
  const street = await openGateway();
  for (const [topic, wrap] of topics) {
    const before = performance.now();
    street.publish(topic, wrap(payload));
    expect(performance.now() - before).toBeLessThan(250);
  }
  street.time.advance(120_000);
  await street.settle();
  expect(await refusedByCenter(street)).toEqual([]);
  // The next one speaks as if nothing had been.
  await street.says("xian-2-1-604", { co_ppm: 400, status: ["alarm"] });
  expect(street.buzzer()).toBe("on t4");
});

test("a list of 1,400 stored messages is judged within a quarter of a second", async () => {
  const street = await openGateway();
  const one = '{"ts":1,"values":{"gas":true,"alarm":true}}';
  const before = performance.now();
  street.publish("v1/devices/me/telemetry", `[${Array(1_400).fill(one).join()}]`);
  expect(performance.now() - before).toBeLessThan(250);
});

test("random values in all fields: an alarm that stands is not ended by what is no good reading, and all of it can be sent", async () => {
  const value = fc.oneof(
    fc.json({ maxDepth: 2 }),
    fc.constantFrom("NaN", "Infinity", "-1", "65535", "1e999", "null", '"0"', "[0]", "true"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 8 }), async (values) => {
      const street = await openGateway();
      await street.says(kitchen, { co_ppm: 80, status: ["alarm"] });
      for (const bad of values) {
        street.time.advance(1_000);
        await street.says(kitchen, `{"co_ppm":${bad},"status":${bad},"at":${bad},"seq":${bad}}`);
      }
      await street.settle();
      const cleared = values.some((bad) => bad === "[]");
      if (!cleared) expect(street.stateOf(kitchen)).toBe("alarm");
      expect(await refusedByCenter(street)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
