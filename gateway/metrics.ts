import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ReadStatus } from "./http/status.ts";

/** Prometheus figures of one gateway, read from its status when asked. Names are a contract. */
export const createGatewayMetrics = (status: ReadStatus): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(
      registry.registerMetric(
    new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  };
  gauge("canary_gateway_link_up", "1 while the center confirms what we send", () =>
    status().link.state === "up" ? 1 : 0,
  );
  gauge(
    "canary_gateway_unconfirmed_records",
    "records the center has not confirmed",
    () => status().link.unconfirmed,
  );
  gauge(
    "canary_gateway_journal_unwritten",
    "alarm records the disk refused and that are tried again",
    () => status().unwritten,
  );
  gauge(
    "canary_gateway_buzzers_sounding",
    "buzzers told to sound",
    () => status().buzzers.filter(({ command }) => command.state === "on").length,
  );
  gauge(
    "canary_gateway_buzzers_unconfirmed",
    "buzzers whose state is not confirmed",
    () => status().buzzers.filter(({ confirmed }) => !confirmed).length,
  );
  gauge(
    "canary_gateway_faults",
    "faults of the gateway itself that stand",
    () => status().faults.length,
  );
  new Gauge({
    name: "canary_gateway_detectors",
    help: "detectors by state",
    labelNames: ["state"],
    registers: [],
    collect() {
      this.reset();
      for (const { state } of status().detectors) this.inc({ state });
    },
    }),
  );
  registry.registerMetric(
    new Gauge({
    name: "canary_gateway_messages",
    help: "messages since the start, by what became of them",
    labelNames: ["kind"],
    registers: [],
    collect() {
      for (const [kind, count] of Object.entries(status().counts)) this.set({ kind }, count);
    },
    }),
  );
  return registry;
};
