import mqtt from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { ok } from "#domain/result.ts";
import { openMqttListener } from "#platform/mqtt-listener/listener.ts";
import { createMqttFan, fanSetTopic, fanStateTopic } from "./mqtt-fan.ts";

const open = async () => {
  const opened = await openMqttListener({
    host: "127.0.0.1",
    port: 0,
    authenticate: () => ok({ mayPublish: () => true, maySubscribe: () => true }),
    onPublish: () => undefined,
    onFault: ({ text }) => expect.unreachable(text.en),
  });
  if (!opened.ok) throw new Error(opened.error.en);
  const listener = opened.value;
  onTestFinished(() => listener.close());
  return { listener, url: `mqtt://127.0.0.1:${listener.port}` };
};

test.each([
  ['{"state":"running"}', "running"],
  ["STOPPED", "stopped"],
  ["spinning", undefined],
])("a device that answers %s is read as %s", async (answer, state) => {
  const { listener, url } = await open();
  const device = await mqtt.connectAsync(url);
  onTestFinished(() => device.endAsync(true));
  const heard: string[] = [];
  device.on("message", (_topic, payload) => {
    heard.push(payload.toString());
    device.publish(fanStateTopic("f1"), answer, { qos: 1 });
  });
  await device.subscribeAsync(fanSetTopic("f1"), { qos: 1 });
  const fan = createMqttFan("f1", listener);

  expect(await fan.set("running")).toEqual(ok(undefined));

  await expect.poll(() => heard).toEqual(['{"state":"running"}']);
  await expect.poll(() => fan.readBack()).toEqual(ok(state));
});

test("a command is not kept for a device that comes later: by then there may be gas", async () => {
  const { listener, url } = await open();
  const session = { clientId: "f1", username: "f1", clean: false } as const;
  const before = await mqtt.connectAsync(url, session);
  await before.subscribeAsync(fanSetTopic("f1"), { qos: 1 });
  await before.endAsync(true);

  await createMqttFan("f1", listener).set("running");

  expect(listener.stats()).toMatchObject({ retained: 0, queued: 0 });
});
