import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { BusLine } from "../lines/line.ts";
import { explainLineError, type LineError } from "../lines/line-error.ts";
import type { Valve, ValvePosition } from "./valve.ts";

export interface ModbusCoilValveOptions {
  readonly id: string;
  readonly line: BusLine;
  readonly unit: number;
  /** Energized to close; wire address, counted from 0. */
  readonly coil: number;
  /** Discrete input that is 1 while the valve is shut; absent: the coil stands for it. */
  readonly closedInput: number | undefined;
  readonly replyTimeoutMs: number;
}

/** A valve on a coil of a Modbus unit. The coil is only ever switched on. */
export const createModbusCoilValve = (options: ModbusCoilValveOptions): Valve => {
  const { id, line, unit, coil, closedInput, replyTimeoutMs } = options;
  const asked =
    closedInput === undefined
      ? ({ functionCode: 1, address: coil } as const)
      : ({ functionCode: 2, address: closedInput } as const);

  const write = (): Promise<Result<void, LineError>> =>
    line.writeCoil({ unit, address: coil, on: true, replyTimeoutMs });
  return {
    id,
    close: async () => {
      await line.opened();
      const first = await write();
      // A collision on the wire must not leave the gas on.
      const written = first.ok ? first : await write();
      return written.ok ? ok(undefined) : err(unreachable(id, line.id, written.error));
    },
    readBack: async (): Promise<Result<ValvePosition, Bilingual>> => {
      await line.opened();
      const read = await line.read({ unit, ...asked, count: 1, replyTimeoutMs });
      if (!read.ok) return err(unreachable(id, line.id, read.error));
      return ok(read.value[0] === 1 ? "closed" : "open");
    },
    end: async () => {}, // the line belongs to others too
  };
};

const unreachable = (id: string, line: string, error: LineError): Bilingual => {
  const why = explainLineError(line, error);
  return {
    zh: `阀门 ${id} 无法操作或回读。${why.zh}请到现场手动关阀。`,
    en: `Valve ${id} cannot be driven or read back. ${why.en} Close it by hand on site.`,
  };
};
