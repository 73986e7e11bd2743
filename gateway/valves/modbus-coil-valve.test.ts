import { expect, test } from "vitest";
import { ok } from "#domain/result.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { openLine } from "../lines/line.ts";
import { createFakeBus, withCrc } from "../lines/testing/fake-bus.ts";
import { createModbusCoilValve } from "./modbus-coil-valve.ts";

const unit = 9;
const [readInputs, writeCoil] = [2, 5];

/** A valve that shuts as soon as it is told, on a line that opens when `open` is called. */
const openScene = () => {
  const time = createManualTime();
  let isShut = false;
  const bus = createFakeBus(time.timers, time.nowMs, ({ functionCode, bytes }) => {
    if (functionCode === writeCoil) isShut = true;
    const answer =
      functionCode === writeCoil ? bytes : withCrc(unit, readInputs, 1, Number(isShut));
    return [{ afterMs: 5, bytes: answer }];
  });
  const opens = Promise.withResolvers<void>();
  const line = openLine(
    "bus-1",
    { kind: "rtu-over-tcp", host: "127.0.0.1", port: 1 },
    {
      ...time,
      reportFault: () => {},
      openPort: (events) => opens.promise.then(() => bus.openPort(events)),
    },
  );
  const options = { id: "v1", line, unit, coil: 1, closedInput: 0, replyTimeoutMs: 200 };
  return { time, bus, open: opens.resolve, valve: createModbusCoilValve(options) };
};

test("told while its line is still being opened, it shuts as soon as it is open", async () => {
  const { time, bus, open, valve } = openScene();
  const closed = valve.close();
  await time.pass(100);
  expect(bus.requests).toEqual([]);
  open();
  await time.pass(50);
  expect(await closed).toEqual(ok(undefined));
  const read = valve.readBack();
  await time.pass(50);
  expect(await read).toEqual(ok("closed"));
});

test("asked and told in one breath at a start, it says where it was before it was told", async () => {
  const { time, bus, open, valve } = openScene();
  const found = valve.readBack();
  const closed = valve.close();
  open();
  await time.pass(50);
  expect([await found, await closed]).toEqual([ok("open"), ok(undefined)]);
  expect(bus.requests.map(({ functionCode }) => functionCode)).toEqual([readInputs, writeCoil]);
});

test("on a line that does not open it says what to check, after three seconds", async () => {
  const { time, valve } = openScene();
  const closed = valve.close();
  await time.pass(3_000);
  const answer = await closed;
  expect(answer.ok ? undefined : answer.error.en).toContain("Close it by hand on site");
});
