import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { GatewayStatus, ReadStatus } from "./http/status.ts";

/** Prometheus figures of one gateway, read from its status when asked. Names are a contract. */
export const createGatewayMetrics = (read: ReadStatus): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, { help, value }] of Object.entries(single)) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(value(read()));
        },
      }),
    );
  }
  for (const [name, { help, label, values }] of Object.entries(labelled)) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [],
        collect() {
          this.reset();
          for (const [of, value] of values(read())) this.inc({ [label]: of }, value);
        },
      }),
    );
  }
  return registry;
};

interface Single {
  readonly help: string;
  readonly value: (status: GatewayStatus) => number;
}
interface Labelled {
  readonly help: string;
  readonly label: string;
  readonly values: (status: GatewayStatus) => readonly (readonly [of: string, value: number])[];
}

const single: Readonly<Record<string, Single>> = {
  canary_gateway_link_up: {
    help: "1 while the center confirms what we send",
    value: ({ link }) => (link.state === "up" ? 1 : 0),
  },
  canary_gateway_unconfirmed_records: {
    help: "records the center has not confirmed",
    value: ({ link }) => link.unconfirmed,
  },
  canary_gateway_unwritten_records: {
    help: "alarm records the disk refused and that are tried again",
    value: ({ unwritten }) => unwritten,
  },
  canary_gateway_buzzers_sounding: {
    help: "buzzers told to sound",
    value: ({ buzzers }) => buzzers.filter(({ command }) => command.state === "on").length,
  },
  canary_gateway_buzzers_unconfirmed: {
    help: "buzzers whose state is not confirmed",
    value: ({ buzzers }) => buzzers.filter(({ confirmed }) => !confirmed).length,
  },
  canary_gateway_protecting_seconds: {
    help: "from the start of the process until rules and buzzers were live",
    value: ({ start }) => start.processMs / 1_000,
  },
  canary_gateway_protecting_since_boot_seconds: {
    help: "from the start of the machine until rules and buzzers were live",
    value: ({ start }) => start.machineMs / 1_000,
  },
  canary_gateway_dead_man_standing_by: {
    help: "1 while a dead-man answers; absent ones count as 0",
    value: ({ deadMan }) => (deadMan === undefined || deadMan.state === "gone" ? 0 : 1),
  },
  canary_gateway_faults: {
    help: "faults of the gateway itself that stand",
    value: ({ faults }) => faults.length,
  },
  canary_gateway_telemetry_used_bytes: {
    help: "bytes of stored readings",
    value: ({ telemetry }) => telemetry.usedBytes,
  },
  canary_gateway_telemetry_budget_bytes: {
    help: "bytes that stored readings may use",
    value: ({ telemetry }) => telemetry.budgetBytes,
  },
  canary_gateway_telemetry_hours_left: {
    help: "hours until stored readings are thinned if the center is away; NaN: not known yet",
    value: ({ telemetry }) => telemetry.hoursLeft ?? Number.NaN,
  },
  canary_gateway_telemetry_backlog_readings: {
    help: "stored readings the center has not confirmed",
    value: ({ telemetry }) => telemetry.backlog.readings,
  },
  canary_gateway_telemetry_unwritten_blocks: {
    help: "blocks in memory that the store has not taken",
    value: ({ telemetry }) => telemetry.unwritten,
  },
  canary_gateway_telemetry_written_bytes: {
    help: "bytes the store has written to its disk since the start",
    value: ({ telemetry }) => telemetry.writtenBytes,
  },
  canary_gateway_telemetry_written_bytes_per_day: {
    help: "the same in a day at the present rate; NaN: not known yet",
    value: ({ telemetry }) => telemetry.writtenBytesPerDay ?? Number.NaN,
  },
  canary_gateway_disk_written_bytes: {
    help: "bytes the whole process has written to its disks since the start; NaN: not known",
    value: ({ telemetry }) => telemetry.processWrittenBytes ?? Number.NaN,
  },
};

const labelled: Readonly<Record<string, Labelled>> = {
  canary_gateway_detectors: {
    help: "detectors by state",
    label: "state",
    values: ({ detectors }) => detectors.map(({ state }) => [state, 1]),
  },
  canary_gateway_messages: {
    help: "messages since the start, by what became of them",
    label: "kind",
    values: ({ counts }) => Object.entries(counts),
  },
  canary_gateway_telemetry_lost_readings: {
    help: "stored readings thinned or lost since the store was begun, by why",
    label: "reason",
    values: ({ telemetry }) => Object.entries(telemetry.lostReadings),
  },
};
