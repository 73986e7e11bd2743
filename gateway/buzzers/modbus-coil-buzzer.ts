import type { BuzzerId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { BusLine } from "../lines/line.ts";
import { explainLineError, type LineError } from "../lines/line-error.ts";
import type { Timers } from "#platform/timers.ts";
import type { Buzzer, ReportFault } from "../ports.ts";
import { createSwitchedBuzzer } from "./switched-buzzer.ts";

export interface ModbusCoilBuzzerOptions {
  readonly id: BuzzerId;
  readonly line: BusLine;
  readonly unit: number;
  /** Wire address, counted from 0. */
  readonly coil: number;
  readonly replyTimeoutMs: number;
  readonly patterned: boolean;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

/**
 * A siren on a coil of a Modbus relay unit. Confirmed when the coil, read back, is as it was set.
 * A write that fails is tried once more at once: a collision on the wire must not silence a siren.
 * The line stays open on `close`, it belongs to others too.
 */
export const createModbusCoilBuzzer = (options: ModbusCoilBuzzerOptions): Buzzer => {
  const { id, line, unit, coil, replyTimeoutMs } = options;
  const place = { unit, address: coil, replyTimeoutMs };

  const turn = async (on: boolean): Promise<Result<void, Bilingual>> => {
    await line.opened();
    const first = await line.writeCoil({ ...place, on });
    const written = first.ok ? first : await line.writeCoil({ ...place, on });
    if (!written.ok) return err(notWritten(id, line.id, written.error));
    const readBack = await line.read({ ...place, functionCode: 1, count: 1 });
    if (!readBack.ok) return err(notReadBack(id, line.id, readBack.error));
    return readBack.value[0] === (on ? 1 : 0) ? ok(undefined) : err(otherState(id, coil, on));
  };

  const read = async (): Promise<Result<boolean, Bilingual>> => {
    const readBack = await line.read({ ...place, functionCode: 1, count: 1 });
    return readBack.ok
      ? ok(readBack.value[0] === 1)
      : err(notReadBack(id, line.id, readBack.error));
  };

  return createSwitchedBuzzer({ ...options, contact: { turn, read, close: async () => {} } });
};

const notWritten = (id: BuzzerId, line: string, error: LineError): Bilingual => {
  const why = explainLineError(line, error);
  return {
    zh: `声光报警器 ${id} 未能切换。${why.zh}`,
    en: `Sounder ${id} could not be switched. ${why.en}`,
  };
};

const notReadBack = (id: BuzzerId, line: string, error: LineError): Bilingual => {
  const why = explainLineError(line, error);
  return {
    zh: `声光报警器 ${id} 已写入但无法回读确认。${why.zh}`,
    en: `Sounder ${id} was switched but could not be read back. ${why.en}`,
  };
};

const otherState = (id: BuzzerId, coil: number, on: boolean): Bilingual => ({
  zh: `声光报警器 ${id} 的线圈 ${coil} 写入“${on ? "开" : "关"}”后回读不一致。请检查继电器模块,并现场确认是否发声。`,
  en: `Coil ${coil} of sounder ${id} was set ${on ? "on" : "off"} but reads back otherwise. Check the relay unit, and on site whether it sounds.`,
});
