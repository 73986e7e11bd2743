/**
 * A real VictoriaMetrics, written to as itself and through its endpoint for InfluxDB 2.x. Debian has
 * no InfluxDB 2 server: address, token and line protocol of that kind are proven here, its own
 * answers (413, 422, rate limits) only by what its documentation says.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCenterUnderLoad, type CenterUnderLoad } from "./center-under-load.ts";
import { hasPeer } from "./debian-packages.ts";
import { eventually } from "./eventually.ts";
import { startVictoria, type VictoriaServer } from "./victoria-server.ts";

const minuteMs = 60_000;
const mondayMs = Date.UTC(2026, 2, 2);

describe.skipIf(!hasPeer("victoria-metrics")).each(["victoria", "influx2"] as const)(
  "the center and VictoriaMetrics, spoken to as %s",
  (kind) => {
    let victoria: VictoriaServer;
    let center: CenterUnderLoad;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "canary-token-"));
      const tokenFile = join(folder, "token");
      await writeFile(tokenFile, "a-token-for-the-sink\n", { mode: 0o600 });
      victoria = await startVictoria();
      center = await openCenterUnderLoad([
        kind === "victoria"
          ? { kind, id: "charts", url: victoria.url, tokenFile }
          : { kind, id: "charts", url: victoria.url, tokenFile, org: "street", bucket: "gas" },
      ]);
    });
    afterAll(async () => {
      await center.close();
      await victoria.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** Ten minutes of one detector, each with the peak 400 ppm, 60 readings. */
    const measure = (detector: string, atMs: number): Promise<void> =>
      center.measure([
        {
          detector,
          gas: "co",
          mark: "real",
          silenceMs: minuteMs,
          startMs: atMs,
          stretches: Array.from({ length: 10 }, (_, at) => [
            at * minuteMs,
            59_000,
            60,
            ...([100, 40_000, 60 * 500] as const),
          ]),
        },
      ]);
    const valuesOf = async (name: string): Promise<readonly number[]> =>
      (await victoria.series(name)).flatMap(({ values }) => values);

    test("every minute arrives once, at its own time, with its peak; a frozen one gets the rest later", async () => {
      await measure("kitchen, 3-2", mondayMs);
      await eventually("ten minutes", async () => (await valuesOf("reading_max")).length === 10);

      victoria.signal("SIGSTOP");
      await measure("kitchen, 3-2", mondayMs + 10 * minuteMs);
      const tookMs = await center.raise(10);
      expect(tookMs).toHaveLength(10);
      victoria.signal("SIGCONT");

      await eventually("twenty", async () => (await valuesOf("reading_max")).length === 20, 60_000);
      const [series, ...others] = await victoria.series("reading_max");
      expect(others).toEqual([]);
      expect(series?.metric).toMatchObject({ detector: "kitchen, 3-2", gas: "co", mark: "real" });
      expect(series?.timestamps).toEqual(
        Array.from({ length: 20 }, (_, at) => mondayMs + at * minuteMs),
      );
      expect(new Set(series?.values)).toEqual(new Set([400]));
      expect(await valuesOf("reading_count")).toEqual(Array.from({ length: 20 }, () => 60));
      await eventually(
        "ten alarms",
        async () =>
          (await victoria.series("alarm_event_priority"))
            .filter(({ metric }) => metric["action"] === "alarm")
            .flatMap(({ values }) => values).length === center.alarms(),
      );
    });
  },
);
