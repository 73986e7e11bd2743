import type { Clock } from "#domain/time.ts";
import { decodeRegisters } from "#firmware-config/modbus.ts";
import type { ReportFault, Running, Take } from "../ports.ts";
import { errorText } from "./error-text.ts";
import { createHandOver } from "./hand-over.ts";
import { openingGraceMs, type BusLine } from "./line.ts";
import {
  probeTimeoutMs,
  reportDecoderBug,
  reportFailure,
  reportReadings,
  type PolledUnit,
  type UnitSettings,
} from "./polled-unit.ts";
import { createPollTimetable } from "./poll-timetable.ts";
import { sleep, type Sleep, type Timers } from "#platform/timers.ts";

export interface ModbusSourceOptions {
  readonly line: BusLine;
  readonly units: readonly UnitSettings[];
  readonly take: Take;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

/**
 * Polls the units of one line by their profiles until `close`. Each complete poll becomes one
 * report per channel; each failed one a fault for every detector of the unit: silence is never the
 * answer. A unit that does not answer is probed on its own back-off, the others keep their slots.
 */
export const startModbusSource = (options: ModbusSourceOptions): Running => {
  const { line, clock, timers } = options;
  const nowMs = (): number => clock.now().monoMs;
  const handOver = createHandOver(line.id, options.take, options.reportFault);
  const units = options.units.map((unit): PolledUnit => ({
    ...unit,
    line: line.id,
    blocks: [],
    slowestAnswerMs: 0,
  }));
  const timetable = createPollTimetable(units.map(timetableRow), nowMs());
  let closed = false;
  let pause: Sleep | undefined;
  const isClosed = (): boolean => closed;

  /** One request of one unit's poll. */
  const ask = async (index: number, isProbe: boolean): Promise<void> => {
    const unit = units[index];
    const request = unit?.profile.reads[unit.blocks.length];
    if (unit === undefined || request === undefined) return;
    const askedAtMs = nowMs();
    const replyTimeoutMs = isProbe ? probeTimeoutMs(unit) : unit.profile.replyTimeoutMs;
    const outcome = await line.read({ ...request, unit: unit.unit, replyTimeoutMs });
    if (closed) return;
    if (!outcome.ok) {
      unit.blocks = [];
      // An exception costs the wire nothing, and a closed line is not the unit's doing.
      const keepsSlot = outcome.error.kind === "exception" || outcome.error.kind === "line-closed";
      (keepsSlot ? timetable.read : timetable.failed)(index, nowMs());
      return handOver(reportFailure(unit, request, outcome.error, clock.now()));
    }
    // A probe may have been asked twice, which says nothing about how fast the unit is.
    if (!isProbe) unit.slowestAnswerMs = Math.max(unit.slowestAnswerMs, nowMs() - askedAtMs);
    unit.blocks.push(outcome.value);
    if (unit.blocks.length < unit.profile.reads.length) return timetable.partlyRead(index, nowMs());
    timetable.read(index, nowMs());
    handOver(reportPoll(unit));
    unit.blocks = [];
  };

  const reportPoll = (unit: PolledUnit) => {
    try {
      return reportReadings(unit, decodeRegisters(unit.profile, unit.blocks), clock.now());
    } catch (bug) {
      return reportDecoderBug(unit, errorText(bug), clock.now());
    }
  };

  /** A line that is being opened is no fault yet. */
  const waitForLine = async (): Promise<void> => {
    const graceEndsMs = nowMs() + openingGraceMs;
    while (!line.stats().open && nowMs() < graceEndsMs && !isClosed()) {
      pause = sleep(timers, 50);
      await pause.ended;
    }
  };

  const run = async (): Promise<void> => {
    await waitForLine();
    for (;;) {
      if (closed) return;
      const turn = timetable.next(nowMs());
      if (turn.kind === "wait") {
        pause = sleep(timers, Math.min(turn.untilMs - nowMs(), longestSleepMs));
        await pause.ended;
      } else await ask(turn.index, turn.kind === "probe");
    }
  };
  const running = run();

  return {
    close: async () => {
      closed = true;
      pause?.wake();
      await running;
    },
  };
};

const timetableRow = (unit: PolledUnit) => ({
  periodMs: unit.profile.pollIntervalMs,
  minGapMs: unit.profile.minGapMs ?? 0,
  // After a probe without answer the wire stays quiet for the whole reply time-out.
  probeCostMs: () => probeTimeoutMs(unit) + unit.profile.replyTimeoutMs + schedulingMs,
});

/** Timers and USB converters are late by a few milliseconds each. */
const schedulingMs = 20;
/** setTimeout takes no infinity; a source without units looks again once an hour. */
const longestSleepMs = 3_600_000;
