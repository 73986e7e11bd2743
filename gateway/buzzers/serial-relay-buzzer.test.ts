import { expect, test } from "vitest";
import { buzzerId } from "#domain/ids.ts";
import { err, ok } from "#domain/result.ts";
import type { PortEvents } from "../lines/byte-port.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { lcus1Frames, openSerialRelayBuzzer } from "./serial-relay-buzzer.ts";

const on = { state: "on", pattern: "t3", cause: "always" } as const;

const openStory = async () => {
  const time = createManualTime();
  const sent: string[] = [];
  let isPlugged = true;
  let drains = true;
  let events: PortEvents | undefined;
  const buzzer = openSerialRelayBuzzer({
    id: buzzerId("stair"),
    path: "/dev/serial/by-id/usb-relay",
    frames: lcus1Frames,
    patterned: false,
    timers: time.timers,
    reportFault: () => {},
    openPort: async (opened) => {
      if (!isPlugged) return err({ zh: "", en: "" });
      events = opened;
      return ok({
        write: async (bytes) => {
          sent.push(Buffer.from(bytes).toString("hex"));
          return ok(undefined);
        },
        drain: async () => (drains ? ok(undefined) : err({ zh: "", en: "stuck" })),
        flush: async () => {},
        close: async () => {},
      });
    },
  });
  await time.pass(0);
  return {
    time,
    buzzer,
    sent,
    setDrains: (value: boolean) => {
      drains = value;
    },
    unplug: () => {
      isPlugged = false;
      events?.onClose({ zh: "", en: "" });
    },
    plugIn: () => {
      isPlugged = true;
    },
  };
};

test("the relay gets its frames byte by byte", async () => {
  const { buzzer, sent } = await openStory();
  expect(await buzzer.set(on)).toEqual({ ok: true, value: undefined });
  expect(await buzzer.set({ state: "off" })).toEqual({ ok: true, value: undefined });
  expect(sent).toEqual(["a00101a2", "a00100a1"]);
});

test("bytes that do not leave the machine are no confirmation", async () => {
  const { buzzer, setDrains } = await openStory();
  setDrains(false);
  expect(await buzzer.set(on)).toMatchObject({ ok: false, error: { en: "stuck" } });
});

test("an alarm while the relay is unplugged is told, and sounds when it is plugged in", async () => {
  const { time, buzzer, sent, unplug, plugIn } = await openStory();
  unplug();
  await time.pass(100);
  const set = await buzzer.set(on);
  expect(set).toMatchObject({ ok: false });
  if (!set.ok) expect(set.error.zh).toContain("/dev/serial/by-id/usb-relay");
  expect(sent).toEqual([]);
  plugIn();
  await time.pass(5_000);
  expect(sent).toEqual(["a00101a2"]);
});

test("a relay nobody has set yet is left as it is when it is plugged in", async () => {
  const { time, sent, unplug, plugIn } = await openStory();
  unplug();
  plugIn();
  await time.pass(5_000);
  expect(sent).toEqual([]);
});
