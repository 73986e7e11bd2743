/** Where stored readings go, and the room kept for alarms, as the site file says. */
import { join } from "node:path";
import type { Clock } from "#domain/time.ts";
import { seconds } from "#domain/quantity.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { ReportFault } from "../ports.ts";
import { createMemoryStore } from "../telemetry/memory-store.ts";
import { openTelemetryStore } from "../telemetry/open-store.ts";
import { openTelemetry, type Telemetry } from "../telemetry/open-telemetry.ts";
import { openReserve } from "../telemetry/reserve.ts";
import { createTelemetryLane, type TelemetryLaneDeps } from "../uplinks/telemetry-lane.ts";
import type { Uplink } from "../uplinks/uplink.ts";

/** Of memory, in safe mode. */
const safeBytes = 1_024 * 1_024;

export const wireTelemetry = (
  site: Site,
  folder: string,
  deps: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly reportFault: ReportFault;
    /** Nothing on the disk is touched: it may be what ended the starts before. */
    readonly safe: boolean;
  },
) => {
  const { clock, timers, reportFault, safe } = deps;
  const { telemetryBytes: budgetBytes, reserveBytes, flushSeconds, deadBands } = site.gateway.store;
  const telemetry = openTelemetry({
    clock,
    timers,
    reportFault,
    drill: site.drill,
    deadBands,
    budgetBytes,
    flushMs: seconds(flushSeconds),
    openStore: (onPutAside) =>
      safe
        ? createMemoryStore({ budgetBytes: Math.min(budgetBytes, safeBytes) })
        : openTelemetryStore(join(folder, "telemetry.sqlite"), { budgetBytes, onPutAside }),
  });
  const reserve = openReserve({
    timers,
    reportFault,
    path: join(folder, "journal.reserve"),
    bytes: safe ? 0 : reserveBytes,
    onFull: telemetry.giveBack,
  });
  return { telemetry, reserve };
};

export const startTelemetryLane = (
  telemetry: Telemetry,
  uplink: Uplink,
  deps: Pick<TelemetryLaneDeps, "link" | "clock" | "timers" | "gateway" | "reportFault">,
) =>
  createTelemetryLane({
    ...deps,
    store: telemetry.store,
    isUp: () => uplink.state().link === "up",
    urgent: () => uplink.state().unconfirmed,
    onState: telemetry.noteState,
  });
