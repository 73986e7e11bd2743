import mqtt from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { ok } from "#domain/result.ts";
import { openMqttListener } from "#platform/mqtt-listener/listener.ts";
import { createMqttValve } from "./mqtt-valve.ts";

/** The gateway's real listener, and a real device on its wire. */
const open = async (answer: string | undefined) => {
  const opened = await openMqttListener({
    host: "127.0.0.1",
    port: 0,
    authenticate: () => ok({ mayPublish: () => true, maySubscribe: () => true }),
    onPublish: () => undefined,
    onFault: ({ text }) => expect.unreachable(text.en),
  });
  if (!opened.ok) throw new Error(opened.error.en);
  const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${opened.value.port}`);
  onTestFinished(async () => {
    await device.endAsync(true);
    await opened.value.close();
  });
  const heard: string[] = [];
  device.on("message", (_topic, payload) => {
    heard.push(payload.toString());
    if (answer !== undefined) device.publish("canary/v1/valves/v1/state", answer, { qos: 1 });
  });
  await device.subscribeAsync("canary/v1/valves/v1/set", { qos: 1 });
  return { valve: createMqttValve("v1", opened.value), device, heard };
};

test.each([
  ['{"state":"closed"}', "closed"],
  ["CLOSED", "closed"],
  ["open", "open"],
  ["half", undefined],
])("a device that answers %s is read as %s", async (answer, position) => {
  const { valve, heard } = await open(answer);
  expect(await valve.close()).toEqual(ok(undefined));
  await expect.poll(() => heard).toEqual(['{"state":"closed"}']);
  await expect.poll(() => valve.readBack()).toEqual(ok(position));
});

test("what it said before it was told does not count", async () => {
  const { valve, device, heard } = await open(undefined);
  await device.publishAsync("canary/v1/valves/v1/state", "closed", { qos: 1 });
  await expect.poll(() => valve.readBack()).toEqual(ok("closed"));
  await valve.close();
  await expect.poll(() => heard.length).toBe(1);
  expect(await valve.readBack()).toEqual(ok(undefined));
});

test("that it was open is told once, however quickly it has shut", async () => {
  const { valve, device } = await open(undefined);
  const topic = "canary/v1/valves/v1/state";
  await device.publishAsync(topic, "open", { qos: 1 });
  await device.publishAsync(topic, "closed", { qos: 1 });
  expect([await valve.readBack(), await valve.readBack()]).toEqual([ok("open"), ok("closed")]);
});

test("a valve that was opened by hand and starts anew is not shut by a command that is over", async () => {
  const { valve, device, heard } = await open(undefined);
  await valve.close();
  await expect.poll(() => heard).toEqual(['{"state":"closed"}']);
  await valve.takeBack?.();
  await expect.poll(() => heard).toEqual(['{"state":"closed"}', ""]);
  await device.unsubscribeAsync("canary/v1/valves/v1/set");
  await device.subscribeAsync("canary/v1/valves/v1/set", { qos: 1 });
  // Had anything been kept, it would have come before this.
  await device.publishAsync("canary/v1/valves/v1/set", "end", { qos: 1 });
  await expect.poll(() => heard.slice(2)).toEqual(["end"]);
});
