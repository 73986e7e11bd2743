/** The bus master against peers that are not ours, over real (pseudo) serial ports and TCP. */
import { describe, expect, onTestFinished, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { milliseconds, seconds } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import { gasModuleCo } from "#firmware-config/profiles/modbus.ts";
import { openLine, type LineOptions } from "#gateway/lines/line.ts";
import { startModbusSource } from "#gateway/lines/modbus-source.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";
import { createPtyPair, hasProgram } from "./serial/pty-pair.ts";
import { hasPymodbus, startUnits } from "./serial/python-units.ts";

const time = { clock: openSystemClock(), timers: systemTimers };

const openReadyLine = async (options: LineOptions) => {
  const line = openLine("bus-1", options, { ...time, reportFault: () => {} });
  onTestFinished(line.close);
  await expect.poll(() => line.stats().open, { timeout: 5_000 }).toBe(true);
  return line;
};

const openSerialLine = async () => {
  const cable = await createPtyPair();
  onTestFinished(cable.remove);
  const line = await openReadyLine({
    kind: "modbus-rtu",
    path: cable.gatewayEnd,
    baudRate: 9_600,
    parity: "none",
    stopBits: 1,
  });
  return { cable, line };
};

describe.skipIf(!hasProgram("socat") || !hasPymodbus)("with socat and pymodbus", () => {
  test("pymodbus units on a serial line are read and written, one that is missing is told", async () => {
    const { cable, line } = await openSerialLine();
    const units = await startUnits("pymodbus_units.py", "serial", cable.deviceEnd, "1,2,3");
    onTestFinished(units.stop);
    await expectUnits(line);
  });

  test("pymodbus units behind a transparent TCP converter are read and written", async () => {
    const port = 20_000 + (process.pid % 20_000);
    const units = await startUnits("pymodbus_units.py", "tcp", String(port), "1,2,3");
    onTestFinished(units.stop);
    await expectUnits(await openReadyLine({ kind: "rtu-over-tcp", host: "127.0.0.1", port }));
  });
});

const expectUnits = async (line: ReturnType<typeof openLine>): Promise<void> => {
  const asked = { replyTimeoutMs: 500 };
  for (const unit of [1, 2, 3]) {
    const read = { ...asked, unit, functionCode: 3, address: 7, count: 2 } as const;
    expect(await line.read(read)).toEqual({
      ok: true,
      value: [unit * 1_000 + 7, unit * 1_000 + 8],
    });
  }
  const coil = { ...asked, unit: 2, address: 5 };
  expect(await line.writeCoil({ ...coil, on: true })).toEqual({ ok: true, value: undefined });
  expect(await line.read({ ...coil, functionCode: 1, address: 4, count: 3 })).toEqual({
    ok: true,
    value: [0, 1, 0],
  });
  const register = { ...asked, unit: 3, address: 9 };
  expect(await line.writeRegister({ ...register, value: 77 })).toMatchObject({ ok: true });
  const missing = { unit: 9, functionCode: 3, address: 0, count: 1, replyTimeoutMs: 100 } as const;
  expect(await line.read(missing)).toMatchObject({ error: { kind: "no-reply" } });
  expect(await line.read({ ...register, functionCode: 3, count: 1 })).toEqual({
    ok: true,
    value: [77],
  });
  const absent = { ...asked, unit: 1, functionCode: 3, address: 5_000, count: 1 } as const;
  expect(await line.read(absent)).toMatchObject({ error: { kind: "exception", code: 2 } });
};

describe.skipIf(!hasProgram("socat"))("with socat and the timing of a 9,600 baud wire", () => {
  test("eight units on one line: one that leaves costs the others nothing, and is seen again within 10 s", async () => {
    const { cable, line } = await openSerialLine();
    const units = await startUnits("paced_units.py", cable.deviceEnd, "9600", "1,2,3,4,5,6,7,8");
    onTestFinished(units.stop);
    const reports: Report[] = [];
    const source = startModbusSource({
      line,
      units: [1, 2, 3, 4, 5, 6, 7, 8].map((unit) => ({
        unit,
        profile: {
          ...gasModuleCo,
          reads: [{ functionCode: 3, address: 0, count: 2 }],
          pollIntervalMs: seconds(1),
          replyTimeoutMs: milliseconds(300),
          minGapMs: milliseconds(0),
        },
        detectors: [detectorId(String(unit))],
      })),
      take: (taken) => {
        reports.push(...taken);
        return undefined;
      },
      ...time,
      reportFault: () => {},
    });
    onTestFinished(source.close);

    const heard = (unit: number) => reports.filter((report) => report.detector === String(unit));
    const isFault = (report: Report | undefined): boolean =>
      report?.findings.some(
        (finding) => finding.kind === "fault" && finding.fault.code === "no-reply",
      ) === true;
    await expect.poll(() => heard(8).length, { timeout: 20_000 }).toBe(7);
    units.tell("away 4");
    await expect.poll(() => isFault(heard(4).at(-1)), { timeout: 10_000 }).toBe(true);
    const leftAt = reports.length;
    await expect.poll(() => reports.length - leftAt, { timeout: 30_000 }).toBeGreaterThan(65);

    const present = periodsMs(reports.slice(0, leftAt - 8).filter((r) => r.detector !== "4"));
    const away = periodsMs(reports.slice(leftAt + 7).filter((r) => r.detector !== "4"));
    expect(median(away) / median(present)).toBeGreaterThan(0.9);
    expect(median(away) / median(present)).toBeLessThan(1.1);
    // Not only in the middle: nine of ten are no later than before, but for a tenth of the period.
    expect(quantile(away, 0.9)).toBeLessThan(quantile(present, 0.9) + 100);

    units.tell("back 4");
    const backAtMs = performance.now();
    await expect.poll(() => isFault(heard(4).at(-1)), { timeout: 15_000 }).toBe(false);
    expect(performance.now() - backAtMs).toBeLessThan(10_000);
    expect(units.said()).not.toContain("collision");
  });
});

const periodsMs = (reports: readonly Report[]): readonly number[] => {
  const byDetector = Map.groupBy(reports, (report) => report.detector);
  return [...byDetector.values()].flatMap((own) =>
    own.slice(1).map((report, i) => report.receivedAt.monoMs - (own[i]?.receivedAt.monoMs ?? 0)),
  );
};
const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? Number.NaN;
const median = (values: readonly number[]): number => quantile(values, 0.5);
