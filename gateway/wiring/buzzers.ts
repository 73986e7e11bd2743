/** From the site file's buzzers to wired ones. */
import { buzzerId } from "#domain/ids.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { BuzzerSite, Site } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import { createGpioLineBuzzer } from "../buzzers/gpio-line-buzzer.ts";
import { createModbusCoilBuzzer } from "../buzzers/modbus-coil-buzzer.ts";
import { createMqttBuzzer } from "../buzzers/mqtt-buzzer.ts";
import { openSerialRelayBuzzer } from "../buzzers/serial-relay-buzzer.ts";
import type { BusLine } from "../lines/line.ts";
import type { Buzzer, ReportFault } from "../ports.ts";
import type { WiredBuzzer } from "../protection/protection.ts";
import { buzzerPolicy } from "./protection.ts";
import { servedBy } from "./serves.ts";

interface BuzzerWorld {
  readonly broker: MqttListener;
  readonly lines: ReadonlyMap<string, BusLine>;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

export const wireBuzzers = (site: Site, world: BuzzerWorld): readonly WiredBuzzer[] =>
  site.gateway.buzzers.map((one) => {
    const serves = servedBy(site, one.serves);
    return {
      buzzer: openBuzzer(one, world),
      policy: buzzerPolicy(one),
      ...(serves && { serves }),
    };
  });

/** A relay board answers within a few character times; a unit slower than this is not an actuator. */
const coilReplyTimeoutMs = 500;

const openBuzzer = (one: BuzzerSite, world: BuzzerWorld): Buzzer => {
  const { broker, lines, timers, reportFault } = world;
  const id = buzzerId(one.id);
  switch (one.kind) {
    case "mqtt":
      return createMqttBuzzer({ id, mqtt: broker, after: timers.after });
    case "modbus-coil": {
      const line = lines.get(one.line);
      if (line === undefined)
        throw new Error(`buzzer ${id}: line ${one.line} passed the site checks but is not open`);
      return createModbusCoilBuzzer({
        id,
        line,
        unit: one.unit,
        coil: one.coil,
        replyTimeoutMs: coilReplyTimeoutMs,
        patterned: one.pulsed,
        timers,
        reportFault,
      });
    }
    case "serial-relay": {
      const { path, baudRate, on, off, pulsed } = one;
      const frames = { baudRate, on, off };
      return openSerialRelayBuzzer({ id, path, frames, patterned: pulsed, timers, reportFault });
    }
    case "gpio": {
      const { chip, line, activeLow, pulsed } = one;
      return createGpioLineBuzzer({
        id,
        chip,
        line,
        activeLow,
        patterned: pulsed,
        timers,
        reportFault,
      });
    }
  }
};
