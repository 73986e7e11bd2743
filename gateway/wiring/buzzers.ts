/** From the site file's buzzers to wired ones. */
import { buzzerId, detectorId } from "#domain/ids.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { BuzzerSite, Site } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { WiredBuzzer } from "../buzzer-board.ts";
import { openGpioLineBuzzer } from "../buzzers/gpio-line-buzzer.ts";
import { openModbusCoilBuzzer } from "../buzzers/modbus-coil-buzzer.ts";
import { createMqttBuzzer } from "../buzzers/mqtt-buzzer.ts";
import { openSerialRelayBuzzer } from "../buzzers/serial-relay-buzzer.ts";
import type { BusLine } from "../lines/line.ts";
import type { Buzzer } from "../ports.ts";

interface BuzzerWorld {
  readonly broker: MqttListener;
  readonly lines: ReadonlyMap<string, BusLine>;
  readonly timers: Timers;
}

export const wireBuzzers = (site: Site, world: BuzzerWorld): readonly WiredBuzzer[] =>
  site.gateway.buzzers.map((one) => ({
    buzzer: openBuzzer(one, world),
    ...(one.serves && { serves: new Set(one.serves.map(detectorId)) }),
  }));

const openBuzzer = (one: BuzzerSite, { broker, lines, timers }: BuzzerWorld): Buzzer => {
  const id = buzzerId(one.id);
  switch (one.kind) {
    case "mqtt":
      return createMqttBuzzer({ id, mqtt: broker, after: timers.after });
    case "modbus-coil": {
      const line = lines.get(one.line);
      if (line === undefined)
        throw new Error(`buzzer ${id}: line ${one.line} passed the site checks but is not open`);
      return openModbusCoilBuzzer({
        id,
        line,
        unit: one.unit,
        coil: one.coil,
        pulsed: one.pulsed,
        timers,
      });
    }
    case "serial-relay":
      return openSerialRelayBuzzer({ ...one, id, timers });
    case "gpio":
      return openGpioLineBuzzer({ ...one, id, timers });
  }
};
