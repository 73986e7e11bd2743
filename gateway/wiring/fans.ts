/** From the site file's fans to wired ones. A site without any has none: they are off by default. */
import { seconds } from "#domain/quantity.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { FanSite, Site } from "#platform/site-file/schema.ts";
import type { Fan } from "../fans/fan.ts";
import type { WiredFan } from "../fans/fan-interlock.ts";
import { createModbusCoilFan } from "../fans/modbus-coil-fan.ts";
import { createMqttFan } from "../fans/mqtt-fan.ts";
import type { BusLine } from "../lines/line.ts";
import { servedBy } from "./serves.ts";

interface FanWorld {
  readonly broker: MqttListener;
  readonly lines: ReadonlyMap<string, BusLine>;
}

export const wireFans = (site: Site, world: FanWorld): readonly WiredFan[] =>
  site.gateway.fans.map((one) => {
    const serves = servedBy(site, one.serves);
    return {
      fan: openFan(one, world),
      policy: {
        runsOn: one.runsOn,
        isExplosionProof: one.construction === "explosion-proof",
      },
      confirmWithin: seconds(one.confirmWithinSeconds),
      ...(serves && { serves }),
    };
  });

const replyTimeoutMs = 500;

const openFan = (one: FanSite, { broker, lines }: FanWorld): Fan => {
  if (one.kind === "mqtt") return createMqttFan(one.id, broker);
  const line = lines.get(one.line);
  if (line === undefined)
    throw new Error(`fan ${one.id}: line ${one.line} passed the site checks but is not open`);
  const { id, unit, coil, runningInput } = one;
  return createModbusCoilFan({ id, line, unit, coil, runningInput, replyTimeoutMs });
};
