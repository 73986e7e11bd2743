import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buzzerId } from "#domain/ids.ts";
import { systemTimers } from "#platform/timers.ts";
import type { GatewayFault } from "../ports.ts";
import { createGpioLineBuzzer } from "./gpio-line-buzzer.ts";

const on = { state: "on", pattern: "t3", cause: "always" } as const;

/** A gpioset that holds nothing: it writes down how it is called, and when it goes. */
const fakeGpioset = (version: string, hold: string): string => `#!/bin/sh
folder=$(dirname "$0")
if [ "$1" = "--version" ]; then echo "gpioset (libgpiod) v${version}"; exit 0; fi
echo "$$ $*" >> "$folder/calls"
trap 'echo "$$ gone" >> "$folder/calls"; exit 0' TERM
${hold}
`;
const holds = "while :; do sleep 0.02; done";

const openStory = (program: string, settings: { activeLow?: boolean } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "canary-gpio-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gpioset = join(folder, "gpioset");
  writeFileSync(gpioset, program, { mode: 0o755 });
  writeFileSync(join(folder, "calls"), "");
  const faults: GatewayFault[] = [];
  const buzzer = createGpioLineBuzzer({
    id: buzzerId("stair"),
    chip: "gpiochip0",
    line: 17,
    activeLow: settings.activeLow ?? false,
    patterned: false,
    timers: systemTimers,
    reportFault: (fault) => faults.push(fault),
    gpioset,
  });
  onTestFinished(buzzer.close);
  const lines = (): readonly string[] =>
    readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean);
  return {
    buzzer,
    faults,
    calls: () => lines().map((line) => line.replace(/^\d+ /, "")),
    pid: () => Number(/^\d+/.exec(lines().at(-1) ?? "")?.[0]),
  };
};

test("gpioset 1.6 holds the line as long as the state lasts, and lets go before the next", async () => {
  const { buzzer, calls, faults } = openStory(fakeGpioset("1.6.3", holds));
  expect(await buzzer.set(on)).toEqual({ ok: true, value: undefined });
  expect(await buzzer.set(on)).toEqual({ ok: true, value: undefined });
  expect(await buzzer.set({ state: "off" })).toEqual({ ok: true, value: undefined });
  expect(calls()).toEqual(["--mode=signal gpiochip0 17=1", "gone", "--mode=signal gpiochip0 17=0"]);
  expect(faults).toEqual([]);
});

test("gpioset 2 is called in its own way", async () => {
  const { buzzer, calls } = openStory(fakeGpioset("2.1.3", holds), { activeLow: true });
  expect(await buzzer.set(on)).toEqual({ ok: true, value: undefined });
  expect(calls()).toEqual(["--chip gpiochip0 --active-low 17=1"]);
});

test("a line that is taken is an error with what gpioset says", async () => {
  const busy = 'echo "gpioset: error setting the GPIO line values: Device busy" >&2; exit 1';
  const { buzzer } = openStory(fakeGpioset("1.6.3", busy));
  const set = await buzzer.set(on);
  if (set.ok) throw new Error("held a busy line");
  expect(set.error.en).toContain("GPIO gpiochip0 line 17");
  expect(set.error.en).toContain("Device busy");
});

test("a gpioset that dies is a fault and is started again in the same state", async () => {
  const { buzzer, faults, calls, pid } = openStory(fakeGpioset("1.6.3", holds));
  await buzzer.set(on);
  process.kill(pid(), "SIGKILL");
  await expect.poll(() => faults.at(-1)?.present).toBe(true);
  await expect.poll(() => faults.at(-1)?.present, { timeout: 3_000 }).toBe(false);
  expect(calls()).toEqual(["--mode=signal gpiochip0 17=1", "--mode=signal gpiochip0 17=1"]);
});

test("without gpiod the error says what to install", async () => {
  const { buzzer } = openStory("#!/bin/sh\nexit 127\n");
  const set = await buzzer.set(on);
  if (set.ok) throw new Error("held a line with nothing");
  expect(set.error.zh).toContain("sudo apt install gpiod");
});

test("closing ends gpioset and it stays ended", async () => {
  const { buzzer, calls } = openStory(fakeGpioset("1.6.3", holds));
  await buzzer.set(on);
  await buzzer.close();
  expect(calls()).toEqual(["--mode=signal gpiochip0 17=1", "gone"]);
});
