import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What the center counts of itself, for Prometheus; no names of people or homes. */
export interface CenterMetrics {
  readonly registry: Registry;
  readonly messages: Counter<"result">;
  readonly commitSeconds: Histogram;
  readonly batchMessages: Histogram;
  readonly receipts: Counter<"result">;
  readonly telemetryBlocks: Counter;
  readonly telemetrySeconds: Histogram;
  readonly logins: Counter<"result">;
  readonly signs: Counter<"result">;
  readonly requests: Histogram<"route" | "status">;
  readonly pages: Gauge;
  readonly databaseFailures: Counter;
}

/** Read when it is asked for; a database that does not answer leaves it out. */
export const measureClocks = (
  { registry }: CenterMetrics,
  read: () => Promise<readonly (readonly [gateway: string, seconds: number])[]>,
): void =>
  registry.registerMetric(
    new Gauge({
      name: "canary_clock_offset_seconds",
      help: "A gateway's wall clock minus the center's, from its last status",
      labelNames: ["gateway"],
      registers: [],
      async collect() {
        this.reset();
        const offsets = await read().catch(() => []);
        for (const [gateway, seconds] of offsets) this.set({ gateway }, seconds);
      },
    }),
  );

export const createCenterMetrics = (): CenterMetrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    messages: new Counter({
      name: "canary_center_messages_total",
      help: "Messages from gateways, by what became of them",
      labelNames: ["result"],
      registers,
    }),
    commitSeconds: new Histogram({
      name: "canary_center_commit_seconds",
      help: "Time from taking a batch to its commit",
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    batchMessages: new Histogram({
      name: "canary_center_batch_messages",
      help: "Messages committed together",
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
      registers,
    }),
    receipts: new Counter({
      name: "canary_center_receipts_total",
      help: "Receipts handed to the link, by result",
      labelNames: ["result"],
      registers,
    }),
    ...telemetryMetrics(registers),
    logins: new Counter({
      name: "canary_center_logins_total",
      help: "Tries to log in, by result",
      labelNames: ["result"],
      registers,
    }),
    signs: new Counter({
      name: "canary_center_signs_total",
      help: "Tries to sign for an alarm, by result",
      labelNames: ["result"],
      registers,
    }),
    requests: new Histogram({
      name: "canary_center_http_seconds",
      help: "HTTP requests by route and status",
      labelNames: ["route", "status"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    pages: new Gauge({
      name: "canary_center_stream_pages",
      help: "Pages following the stream",
      registers,
    }),
    databaseFailures: new Counter({
      name: "canary_center_database_failures_total",
      help: "Times the database could not be written to or read",
      registers,
    }),
  };
};

const telemetryMetrics = (
  registers: Registry[],
): Pick<CenterMetrics, "telemetryBlocks" | "telemetrySeconds"> => ({
  telemetryBlocks: new Counter({
    name: "canary_center_telemetry_blocks_total",
    help: "Blocks of stored readings folded in; repeats are not counted",
    registers,
  }),
  telemetrySeconds: new Histogram({
    name: "canary_center_telemetry_commit_seconds",
    help: "Time to fold in one message of stored readings",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  }),
});
