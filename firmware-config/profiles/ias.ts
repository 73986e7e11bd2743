/** Raw Zigbee status change notifications `{"zonestatus":34}` from a bridge that does not convert. */
import { hours } from "#domain/quantity.ts";
import { iasZone, type IasWiring } from "../ias-zone.ts";
import type { MqttProfile } from "../profile.ts";

const ias = (id: string, model: string, wiring: IasWiring): MqttProfile => ({
  id,
  transport: "mqtt",
  dialect: "zigbee-ias",
  maker: "Heiman",
  model,
  source: "zigbee-herdsman-converters devices/heiman.ts@df720053, standards.md §8.3",
  confidence: "h",
  gases: [wiring.alarm1, wiring.alarm2].filter((gas) => gas !== undefined),
  silenceAfterMs: hours(24), // as in zigbee2mqtt.ts
  fields: { zonestatus: iasZone(wiring) },
});

export const iasProfiles = [
  ias("heiman-hs1ca-e-ias", "HS1CA-E, raw IAS zone", { alarm1: "co" }),
  ias("heiman-hs1cg-ias", "HS1CG-E, raw IAS zone", { alarm1: "combustible-gas" }),
  ias("heiman-hs3cg-ias", "HS3CG and HS1CG-E_3.0, raw IAS zone", { alarm2: "combustible-gas" }),
  ias("zigbee-co-gas-ias", "combined CO and gas alarm, raw IAS zone", {
    alarm1: "co",
    alarm2: "combustible-gas",
  }),
] as const;
