import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface SinkMetrics {
  readonly points: Counter<"sink" | "result">;
  readonly rounds: Counter<"sink" | "result">;
  readonly requestSeconds: Histogram<"sink">;
  readonly lagSeconds: Gauge<"sink">;
  readonly up: Gauge<"sink">;
}

export const createSinkMetrics = (registry: Registry): SinkMetrics => {
  const registers = [registry];
  return {
    points: new Counter({
      name: "canary_center_sink_points_total",
      help: "Points brought to a time-series database: written, refused (set aside), too-old for it",
      labelNames: ["sink", "result"],
      registers,
    }),
    rounds: new Counter({
      name: "canary_center_sink_batches_total",
      help: "Batches for a time-series database, by what became of them",
      labelNames: ["sink", "result"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "canary_center_sink_batch_seconds",
      help: "Time until a batch was acknowledged, refused or given up",
      labelNames: ["sink"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    lagSeconds: new Gauge({
      name: "canary_center_sink_lag_seconds",
      help: "How long ago a time-series database last had everything the center holds",
      labelNames: ["sink"],
      registers,
    }),
    up: new Gauge({
      name: "canary_center_sink_up",
      help: "1 while the last batch was taken; 0 while it is away, slow or unwilling",
      labelNames: ["sink"],
      registers,
    }),
  };
};
