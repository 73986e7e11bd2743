import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createManualTime } from "#platform/manual-time.ts";
import type { GatewayFault } from "../ports.ts";
import { openHardwareWatchdog } from "./hardware-watchdog.ts";

const open = (exists: boolean) => {
  const folder = mkdtempSync(join(tmpdir(), "canary-watchdog-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const device = join(folder, "watchdog");
  if (exists) writeFileSync(device, "");
  const time = createManualTime();
  const faults: GatewayFault[] = [];
  const reportFault = (fault: GatewayFault): void => void faults.push(fault);
  const watchdog = openHardwareWatchdog(exists ? device : join(device, "none"), {
    timers: time.timers,
    reportFault,
  });
  return { time, faults, watchdog, written: () => readFileSync(device, "latin1") };
};

test("the device is fed every two seconds and disarmed only at an end in good order", () => {
  const { time, watchdog, written } = open(true);
  time.advance(6_000);
  expect(written()).toBe("\0\0\0\0");
  watchdog.close();
  time.advance(60_000);
  expect(written()).toBe("\0\0\0\0V");
});

test("a device that is not there is a fault and no crash", () => {
  const { faults, watchdog } = open(false);
  expect(faults.at(-1)).toMatchObject({ key: "watchdog", present: true });
  watchdog.close();
});
