import { MockBinding } from "@serialport/binding-mock";
import { afterEach, expect, test } from "vitest";
import { openSerialPort } from "./serial-port.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { systemTimers } from "#platform/timers.ts";

const settings = { path: "/dev/mock0", baudRate: 9_600, parity: "none", stopBits: 1 } as const;

const openMock = async (binding = MockBinding, timers = systemTimers) => {
  const heard: number[] = [];
  const gone: string[] = [];
  const opened = await openSerialPort(
    settings,
    timers,
    binding,
  )({
    onBytes: (bytes) => heard.push(...bytes),
    onClose: (cause) => gone.push(cause.en),
  });
  return { opened, heard, gone };
};

const mustOpen = async () => {
  const { opened, ...rest } = await openMock();
  if (!opened.ok) throw new Error(opened.error.en);
  return { port: opened.value, ...rest };
};

afterEach(() => MockBinding.reset());

test("bytes go out as they are given and come in as they arrive", async () => {
  MockBinding.createPort("/dev/mock0", { echo: true });
  const { port, heard } = await mustOpen();
  expect(await port.write(Buffer.from([1, 0xff, 3]))).toEqual({ ok: true, value: undefined });
  expect(await port.drain()).toEqual({ ok: true, value: undefined });
  await expect.poll(() => heard).toEqual([1, 0xff, 3]);
  await port.close();
});

test("a port that does not exist is a value that says what to check", async () => {
  const { opened } = await openMock();
  expect(opened).toMatchObject({ ok: false });
  if (!opened.ok) expect(opened.error.zh).toContain("无法打开串口 /dev/mock0");
});

test("a port held by another is told apart from one that is missing", async () => {
  MockBinding.createPort("/dev/mock0");
  const { port } = await mustOpen();
  const second = await openMock();
  if (second.opened.ok) throw new Error("opened twice");
  expect(second.opened.error.en).toContain("Another program holds it");
  await port.close();
});

test("a closed port can be opened again at once, and closing twice is harmless", async () => {
  MockBinding.createPort("/dev/mock0");
  for (let n = 0; n < 5; n += 1) {
    const { port, gone } = await mustOpen();
    await port.close();
    await port.close();
    expect(gone).toEqual([]);
  }
});

test("a hang-up that reading does not show is found within a second", async () => {
  MockBinding.createPort("/dev/mock0");
  const time = createManualTime();
  const hungUp: typeof MockBinding = Object.create(MockBinding, {
    open: {
      value: async (options: never) =>
        Object.assign(await MockBinding.open(options), {
          drain: () => Promise.reject(new Error("Input/output error, cannot drain")),
        }),
    },
  });
  const { gone } = await openMock(hungUp, time.timers);
  await time.pass(999);
  expect(gone).toEqual([]);
  await time.pass(1);
  await expect.poll(() => gone).toHaveLength(1);
  expect(gone[0]).toContain("Input/output error");
});
