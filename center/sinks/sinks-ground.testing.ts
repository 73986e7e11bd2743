/** A center's database and a sink over real HTTP, with time moved by hand. */
import { Registry } from "prom-client";
import { expect } from "vitest";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { gatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import type { TelemetryMessage, WireBlock } from "#domain/telemetry-wire.ts";
import { gatewaySource } from "#domain/wire.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { saveTelemetry } from "../telemetry/save-telemetry.ts";
import { openCursor } from "./cursor.ts";
import type { Refused } from "./deliver.ts";
import { openFakeSink } from "./fake-sink.testing.ts";
import { feedSink, type Feed, type FeedState } from "./feed-sink.ts";
import { createSinkMetrics, type SinkMetrics } from "./metrics.ts";
import { createWriter } from "./write-lines.ts";

const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export const openSinkGround = async (newDatabase: NewDatabase) => {
  const ground = await openGround(newDatabase);
  const sink = await openFakeSink();
  const gateway = createFakeGateway("gw-1");
  const refused: Refused[] = [];
  const failures: unknown[] = [];
  const registry = new Registry();
  const startMs = Math.floor(ground.time.clock.now().wallMs / hourMs) * hourMs;
  const stops: (() => Promise<void>)[] = [];
  let blocks = 0;

  const metrics = createSinkMetrics(registry);
  const feed = createFeeder({ ground, url: sink.url, metrics, refused, failures, stops });

  return {
    ...ground,
    sink,
    refused,
    failures,
    gateway,
    startMs,
    feed,
    /** Readings of so many minutes, each a stretch of sixty. */
    measure: async (minute: number, minutes: number, ppm: number, detector = "kitchen") => {
      blocks += 1;
      const block = steady(blocks, detector, startMs + minute * minuteMs, minutes, ppm);
      // Sent when the last of it had been read.
      const endMs = startMs + (minute + minutes) * minuteMs;
      const sentMs = Math.max(ground.time.clock.now().wallMs, endMs);
      const message: TelemetryMessage = {
        specversion: "1.0",
        id: `telemetry-${blocks}`,
        source: gatewaySource(gatewayId("gw-1")),
        time: epochToRfc3339(epochMs(sentMs)),
        datacontenttype: "application/json",
        bootid: "boot-1",
        monoms: "0",
        type: "canary.telemetry.v1",
        data: { store: "store-1", blocks: [block], losses: [] },
      };
      await saveTelemetry(ground.store, "gw-1", message, sentMs);
    },
    /** Lets seconds go by until something is so. */
    until: (condition: () => unknown) =>
      expect
        .poll(
          () => {
            ground.time.advance(1_000);
            return condition();
          },
          { timeout: 20_000, interval: 10 },
        )
        .toBeTruthy(),
    count: (measurement: string) =>
      [...sink.points.keys()].filter((key) => key.startsWith(`${measurement},`)).length,
    saved: () => ground.store.db.selectFrom("sink_cursors").selectAll().executeTakeFirstOrThrow(),
    metric: (name: string) => registry.getSingleMetricAsString(name),
    close: async () => {
      for (const stop of stops) await stop();
      await sink.close();
      await ground.close();
    },
  };
};

export type SinkGround = Awaited<ReturnType<typeof openSinkGround>>;

interface FeederParts {
  readonly ground: Ground;
  readonly url: string;
  readonly metrics: SinkMetrics;
  readonly refused: Refused[];
  readonly failures: unknown[];
  readonly stops: (() => Promise<void>)[];
}

/** `center`: on PostgreSQL several share the work; the same rules are tried on SQLite. */
const createFeeder =
  ({ ground, url, metrics, refused, failures, stops }: FeederParts) =>
  (center?: string): Feed & { readonly state: () => FeedState | undefined } => {
    const ended = new AbortController();
    let state: FeedState | undefined;
    const one = feedSink({
      id: "grafana",
      db: ground.store.db,
      cursor: openCursor(
        center === undefined ? ground.store : { db: ground.store.db, kind: "postgres" },
        "grafana",
        center ?? "center",
      ),
      write: createWriter(
        { kind: "influx1", id: "grafana", url: url, database: "gas" },
        ground.time.timers,
        ended.signal,
      ),
      clock: ground.time.clock,
      timers: ground.time.timers,
      metrics,
      onState: (next) => {
        state = next;
      },
      onRefused: (lines) => refused.push(...lines),
      onFailure: (error) => failures.push(error),
    });
    const stop = (): Promise<void> => {
      ended.abort(new Error("closed"));
      return one.stop();
    };
    stops.push(stop);
    return { stop, state: () => state };
  };

const steady = (
  n: number,
  detector: string,
  startMs: number,
  minutes: number,
  ppm: number,
): WireBlock => ({
  n,
  detector,
  gas: "co",
  mark: "real",
  silenceMs: minuteMs,
  startMs,
  stretches: Array.from({ length: minutes }, (_, at) => [
    at * minuteMs,
    59_000,
    60,
    ppm * 100,
    ppm * 100,
    60 * ppm * 100,
  ]),
});
