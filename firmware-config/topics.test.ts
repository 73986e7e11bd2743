import { expect, test } from "vitest";
import { topicOwner } from "./mqtt.ts";

const client = { clientId: "esp-07", username: "kitchen-603" };

const whose = (topic: string): string => {
  const owner = topicOwner(topic, client);
  return owner ? `${owner.dialect} ${owner.device} (${owner.profile.id})` : "nobody's";
};

test.each([
  ["canary/v1/detectors/xian-2-1-603/reading", "native xian-2-1-603 (native)"],
  ["canary/v1/detectors/喜安-603/reading", "native 喜安-603 (native)"],
  ["canary/v1/detectors/a/b/reading", "nobody's"],
  ["canary/v1/detectors//reading", "nobody's"],
  ["canary/v1/detectors/x/command", "nobody's"],
  ["canary/v1/gateways/gw/up/alarm", "nobody's"],
  ["zigbee2mqtt/sensore perdita gas", "zigbee2mqtt sensore perdita gas (zigbee2mqtt)"],
  ["zigbee2mqtt/2栋/603/厨房", "zigbee2mqtt 2栋/603/厨房 (zigbee2mqtt)"],
  ["zigbee2mqtt/厨房/availability", "zigbee2mqtt 厨房 (zigbee2mqtt)"],
  ["zigbee2mqtt/", "zigbee2mqtt unnamed (zigbee2mqtt)"],
  ["zigbee2mqtt/厨房/set", "nobody's"],
  ["zigbee2mqtt/厨房/get/state", "nobody's"],
  ["zigbee2mqtt/bridge/state", "nobody's"],
  ["zigbee2mqtt/bridge/devices", "nobody's"],
  ["zigbee2mqtt/bridgehead", "zigbee2mqtt bridgehead (zigbee2mqtt)"],
  ["tele/kitchen/SENSOR", "tasmota kitchen (tasmota)"],
  ["tele/kitchen/LWT", "tasmota kitchen (tasmota)"],
  ["tele/kitchen/STATE", "nobody's"],
  ["stat/kitchen/RESULT", "nobody's"],
  ["shellies/shellygas-AABBCC/sensor/gas", "shelly shellygas-AABBCC (shelly-gas)"],
  ["shellies/shellygas-AABBCC/online", "shelly shellygas-AABBCC (shelly-gas)"],
  ["shellies/shellyplug-1/online", "nobody's"],
  ["shellies/shellyflood-1/sensor/temperature", "nobody's"],
  ["v1/devices/me/telemetry", "thingsboard kitchen-603 (thingsboard)"],
  ["v1/devices/me/attributes", "nobody's"],
  ["ring/home/alarm/listener/co/state", "ring listener (ring)"],
  ["canary/v1/bridges/tuya-local-co/603", "tuya-local 603 (tuya-local-co)"],
  ["canary/v1/bridges/no-such-profile/603", "nobody's"],
  ["canary/v1/bridges/greystone-cmd5b4/603", "nobody's"],
  ["homeassistant/sensor/x/config", "nobody's"],
  ["domoticz/in", "nobody's"],
  ["", "nobody's"],
])("%s is %s", (topic, owner) => {
  expect(whose(topic)).toBe(owner);
});

test("without a user name ThingsBoard's device is the client id", () => {
  expect(topicOwner("v1/devices/me/telemetry", { clientId: "esp-07" })?.device).toBe("esp-07");
});
