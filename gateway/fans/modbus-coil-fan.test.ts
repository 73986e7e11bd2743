import { expect, onTestFinished, test } from "vitest";
import { ok } from "#domain/result.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";
import { openFakeModbusUnits } from "#tools/fake-modbus/fake-modbus-units.ts";
import { openLine } from "../lines/line.ts";
import { createModbusCoilFan } from "./modbus-coil-fan.ts";

test("the coil of a relay unit runs the fan and is read back; a unit that is not there is named", async () => {
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
  const on = { line, coil: 2, runningInput: undefined, replyTimeoutMs: 200 };
  const fan = createModbusCoilFan({ id: "f1", unit: 7, ...on });

  expect(await fan.readBack()).toEqual(ok("stopped"));
  expect(await fan.set("running")).toEqual(ok(undefined));
  expect(coils.get(2)).toBe(true);
  expect(await fan.readBack()).toEqual(ok("running"));
  await fan.set("stopped");
  expect(coils.get(2)).toBe(false);

  const nobody = createModbusCoilFan({ id: "f2", unit: 8, ...on });
  expect(await nobody.set("running")).toMatchObject({
    ok: false,
    error: { en: expect.stringContaining("Fan f2 cannot be driven") },
  });
});
