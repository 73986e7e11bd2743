import mqtt from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { openObserved } from "./wire-for-tests.ts";

const setTopic = (n: number): string => `canary/v1/buzzers/b${n}/set`;
const buzzers = 30;

/** One that is read from the store, and waits to be told, as the bridge hears the first. */
const onItsWay = 12;

/** A bridge of thirty buzzers, all told "off" before; `meanwhile` happens as the first word reaches it. */
const subscribeWhile = async (
  meanwhile: (publish: (n: number, word: string) => Promise<void>) => Promise<void>,
  session: { readonly clean: boolean; readonly qos: 0 | 1 },
) => {
  const listener = await openObserved();
  const publish = (n: number, word: string) =>
    listener.publish(setTopic(n), word, { qos: 1, retain: true });
  for (let n = 0; n < buzzers; n += 1) await publish(n, "off");
  const bridge = await mqtt.connectAsync(`mqtt://127.0.0.1:${listener.port}`, {
    username: "bridge",
    clientId: "bridge",
    clean: session.clean,
  });
  onTestFinished(async () => {
    await bridge.endAsync(true);
    await listener.close();
  });
  const heard = new Map<string, string[]>();
  let done: Promise<void> | undefined;
  bridge.on("message", (topic, payload) => {
    heard.set(topic, [...(heard.get(topic) ?? []), payload.toString()]);
    done ??= meanwhile(publish);
  });
  await bridge.subscribeAsync("canary/v1/buzzers/+/set", { qos: session.qos });
  await expect.poll(() => heard.size).toBeGreaterThanOrEqual(buzzers - 1);
  await done;
  return (n: number): readonly string[] => heard.get(setTopic(n)) ?? [];
};

test.each([
  { clean: true, qos: 1 },
  { clean: false, qos: 1 },
  { clean: true, qos: 0 },
] as const)(
  "a buzzer set while its bridge is still being told the old words never hears the old one last (%j)",
  async (session) => {
    const heard = await subscribeWhile((publish) => publish(onItsWay, "on"), session);

    await expect.poll(() => heard(onItsWay).at(-1)).toBe("on");
    await expect.poll(() => heard(onItsWay).length).toBe(2);
    expect(heard(onItsWay)).not.toContain("off");
    expect(heard(onItsWay + 1)).toEqual(["off"]);
  },
);

test("a word that is taken back meanwhile is not told any more", async () => {
  const heard = await subscribeWhile((publish) => publish(onItsWay, ""), {
    clean: true,
    qos: 1,
  });

  await expect.poll(() => heard(onItsWay)).toEqual([""]);
  expect(heard(onItsWay + 1)).toEqual(["off"]);
});
