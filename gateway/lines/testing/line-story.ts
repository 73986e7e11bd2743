/** A line over a bus in memory, with time moved by hand. */
import type { GatewayFault } from "../../ports.ts";
import { openLine, type BusLine } from "../line.ts";
import { createFakeBus, registersAnswer, type Behaviour, type SeenRequest } from "./fake-bus.ts";
import { createManualTime, type ManualTime } from "#platform/manual-time.ts";

export const replyTimeoutMs = 200;
/** What register `address` holds in every story here. */
export const valueAt = (address: number): number => 1_000 + address;

export const honestAnswer = ({ unit, functionCode, address, value, bytes }: SeenRequest): Buffer =>
  functionCode <= 4
    ? registersAnswer(
        unit,
        functionCode,
        Array.from({ length: value }, (_, i) => valueAt(address + i)),
      )
    : bytes;
export const honest: Behaviour = (request) => [{ afterMs: 10, bytes: honestAnswer(request) }];

export const openStory = async (behave: Behaviour) => {
  const time = createManualTime();
  const bus = createFakeBus(time.timers, time.nowMs, behave);
  const faults: GatewayFault[] = [];
  const line = openLine(
    "bus-1",
    { kind: "rtu-over-tcp", host: "127.0.0.1", port: 1 },
    { ...time, reportFault: (fault) => faults.push(fault), openPort: bus.openPort },
  );
  await time.pass(0);
  return { time, bus, line, faults };
};

export const readRegister = (line: BusLine, address: number, unit = 1) =>
  line.read({ unit, functionCode: 3, address, count: 1, replyTimeoutMs });

/** Lets time pass until the promise has settled. */
export const settled = async <Value>(time: ManualTime, promise: Promise<Value>): Promise<Value> => {
  const results: Value[] = [];
  void promise.then((value) => results.push(value));
  for (;;) {
    await time.pass(10);
    for (const result of results) return result;
  }
};
