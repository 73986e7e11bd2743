import { expect, test } from "vitest";
import { withCrc } from "./testing/fake-bus.ts";
import { honest, openStory, readRegister, replyTimeoutMs, settled } from "./testing/line-story.ts";

test("registers are read as the device holds them", async () => {
  const { time, line } = await openStory(honest);
  const read = line.read({ unit: 1, functionCode: 4, address: 7, count: 3, replyTimeoutMs });
  expect(await settled(time, read)).toEqual({ ok: true, value: [1_007, 1_008, 1_009] });
});

test("bits are read as many as were asked for, not as many as fill bytes", async () => {
  const { time, line } = await openStory(() => [
    { afterMs: 5, bytes: withCrc(1, 1, 2, 0b1000_0001, 0b0000_0010) },
  ]);
  const read = line.read({ unit: 1, functionCode: 1, address: 0, count: 10, replyTimeoutMs });
  expect(await settled(time, read)).toEqual({ ok: true, value: [1, 0, 0, 0, 0, 0, 0, 1, 0, 1] });
});

test("only one request is on the wire, whatever is asked at once", async () => {
  const { time, bus, line } = await openStory(honest);
  const reads = Array.from({ length: 20 }, (_, address) => readRegister(line, address));
  await time.pass(5);
  expect(bus.requests).toHaveLength(1);
  const results = await settled(time, Promise.all(reads));
  expect(results).toEqual(Array.from({ length: 20 }, (_, i) => ({ ok: true, value: [1_000 + i] })));
  for (const [index, request] of bus.requests.entries()) {
    expect(request.atMs - (bus.requests[index - 1]?.atMs ?? -10)).toBeGreaterThanOrEqual(10);
  }
});

test("an actuator goes before the polls that wait", async () => {
  const { time, bus, line } = await openStory(honest);
  const reads = [0, 1, 2].map((address) => readRegister(line, address));
  const write = line.writeCoil({ unit: 9, address: 4, on: true, replyTimeoutMs });
  await settled(time, Promise.all([...reads, write]));
  expect(bus.requests.map((request) => request.functionCode)).toEqual([3, 5, 3, 3]);
});

test("the siren need not wait until the line is quiet again after a time-out", async () => {
  const { time, bus, line } = await openStory((request) =>
    request.functionCode === 5 ? honest(request) : [],
  );
  const read = readRegister(line, 0);
  await time.pass(replyTimeoutMs + 1);
  const write = line.writeCoil({ unit: 2, address: 0, on: true, replyTimeoutMs });
  expect(await settled(time, write)).toEqual({ ok: true, value: undefined });
  expect(bus.requests[1]?.atMs).toBe(replyTimeoutMs + 1);
  expect(await read).toMatchObject({ ok: false });
});

test("an exception is told with its code and does not silence the line", async () => {
  const { time, bus, line } = await openStory((request) =>
    request.address === 0
      ? [{ afterMs: 1, bytes: Buffer.from("018302C0F1", "hex") }] // M17
      : honest(request),
  );
  const refused = readRegister(line, 0);
  const next = readRegister(line, 1);
  expect(await settled(time, refused)).toMatchObject({
    ok: false,
    error: { kind: "exception", code: 2 },
  });
  expect(await settled(time, next)).toMatchObject({ ok: true });
  expect(bus.requests[1]?.atMs).toBe(1);
});

test("a register is written when its echo says so", async () => {
  const { time, line } = await openStory(honest);
  const write = line.writeRegister({ unit: 1, address: 2_000, value: 4, replyTimeoutMs });
  expect(await settled(time, write)).toEqual({ ok: true, value: undefined });
});

test("a port pulled out fails what is asked, is named, and is opened again alone", async () => {
  const { time, bus, line, faults } = await openStory(() => []);
  const read = readRegister(line, 0);
  await time.pass(1);
  bus.unplug();
  expect(await read).toEqual({ ok: false, error: { kind: "line-closed", unit: 1 } });
  await time.pass(0);
  expect(faults.at(-1)).toMatchObject({ key: "line-bus-1", present: true });
  expect(await readRegister(line, 0)).toMatchObject({ error: { kind: "line-closed" } });
  await time.pass(60_000);
  expect(line.stats()).toMatchObject({ open: false, openings: 1 });
  bus.plugIn();
  await time.pass(5_000);
  expect(faults.at(-1)).toMatchObject({ key: "line-bus-1", present: false });
  expect(bus.openPorts()).toBe(1);
  expect(line.stats()).toMatchObject({ open: true, openings: 2 });
});

test("a line that opens but never answers is opened anew", async () => {
  const { time, bus, line } = await openStory(() => []);
  for (let n = 0; n < 40; n += 1) await settled(time, readRegister(line, 0));
  await time.pass(5_000);
  expect(line.stats().openings).toBe(2);
  expect(bus.openPorts()).toBe(1);
});

test("closing answers everything that waits and frees the port", async () => {
  const { time, bus, line } = await openStory(() => []);
  const reads = [0, 1, 2].map((address) => readRegister(line, address));
  await time.pass(1);
  await line.close();
  for (const read of reads) {
    expect(await read).toMatchObject({ ok: false, error: { kind: "line-closed" } });
  }
  expect(bus.openPorts()).toBe(0);
  expect(await readRegister(line, 0)).toMatchObject({ error: { kind: "line-closed" } });
});

test("nobody can be asked under the address of all", async () => {
  const { line } = await openStory(honest);
  await expect(readRegister(line, 0, 0)).rejects.toThrow(RangeError);
});
