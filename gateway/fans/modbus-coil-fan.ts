import { err, ok, type Bilingual } from "#domain/result.ts";
import type { BusLine } from "../lines/line.ts";
import { explainLineError, type LineError } from "../lines/line-error.ts";
import type { Fan } from "./fan.ts";

export interface ModbusCoilFanOptions {
  readonly id: string;
  readonly line: BusLine;
  readonly unit: number;
  /** Energized to run; wire address, counted from 0. */
  readonly coil: number;
  /** Discrete input that is 1 while the fan runs; absent: the coil stands for it. */
  readonly runningInput: number | undefined;
  readonly replyTimeoutMs: number;
}

/** A fan on a coil of a Modbus unit. */
export const createModbusCoilFan = (options: ModbusCoilFanOptions): Fan => {
  const { id, line, unit, coil, runningInput, replyTimeoutMs } = options;
  const asked =
    runningInput === undefined
      ? ({ functionCode: 1, address: coil } as const)
      : ({ functionCode: 2, address: runningInput } as const);
  return {
    id,
    set: async (state) => {
      const on = state === "running";
      const written = await line.writeCoil({ unit, address: coil, on, replyTimeoutMs });
      return written.ok ? ok(undefined) : err(unreachable(id, line.id, written.error));
    },
    readBack: async () => {
      const read = await line.read({ unit, ...asked, count: 1, replyTimeoutMs });
      if (!read.ok) return err(unreachable(id, line.id, read.error));
      return ok(read.value[0] === 1 ? "running" : "stopped");
    },
    end: async () => {}, // the line belongs to others too
  };
};

const unreachable = (id: string, line: string, error: LineError): Bilingual => {
  const why = explainLineError(line, error);
  return {
    zh: `排风机 ${id} 无法操作或回读。${why.zh}`,
    en: `Fan ${id} cannot be driven or read back. ${why.en}`,
  };
};
