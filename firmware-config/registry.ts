import type { DetectorProfile } from "./profile.ts";
import {
  aqaraGasMiot,
  ringCo,
  ringGeneric,
  shellyGas,
  shellyGasCoap,
  shellyGasLpg,
  tuyaLocalCo,
} from "./profiles/bridges.ts";
import { iasProfiles } from "./profiles/ias.ts";
import { modbusProfiles } from "./profiles/modbus.ts";
import { native, nativeCo, nativeMethane } from "./profiles/native.ts";
import { tasmotaGeneric, tasmotaMq4, tasmotaMq7 } from "./profiles/tasmota.ts";
import { thingsboard } from "./profiles/thingsboard.ts";
import { winsenProfiles } from "./profiles/winsen.ts";
import * as zigbee2mqtt from "./profiles/zigbee2mqtt.ts";

/** Every detector this gateway can read. Laws over all of them: `profiles.test.ts`. */
export const profiles: readonly DetectorProfile[] = [
  native,
  nativeCo,
  nativeMethane,
  zigbee2mqtt.zigbee2mqttGeneric,
  zigbee2mqtt.heimanCo,
  zigbee2mqtt.heimanGas,
  zigbee2mqtt.heimanGas3,
  zigbee2mqtt.zigbeeCoGas,
  zigbee2mqtt.tuyaDcrCo,
  zigbee2mqtt.tuyaCoSmoke,
  zigbee2mqtt.tuyaGas,
  zigbee2mqtt.tuyaGasVerdict,
  zigbee2mqtt.aqaraGas,
  zigbee2mqtt.xiaomiGas,
  ...iasProfiles,
  tasmotaGeneric,
  tasmotaMq4,
  tasmotaMq7,
  thingsboard,
  shellyGas,
  shellyGasLpg,
  shellyGasCoap,
  aqaraGasMiot,
  tuyaLocalCo,
  ringGeneric,
  ringCo,
  ...modbusProfiles,
  ...winsenProfiles,
];

const profileById = new Map(profiles.map((profile) => [profile.id, profile]));

export const findProfile = (id: string): DetectorProfile | undefined => profileById.get(id);
