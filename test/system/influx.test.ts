/** A real InfluxDB that is well, frozen, killed and back, and an alarm that does not notice. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WireBlock } from "#domain/telemetry-wire.ts";
import { percentile } from "#tools/bench/statistics.ts";
import { openCenterUnderLoad, type CenterUnderLoad } from "./center-under-load.ts";
import { hasPeer } from "./debian-packages.ts";
import { eventually } from "./eventually.ts";
import { influxDatabase, startInflux, type InfluxServer } from "./influx-server.ts";

const minuteMs = 60_000;
const alarmsPerPhase = 400;
/** A Monday in 2026: InfluxDB's shards of a week begin on Mondays. */
const mondayMs = Date.UTC(2026, 2, 2);
const lag = 'canary_center_sink_lag_seconds{sink="grafana"}';

describe.skipIf(!hasPeer("influxdb"))("the center and InfluxDB 1.x", () => {
  let influx: InfluxServer;
  let center: CenterUnderLoad;
  let minutesSent = 0;

  beforeAll(async () => {
    influx = await startInflux();
    center = await openCenterUnderLoad([
      { kind: "influx1", id: "grafana", url: influx.url, database: influxDatabase },
    ]);
  });
  afterAll(async () => {
    await center.close();
    await influx.close();
  });

  const block = (detector: string, atMs: number, minutes: number): Omit<WireBlock, "n"> => ({
    detector,
    gas: "co",
    mark: "real",
    silenceMs: minuteMs,
    startMs: atMs,
    stretches: Array.from({ length: minutes }, (_, at) => [
      at * minuteMs,
      59_000,
      60,
      ...([100, 40_000, 60 * 500] as const),
    ]),
  });
  /** Twenty detectors' next ten minutes. */
  const measure = async (): Promise<void> => {
    const atMs = mondayMs + (minutesSent / 20) * minuteMs;
    minutesSent += 200;
    await center.measure(Array.from({ length: 20 }, (_, at) => block(`d-${at}`, atMs, 10)));
  };
  /** Alarms one after another while readings keep coming: a message of 200 points per ten alarms. */
  const phase = async (): Promise<readonly number[]> => {
    const tookMs: number[] = [];
    const readings: Promise<void>[] = [];
    while (tookMs.length < alarmsPerPhase) {
      readings.push(measure());
      tookMs.push(...(await center.raise(10)));
    }
    await Promise.all(readings);
    return tookMs;
  };
  const pointsOf = async (detectors: string): Promise<number> => {
    const found = await influx.query(
      `SELECT count("max") FROM reading WHERE detector =~ ${detectors}`,
    );
    return Number(found[0]?.values[0]?.[1] ?? 0);
  };

  test("frozen or dead, it moves no alarm; back again, it gets every point once", async () => {
    await phase(); // warm
    const healthy = await phase();
    await eventually("it has all", async () => (await pointsOf("/^d-/")) === minutesSent, 60_000);

    influx.signal("SIGSTOP");
    const frozen = await phase();
    await eventually("the center notices", async () => (await center.metric(lag)) > 3);
    influx.signal("SIGCONT");
    await influx.kill();
    const dead = await phase();

    const p99Ms = (samples: readonly number[]): number => percentile(samples, 0.99);
    const told = { healthy: p99Ms(healthy), frozen: p99Ms(frozen), dead: p99Ms(dead) };
    process.stdout.write(`alarm → center commit, p99 ms: ${JSON.stringify(told)}\n`);
    // Other work on the machine moves a p99 of milliseconds; a sink in the way would cost seconds.
    expect(told.frozen).toBeLessThan(2 * told.healthy + 25);
    expect(told.dead).toBeLessThan(2 * told.healthy + 25);

    await influx.start();
    await eventually("it has all", async () => (await pointsOf("/^d-/")) === minutesSent, 90_000);
    const [sum] = await influx.query('SELECT sum("count"), max("max") FROM reading');
    expect(sum?.values[0]?.slice(1)).toEqual([minutesSent * 60, 400]);
    const raised = await influx.query(
      `SELECT count(priority) FROM alarm_event WHERE "action" = 'alarm'`,
    );
    expect(raised[0]?.values[0]?.[1]).toBe(center.alarms());
    await eventually("the lag is gone", async () => (await center.metric(lag)) < 5);
  });

  test("a point it refuses is set aside, and names of any kind come back as they were", async () => {
    const weekBeforeMs = mondayMs - 5 * 24 * 60 * minuteMs;
    await influx.write(`reading,detector=other min="text" ${weekBeforeMs}`);
    const names = ["厨房, a=b", 'say "hi"', "two  spaces", "tab\there", "back\\slash\\"];
    await center.measure([
      block("conflict", weekBeforeMs, 1),
      ...names.map((name) => block(name, mondayMs, 1)),
    ]);
    await eventually("the others are there", async () => {
      const found = await influx.query(
        `SELECT count("max") FROM reading WHERE time = ${mondayMs}ms GROUP BY detector`,
      );
      const there = new Set(found.map(({ tags }) => tags?.["detector"]));
      return names.every((name) => there.has(name.replaceAll(/[\\\t]/g, "/")));
    });
    const refused = 'canary_center_sink_points_total{sink="grafana",result="refused"}';
    await eventually("it is set aside", async () => (await center.metric(refused)) === 1);
    const cookie = await center.logIn();
    const desk = await (await fetch(`${center.url}/api/v1/desk`, { headers: { cookie } })).text();
    expect(desk).toContain("时序库 grafana 拒收 1 个数据点");
  });
});
