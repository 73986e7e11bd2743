/** From the site file's valves to wired ones. */
import { buzzerId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { Site, ValveSite } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { BusLine } from "../lines/line.ts";
import type { ReportFault } from "../ports.ts";
import { createGpioValve } from "../valves/gpio-valve.ts";
import type { WiredValve } from "../valves/interlock.ts";
import { createModbusCoilValve } from "../valves/modbus-coil-valve.ts";
import { createMqttValve } from "../valves/mqtt-valve.ts";
import type { Valve } from "../valves/valve.ts";
import { servedBy } from "./serves.ts";

interface ValveWorld {
  readonly broker: MqttListener;
  readonly lines: ReadonlyMap<string, BusLine>;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

export const wireValves = (site: Site, world: ValveWorld): readonly WiredValve[] =>
  site.gateway.valves.map((one) => {
    const serves = servedBy(site, one.serves);
    return {
      valve: openValve(one, world),
      closesOn: one.closesOn,
      confirmWithin: seconds(one.confirmWithinSeconds),
      ...(serves && { serves }),
    };
  });

const replyTimeoutMs = 500;

const openValve = (one: ValveSite, { broker, lines, timers, reportFault }: ValveWorld): Valve => {
  switch (one.kind) {
    case "mqtt":
      return createMqttValve(one.id, broker);
    case "gpio": {
      const { chip, line, activeLow } = one;
      return createGpioValve({ id: buzzerId(one.id), chip, line, activeLow, timers, reportFault });
    }
    case "modbus-coil": {
      const line = lines.get(one.line);
      if (line === undefined)
        throw new Error(`valve ${one.id}: line ${one.line} passed the site checks but is not open`);
      const { id, unit, coil, closedInput } = one;
      return createModbusCoilValve({ id, line, unit, coil, closedInput, replyTimeoutMs });
    }
  }
};
