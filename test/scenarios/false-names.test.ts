/** A name in a topic proves nothing: a registered detector speaks as it is registered, or as itself logged in. */
import { expect, test } from "vitest";
import { exampleSite, openGateway } from "./open-gateway.ts";

const zigbee = "kitchen-9";

const siteWithZigbee = () => {
  const site = exampleSite();
  return {
    ...site,
    detectors: [
      ...site.detectors,
      { id: zigbee, profile: "zigbee2mqtt", device: "厨房", address: { text: "喜安社区9栋" } },
    ],
  };
};

const nativeTopic = `canary/v1/detectors/${zigbee}/reading`;

test("nobody ends a Zigbee detector's alarm by speaking of it in the native form", async () => {
  const street = await openGateway(siteWithZigbee());
  street.publish("zigbee2mqtt/厨房", '{"gas":true}');
  expect(street.stateOf(zigbee)).toBe("alarm");
  street.time.advance(10_000);
  street.publish(nativeTopic, '{"co_ppm":0,"ch4_lel":0,"lpg_lel":0,"status":[]}');
  await street.settle();
  expect(street.stateOf(zigbee)).toBe("alarm");
});

test("nor makes one that is not heard look normal", async () => {
  const street = await openGateway(siteWithZigbee());
  street.publish(nativeTopic, '{"co_ppm":0,"status":[]}');
  expect(street.stateOf(zigbee)).toBe("unknown");
});

test("but gas it reports there is an alarm, though of a stranger", async () => {
  const street = await openGateway(siteWithZigbee());
  street.publish(nativeTopic, '{"ch4_lel":30,"status":["alarm"]}');
  await street.settle();
  expect(street.buzzer()).toBe("on t3");
  const [notice] = await street.alarms();
  expect(notice?.event.detector).toBe(`unregistered-native-${zigbee}`);
  expect(notice?.where.position.place).toContain(nativeTopic);
});

test("and a detector that is logged in under its own name is believed in whatever form it speaks", async () => {
  const street = await openGateway(siteWithZigbee());
  street.publish(nativeTopic, '{"co_ppm":3,"status":[]}', { clientId: "x", username: zigbee });
  expect(street.stateOf(zigbee)).toBe("normal");
});

test("but not one whose client id alone says so, not even right after it", async () => {
  const street = await openGateway(siteWithZigbee());
  street.publish(nativeTopic, '{"co_ppm":3,"status":["alarm"]}', {
    clientId: "x",
    username: zigbee,
  });
  street.time.advance(10_000);
  street.publish(nativeTopic, '{"co_ppm":0,"status":[]}', { clientId: zigbee });
  await street.settle();
  expect(street.stateOf(zigbee)).toBe("alarm");
});

test("nobody ends a stranger's alarm by calling himself what strangers are called here", async () => {
  const street = await openGateway();
  street.publish("zigbee2mqtt/kitchen", '{"gas":true}');
  const name = "unregistered-zigbee2mqt-kitchen";
  expect(street.stateOf(name)).toBe("alarm");
  street.time.advance(10_000);
  street.publish(`canary/v1/detectors/${name}/reading`, '{"ch4_lel":0,"status":[]}');
  await street.settle();
  expect(street.stateOf(name)).toBe("alarm");
});
