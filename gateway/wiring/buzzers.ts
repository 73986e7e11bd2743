/** From the site file's buzzers to wired ones. */
import { buzzerId, detectorId } from "#domain/ids.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { BuzzerSite, Site } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { WiredBuzzer } from "../buzzer-board.ts";
import { createMqttBuzzer } from "../buzzers/mqtt-buzzer.ts";
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
    default:
      throw new Error(
        `buzzer ${id}: kind ${one.kind} (${lines.size} lines) is merged in the next step`,
      );
  }
};
