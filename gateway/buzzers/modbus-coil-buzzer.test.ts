import { expect, onTestFinished, test } from "vitest";
import { buzzerId } from "#domain/ids.ts";
import { openFakeModbusUnits } from "#tools/fake-modbus/fake-modbus-units.ts";
import { openLine } from "../lines/line.ts";
import { createFakeBus, withCrc, type Behaviour } from "../lines/testing/fake-bus.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers, type Timers } from "#platform/timers.ts";
import type { BusLine } from "../lines/line.ts";
import { createModbusCoilBuzzer } from "./modbus-coil-buzzer.ts";

const on = { state: "on", pattern: "t4", cause: "always" } as const;

const createBuzzer = (line: BusLine, timers: Timers) =>
  createModbusCoilBuzzer({
    id: buzzerId("stair"),
    line,
    unit: 7,
    coil: 2,
    replyTimeoutMs: 200,
    patterned: false,
    timers,
    reportFault: () => {},
  });

test("the coil of a relay unit follows the alarm and is read back", async () => {
  const coils = new Map([[2, false]]);
  const units = await openFakeModbusUnits({
    port: 0,
    units: [{ unit: 7, registers: () => new Map(), coils }],
  });
  onTestFinished(units.close);
  const line = openLine(
    "lan-1",
    { kind: "modbus-tcp", host: "127.0.0.1", port: units.port },
    { clock: openSystemClock(), timers: systemTimers, reportFault: () => {} },
  );
  onTestFinished(line.close);
  await expect.poll(() => line.stats().open).toBe(true);
  const buzzer = createBuzzer(line, systemTimers);

  expect(await buzzer.set(on)).toEqual({ ok: true, value: undefined });
  expect(coils.get(2)).toBe(true);
  expect(await buzzer.set(on)).toEqual({ ok: true, value: undefined });
  expect(await buzzer.set({ state: "off" })).toEqual({ ok: true, value: undefined });
  expect(coils.get(2)).toBe(false);
});

/** A relay unit in memory that behaves as told. */
const playBuzzer = async (behave: Behaviour) => {
  const time = createManualTime();
  const bus = createFakeBus(time.timers, time.nowMs, behave);
  const line = openLine(
    "bus-1",
    { kind: "rtu-over-tcp", host: "127.0.0.1", port: 1 },
    { ...time, reportFault: () => {}, openPort: bus.openPort },
  );
  await time.pass(0);
  const set = createBuzzer(line, time.timers).set(on);
  await time.pass(5_000);
  return { result: await set, requests: bus.requests };
};

test("a relay that says yes but stays off is not confirmed", async () => {
  const { result } = await playBuzzer(({ functionCode, bytes }) => [
    { afterMs: 5, bytes: functionCode === 5 ? bytes : withCrc(7, 1, 1, 0) },
  ]);
  expect(result).toMatchObject({ ok: false });
  if (!result.ok) expect(result.error.zh).toContain("回读不一致");
});

test("a write lost in a collision is tried again at once", async () => {
  let writes = 0;
  const { result, requests } = await playBuzzer(({ functionCode, bytes }) => {
    if (functionCode === 5) writes += 1;
    if (functionCode === 5 && writes === 1) return [];
    return [{ afterMs: 5, bytes: functionCode === 5 ? bytes : withCrc(7, 1, 1, 1) }];
  });
  expect(result).toEqual({ ok: true, value: undefined });
  expect(requests[1]?.atMs).toBe(200);
});

test("a relay unit that is away is named with what to check", async () => {
  const { result } = await playBuzzer(() => []);
  if (result.ok) throw new Error("confirmed by nobody");
  expect(result.error.en).toContain("Sounder stair could not be switched");
  expect(result.error.en).toContain("unit 7 on line bus-1");
});

test("a siren set while its line is still being opened is on as soon as it is open", async () => {
  const time = createManualTime();
  const bus = createFakeBus(time.timers, time.nowMs, ({ functionCode, bytes }) => [
    { afterMs: 5, bytes: functionCode === 5 ? bytes : withCrc(7, 1, 1, 1) },
  ]);
  const opens = Promise.withResolvers<void>();
  const line = openLine(
    "bus-1",
    { kind: "rtu-over-tcp", host: "127.0.0.1", port: 1 },
    {
      ...time,
      reportFault: () => {},
      openPort: async (events) => {
        await opens.promise;
        return bus.openPort(events);
      },
    },
  );
  const set = createBuzzer(line, time.timers).set(on);
  await time.pass(100);
  expect(bus.requests).toEqual([]);
  opens.resolve();
  await time.pass(50);
  expect(await set).toEqual({ ok: true, value: undefined });
});

test("a siren on a line that does not open says so after three seconds", async () => {
  const time = createManualTime();
  const bus = createFakeBus(time.timers, time.nowMs, () => []);
  bus.unplug();
  const line = openLine(
    "bus-1",
    { kind: "rtu-over-tcp", host: "127.0.0.1", port: 1 },
    { ...time, reportFault: () => {}, openPort: bus.openPort },
  );
  const set = createBuzzer(line, time.timers).set(on);
  await time.pass(3_000);
  expect(await set).toMatchObject({ ok: false });
});
