import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { openFakeModbusUnits } from "#tools/fake-modbus/fake-modbus-units.ts";
import type { GatewayFault } from "../ports.ts";
import { openLine, type LineOptions } from "./line.ts";
import { registersAnswer } from "./testing/fake-bus.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";

const openTcpLine = async (options: LineOptions) => {
  const faults: GatewayFault[] = [];
  const line = openLine("lan-1", options, {
    clock: openSystemClock(),
    timers: systemTimers,
    reportFault: (fault) => faults.push(fault),
  });
  onTestFinished(line.close);
  return { line, faults };
};

const openUnits = async () => {
  const coils = new Map([[4, false]]);
  const registers = new Map([
    [0x6000, 0x8003],
    [0x6001, 300],
  ]);
  const units = await openFakeModbusUnits({
    port: 0,
    units: [
      { unit: 1, registers: () => registers, coils },
      { unit: 2, registers: () => undefined },
    ],
  });
  onTestFinished(units.close);
  return { ...units, coils, registers };
};

const listen = async (onRequest: (socket: Socket, bytes: Buffer) => void) => {
  const server = createServer({ noDelay: true }, (socket) =>
    socket.on("data", (bytes) => onRequest(socket, Buffer.from(bytes))),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

const request = {
  unit: 1,
  functionCode: 3,
  address: 0x6000,
  count: 2,
  replyTimeoutMs: 300,
} as const;

test("Modbus TCP: registers are read, a coil is written and read back, as modbus-serial's server has them", async () => {
  const units = await openUnits();
  const { line } = await openTcpLine({ kind: "modbus-tcp", host: "127.0.0.1", port: units.port });
  await expect.poll(() => line.stats().open).toBe(true);
  expect(await line.read(request)).toEqual({ ok: true, value: [0x8003, 300] });
  expect(await line.read({ ...request, functionCode: 4 })).toMatchObject({ ok: true });
  units.registers.set(0x6001, 301);
  expect(await line.read(request)).toEqual({ ok: true, value: [0x8003, 301] });

  const coil = { unit: 1, address: 4, replyTimeoutMs: 300 };
  expect(await line.writeCoil({ ...coil, on: true })).toEqual({ ok: true, value: undefined });
  expect(units.coils.get(4)).toBe(true);
  expect(await line.read({ ...coil, functionCode: 1, count: 1 })).toEqual({ ok: true, value: [1] });
});

test("Modbus TCP: a unit behind the converter that is away times out, an absent register is refused", async () => {
  const units = await openUnits();
  const { line } = await openTcpLine({ kind: "modbus-tcp", host: "127.0.0.1", port: units.port });
  await expect.poll(() => line.stats().open).toBe(true);
  const away = { ...request, unit: 2, replyTimeoutMs: 50 };
  expect(await line.read(away)).toMatchObject({ error: { kind: "no-reply" } });
  expect(await line.read({ ...request, address: 5 })).toMatchObject({
    error: { kind: "exception", code: 2 },
  });
});

test("Modbus TCP: an answer under another number is dropped", async () => {
  const port = await listen((socket, bytes) => {
    const answer = Buffer.from("00000000000701030400010002", "hex");
    answer.writeUInt16BE(bytes.readUInt16BE(0) - 1, 0);
    socket.write(answer);
    answer.writeUInt16BE(bytes.readUInt16BE(0), 0);
    answer.writeUInt16BE(7, 9);
    socket.write(answer);
  });
  const { line } = await openTcpLine({ kind: "modbus-tcp", host: "127.0.0.1", port });
  await expect.poll(() => line.stats().open).toBe(true);
  expect(await line.read(request)).toEqual({ ok: true, value: [7, 2] });
  expect(line.stats().staleReplies).toBe(1);
});

test("RTU over TCP: an answer in pieces is put together", async () => {
  const port = await listen((socket) => {
    for (const byte of registersAnswer(1, 3, [1, 2])) socket.write(Buffer.from([byte]));
  });
  const { line } = await openTcpLine({ kind: "rtu-over-tcp", host: "127.0.0.1", port });
  await expect.poll(() => line.stats().open).toBe(true);
  expect(await line.read(request)).toEqual({ ok: true, value: [1, 2] });
});

test("a converter that is not there is a fault that says where and what to check; it is tried again", async () => {
  const { line, faults } = await openTcpLine({ kind: "rtu-over-tcp", host: "127.0.0.1", port: 1 });
  await expect.poll(() => faults.length).toBeGreaterThan(1);
  expect(faults[0]).toMatchObject({ key: "line-lan-1", present: true });
  expect(faults[0]?.text.zh).toContain("127.0.0.1:1");
  expect(await line.read(request)).toEqual({ ok: false, error: { kind: "line-closed", unit: 1 } });
});

test("a connection cut in the middle of a request is told, and made again", async () => {
  let isFirst = true;
  const port = await listen((socket) => {
    if (isFirst) socket.destroy();
    else socket.write(registersAnswer(1, 3, [1, 2]));
    isFirst = false;
  });
  const { line, faults } = await openTcpLine({ kind: "rtu-over-tcp", host: "127.0.0.1", port });
  await expect.poll(() => line.stats().open).toBe(true);
  expect(await line.read(request)).toMatchObject({ error: { kind: "line-closed" } });
  expect(faults.at(-1)?.present).toBe(true);
  await expect.poll(() => line.stats().openings, { timeout: 3_000 }).toBe(2);
  expect(await line.read(request)).toEqual({ ok: true, value: [1, 2] });
});
