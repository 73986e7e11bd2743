/** Measured values through real processes: to the chart, and behind everything more urgent. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HistorySchema, type History } from "#center/telemetry/history-schema.ts";
import { bootId } from "#domain/ids.ts";
import { openStoreFile } from "#gateway/telemetry/store-file.ts";
import type { Block } from "#gateway/telemetry/store.ts";
import { eventually } from "./eventually.ts";
import { adminPassword, startStreet, type StreetProcess } from "./street-process.ts";

const kitchen = "xian-2-1-603";
const spiked = "xian-2-1-604";
const gateway = "gw-xian-1";

let folder: string;
let street: StreetProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-telemetry-street-"));
  const site = await readFile("config/site.yaml", "utf8");
  const quick = site.replace("  buzzers:", "  store: { flushSeconds: 10 }\n  buzzers:");
  expect(quick).not.toBe(site);
  await writeFile(join(folder, "site.yaml"), quick);
  street = await startStreet({ siteFile: join(folder, "site.yaml") });
});
afterAll(async () => {
  await street.close();
  await rm(folder, { recursive: true });
});

const say = async (detector: string, readings: readonly object[]): Promise<void> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${street.ports.gatewayMqtt}`);
  for (const reading of readings) {
    const topic = `canary/v1/detectors/${detector}/reading`;
    await client.publishAsync(topic, JSON.stringify(reading), { qos: 1 });
  }
  await client.endAsync();
};

const logIn = async (): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${street.ports.centerHttp}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: adminPassword }),
  });
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
};

const history = async (cookie: string, detector: string, query = ""): Promise<History> => {
  const path = `/api/v1/detectors/${gateway}/${detector}/history${query}`;
  const response = await fetch(`http://127.0.0.1:${street.ports.centerHttp}${path}`, {
    headers: { cookie },
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return Value.Parse(HistorySchema, await response.json());
};

const metric = async (name: string): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${street.ports.gatewayHttp}/metrics`);
  const line = (await response.text()).split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1]);
};

test("what a detector measured is on the chart of the center, the one high sample too", async () => {
  const quiet = Array.from({ length: 30 }, (_, n) => ({ co_ppm: 1 + (n % 3) }));
  await say(kitchen, [...quiet, { co_ppm: 20 }, { co_ppm: null }, ...quiet]);
  const cookie = await logIn();
  const real = await eventually(
    "the readings are at the center",
    async () => {
      const { series } = await history(cookie, kitchen).catch(() => ({ series: [] }));
      return series.find(({ gas, mark }) => gas === "co" && mark === "real");
    },
    40_000,
  );
  const all = real.points;
  expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(61);
  expect(Math.max(...all.map(({ max }) => max ?? 0))).toBe(20);
  expect(all.flatMap(({ qualities }) => Object.entries(qualities ?? {}))).toEqual([
    ["not-reported", 1],
  ]);
  // Settled: the center has committed it, so the gateway has forgotten it.
  await eventually(
    "the store is empty again",
    async () => (await metric("canary_gateway_telemetry_backlog_readings")) === 0,
  );
});

test("behind a million stored readings an alarm raised at reconnection is at the center within 2 s", async () => {
  await street.kill("gateway", "SIGTERM");
  await street.kill("center", "SIGTERM");
  const { rows, startMs } = fillStore(join(street.folder, "data/gateway/telemetry.sqlite"));
  street.startRole("gateway");
  await eventually("the gateway is up", street.gatewayStatus);
  expect(await metric("canary_gateway_telemetry_backlog_readings")).toBeGreaterThanOrEqual(0);
  street.startRole("center");
  await eventually(
    "the link is up",
    async () => (await street.gatewayStatus())?.link.state === "up",
    60_000,
  );
  const desk = await street.login();
  const cookie = await logIn();
  // In the middle of it: the first readings are there already, most are not.
  const spikeQuery = `?from=${startMs - 1}&to=${startMs + 3_000 * 3_600_000}&points=200`;
  await eventually("the backlog is on its way", () =>
    history(cookie, spiked, spikeQuery).then(
      ({ series }) => series.length > 0,
      () => false,
    ),
  );
  const beganMs = performance.now();
  await say(kitchen, [{ status: ["alarm"], co_ppm: 500 }]);
  await eventually("the alarm is on the desk", async () =>
    (await desk.alarms()).some(({ notice }) => notice.event.detector === kitchen),
  );
  const alarmMs = performance.now() - beganMs;
  const leftThen = await metric("canary_gateway_telemetry_backlog_readings");

  await eventually(
    "the backlog is drained",
    async () => {
      // Asked every minute otherwise; what is settled is told at once.
      const { series } = await history(cookie, spiked, spikeQuery);
      const count = series[0]?.points.reduce((sum, point) => sum + point.count, 0) ?? 0;
      return count === rows && (await metric("canary_gateway_telemetry_backlog_readings")) < 5_000;
    },
    180_000,
  );
  const drainS = (performance.now() - beganMs) / 1_000;
  process.stdout.write(
    `an alarm behind ${leftThen} stored readings: ${Math.round(alarmMs)} ms; ` +
      `${rows} rows drained in ${drainS.toFixed(1)} s: ${Math.round(rows / drainS)} rows/s\n`,
  );
  expect(alarmMs).toBeLessThan(2_000);
  expect(leftThen).toBeGreaterThan(0);
  const { series, losses } = await history(cookie, spiked, spikeQuery);
  expect(losses).toEqual([]);
  const peaks = series.flatMap(({ points }) => points).filter(({ max }) => max === 400);
  expect(peaks).toHaveLength(1);
}, 400_000);

/** A million stretches of one reading each, in blocks as the recorder makes them, one at 400 ppm. */
const fillStore = (path: string): { readonly rows: number; readonly startMs: number } => {
  const blocks = 16_667;
  const blockMs = 600_000;
  const startMs = Date.now() - (blocks + 10) * blockMs;
  const file = openStoreFile(path, { budgetBytes: 1e9 });
  const block = (n: number): Block => ({
    series: { detector: spiked, gas: "co", mark: "real", silenceMs: 60_000 },
    bootId: bootId("an-earlier-boot"),
    startMonoMs: n * blockMs,
    startWallMs: startMs + n * blockMs,
    stretches: Array.from({ length: 60 }, (_, at) => {
      const level = n === 9_000 && at === 30 ? 40_000 : ((n + at) % 7) * 100;
      return { atMs: at * 10_000, forMs: 0, count: 1, min: level, max: level, sum: level };
    }),
  });
  for (let n = 0; n < blocks; n += 1_000) {
    const many = Math.min(1_000, blocks - n);
    file.append(
      Array.from({ length: many }, (_, at) => block(n + at)),
      [],
    );
  }
  file.close();
  return { rows: blocks * 60, startMs };
};
