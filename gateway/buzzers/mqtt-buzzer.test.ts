import mqtt, { type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buzzerId } from "#domain/ids.ts";
import { ok } from "#domain/result.ts";
import { openMqttListener, type MqttListener } from "#platform/mqtt-listener/listener.ts";
import { createMqttBuzzer } from "./mqtt-buzzer.ts";

const id = buzzerId("stairwell-3");
const command = { state: "on", pattern: "t4", cause: "always" } as const;
let listener: MqttListener;

beforeEach(async () => {
  const opened = await openMqttListener({
    host: "127.0.0.1",
    port: 0,
    authenticate: () => ok({ mayPublish: () => true, maySubscribe: () => true }),
    onPublish: () => undefined,
    onFault: ({ text }) => expect.unreachable(text.en),
  });
  if (!opened.ok) throw new Error(opened.error.en);
  listener = opened.value;
});
afterEach(() => listener.close());

/** Time-outs that happen when the test says so. */
const createTimeouts = () => {
  const jobs = new Set<() => void>();
  return {
    after: (_delayMs: number, job: () => void) => {
      jobs.add(job);
      return () => jobs.delete(job);
    },
    pass: () => jobs.forEach((job) => job()),
    open: () => jobs.size,
  };
};

/** A real device on the wire that answers each command as `answer` says. */
const plugIn = async (answer: (command: string) => string | undefined) => {
  const heard: string[] = [];
  const device: MqttClient = await mqtt.connectAsync(`mqtt://127.0.0.1:${listener.port}`, {
    username: "siren",
  });
  device.on("message", (_topic, payload) => {
    heard.push(payload.toString());
    const said = answer(payload.toString());
    if (said !== undefined) device.publish(`canary/v1/buzzers/${id}/state`, said, { qos: 1 });
  });
  await device.subscribeAsync(`canary/v1/buzzers/${id}/set`, { qos: 1 });
  return { heard, unplug: () => device.endAsync(true) };
};

test("a buzzer that reads back what it was told is confirmed, with no time-out left behind", async () => {
  const timeouts = createTimeouts();
  const device = await plugIn(() => '{"state":"on"}');
  const buzzer = createMqttBuzzer({ id, mqtt: listener, ...timeouts });

  expect(await buzzer.set(command)).toEqual(ok(undefined));
  expect(device.heard).toEqual(['{"state":"on","pattern":"t4","cause":"always"}']);
  expect(timeouts.open()).toBe(0);
  await device.unplug();
});

test.each(["ON", "1", "true", '{"state":"ON","volume":3}'])("it may also say %s", async (said) => {
  const device = await plugIn(() => said);
  const buzzer = createMqttBuzzer({ id, mqtt: listener, ...createTimeouts() });

  expect(await buzzer.set(command)).toEqual(ok(undefined));
  await device.unplug();
});

test("a buzzer that says the opposite, nonsense or nothing is not confirmed, and the text says who", async () => {
  for (const said of ["off", "{", '{"level":1}', undefined]) {
    const timeouts = createTimeouts();
    const device = await plugIn(() => said);
    const buzzer = createMqttBuzzer({ id, mqtt: listener, ...timeouts });
    // The answer, if any, comes before this publish of the listener itself.
    const heardItAll = new Promise((resolve) => {
      listener.subscribe(
        said === undefined ? `canary/v1/buzzers/${id}/set` : `canary/v1/buzzers/${id}/state`,
        resolve,
      );
    });

    const answer = buzzer.set(command);
    await heardItAll;
    timeouts.pass();

    expect(await answer).toMatchObject({
      ok: false,
      error: { en: expect.stringContaining("stairwell-3 did not confirm") },
    });
    await device.unplug();
  }
});

test("a buzzer that was away learns at once what it has to do", async () => {
  const buzzer = createMqttBuzzer({ id, mqtt: listener, ...createTimeouts() });
  const answer = buzzer.set(command);

  const device = await plugIn(() => "on");

  expect(await answer).toEqual(ok(undefined));
  await device.unplug();
});

test("when the wish changes meanwhile, the newer one counts for both", async () => {
  const buzzer = createMqttBuzzer({ id, mqtt: listener, ...createTimeouts() });
  const on = buzzer.set(command);
  const off = buzzer.set({ state: "off" });

  const device = await plugIn(() => "off");

  expect(await Promise.all([on, off])).toEqual([ok(undefined), ok(undefined)]);
  expect(device.heard).toEqual(['{"state":"off"}']);
  await device.unplug();
});

test("closing answers whoever still waits", async () => {
  const buzzer = createMqttBuzzer({ id, mqtt: listener, ...createTimeouts() });
  const answer = buzzer.set(command);

  await buzzer.close();

  expect((await answer).ok).toBe(false);
});
