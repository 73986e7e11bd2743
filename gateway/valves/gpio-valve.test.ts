import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buzzerId } from "#domain/ids.ts";
import { ok } from "#domain/result.ts";
import { systemTimers } from "#platform/timers.ts";
import { createGpioValve } from "./gpio-valve.ts";

/** A gpioset that holds its line, or refuses to. */
const open = (hold: string) => {
  const folder = mkdtempSync(join(tmpdir(), "canary-gpio-valve-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gpioset = join(folder, "gpioset");
  const version = `if [ "$1" = "--version" ]; then echo "gpioset (libgpiod) v1.6.3"; exit 0; fi`;
  writeFileSync(gpioset, `#!/bin/sh\n${version}\n${hold}\n`, { mode: 0o755 });
  const valve = createGpioValve({
    id: buzzerId("v1"),
    chip: "gpiochip0",
    line: 17,
    activeLow: false,
    timers: systemTimers,
    reportFault: () => {},
    gpioset,
  });
  onTestFinished(valve.end);
  return valve;
};

test("a line that is held reads as shut, and as nothing before it was told", async () => {
  const valve = open("while :; do sleep 0.02; done");
  expect(await valve.readBack()).toEqual(ok(undefined));
  expect(await valve.close()).toEqual(ok(undefined));
  expect(await valve.readBack()).toEqual(ok("closed"));
});

test("of a line that cannot be held nobody knows where the valve is: it was not opened by anybody", async () => {
  const valve = open("exit 1");
  expect(await valve.close()).toMatchObject({ ok: false });
  expect(await valve.readBack()).toEqual(ok(undefined));
});
