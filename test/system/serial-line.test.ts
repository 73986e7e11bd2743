/** Serial ports that come and go, with socat's pseudo terminals for USB converters. */
import { closeSync, openSync, readdirSync, readlinkSync, writeSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import { winsenZe07 } from "#firmware-config/profiles/winsen.ts";
import { openLine } from "#gateway/lines/line.ts";
import { startSerialSource } from "#gateway/lines/serial-source.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";
import type { GatewayFault } from "#gateway/ports.ts";
import { createPtyPair, hasProgram } from "./serial/pty-pair.ts";

const time = { clock: openSystemClock(), timers: systemTimers };

/** Where every open file of this process leads; a descriptor may vanish while we look. */
const openFiles = (): readonly string[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
const openTerminals = (): number =>
  openFiles().filter((path) => /^\/dev\/(pts|tty)/.test(path)).length;

describe.skipIf(!hasProgram("socat"))("with socat", () => {
  test("a converter pulled out and put back a hundred times is open again each time, once", async () => {
    const cable = await createPtyPair();
    onTestFinished(cable.remove);
    const terminalsBefore = openTerminals();
    const faults: GatewayFault[] = [];
    const line = openLine(
      "bus-1",
      { kind: "modbus-rtu", path: cable.gatewayEnd, baudRate: 9_600, parity: "none", stopBits: 1 },
      { ...time, reportFault: (fault) => faults.push(fault) },
    );
    onTestFinished(line.close);
    await expect.poll(() => line.stats().open, { timeout: 5_000 }).toBe(true);
    const filesBefore = openFiles().length;

    for (let times = 1; times <= 100; times += 1) {
      await cable.unplug();
      await expect.poll(() => line.stats().open, { timeout: 5_000, interval: 5 }).toBe(false);
      await cable.plugIn();
      const pluggedInAtMs = performance.now();
      await expect.poll(() => line.stats().open, { timeout: 5_000, interval: 5 }).toBe(true);
      expect(performance.now() - pluggedInAtMs).toBeLessThan(5_000);
    }
    expect(line.stats().openings).toBe(101);
    expect(openTerminals()).toBe(terminalsBefore + 1);
    expect(openFiles().length).toBeLessThanOrEqual(filesBefore);
    expect(faults.at(-1)).toMatchObject({ key: "line-bus-1", present: false });
    await line.close();
    expect(openTerminals()).toBe(terminalsBefore);
  });

  test("a second program cannot take a line that is open", async () => {
    const cable = await createPtyPair();
    onTestFinished(cable.remove);
    const options = {
      kind: "modbus-rtu",
      path: cable.gatewayEnd,
      baudRate: 9_600,
      parity: "none",
      stopBits: 1,
    } as const;
    const faults: GatewayFault[] = [];
    const first = openLine("first", options, { ...time, reportFault: () => {} });
    onTestFinished(first.close);
    await expect.poll(() => first.stats().open, { timeout: 5_000 }).toBe(true);
    const second = openLine("second", options, { ...time, reportFault: (f) => faults.push(f) });
    onTestFinished(second.close);
    await expect.poll(() => faults[0]?.text.en ?? "").toContain("Another program holds it");
  });

  test("Winsen frames are read through noise, a lost byte and an unplugged converter", async () => {
    const cable = await createPtyPair();
    onTestFinished(cable.remove);
    const reports: Report[] = [];
    const source = startSerialSource({
      id: "winsen-1",
      path: cable.gatewayEnd,
      profile: winsenZe07,
      detector: detectorId("kitchen"),
      take: (taken) => {
        reports.push(...taken);
        return undefined;
      },
      ...time,
      reportFault: () => {},
    });
    onTestFinished(source.close);
    const send = (hex: string): void => {
      const device = openSync(cable.deviceEnd, "r+");
      writeSync(device, Buffer.from(hex.replaceAll(" ", ""), "hex"));
      closeSync(device);
    };
    await expect.poll(() => source.stats().open, { timeout: 5_000 }).toBe(true);

    send("00 12 FF 04 03 01 00 25 13 88 38"); // WS1: noise, then 3.7 ppm
    await expect.poll(() => source.stats()).toMatchObject({ frames: 1, discardedBytes: 2 });
    send("FF 04 03 01 25 13 88 38 FF 04 03 01 00 00 13 88 5D"); // WS4: a byte is missing
    await expect.poll(() => source.stats()).toMatchObject({ frames: 2, discardedBytes: 10 });

    await cable.unplug();
    await expect.poll(() => source.stats().open).toBe(false);
    await cable.plugIn();
    await expect.poll(() => source.stats().open, { timeout: 5_000 }).toBe(true);
    send("FF 04 03 01 05 DC 13 88 7C"); // W04: 150 ppm
    await expect.poll(() => source.stats().frames).toBe(3);
    expect(reports.map((report) => report.findings[0])).toMatchObject([
      { level: { ppm: 3.7 } },
      { level: { ppm: 0 } },
      { level: { ppm: 150 } },
    ]);
  });
});
