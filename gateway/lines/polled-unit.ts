/** One unit as it is polled, and the reports that its polls become. */
import type { DetectorId } from "#domain/ids.ts";
import { detectorId } from "#domain/ids.ts";
import type { FaultCode, Finding, Report } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { registerName } from "#firmware-config/modbus.ts";
import type { ModbusProfile, RegisterRead } from "#firmware-config/profile.ts";
import { explainLineError, type LineError } from "./line-error.ts";

/** A unit as the site file has it. */
export interface UnitSettings {
  readonly unit: number;
  readonly profile: ModbusProfile;
  /** By channel; `undefined` or absent: not registered, it gets a name from its place. */
  readonly detectors: readonly (DetectorId | undefined)[];
}

export interface PolledUnit extends UnitSettings {
  readonly line: string;
  /** What has been read of the poll under way. */
  blocks: (readonly number[])[];
  slowestAnswerMs: number;
}

/** A unit known to be away is given no longer than twice its slowest answer so far. */
export const probeTimeoutMs = (unit: PolledUnit): number => {
  const { replyTimeoutMs } = unit.profile;
  if (unit.slowestAnswerMs === 0) return replyTimeoutMs;
  return Math.min(replyTimeoutMs, Math.max(shortestProbeMs, 2 * unit.slowestAnswerMs));
};

/** What a channel is called that nobody registered; `channel` counts from 1. */
export const channelName = (line: string, unit: number, channel: number): DetectorId =>
  detectorId(`${line}-unit-${unit}-channel-${channel}`);

/** One report per channel. */
export const reportReadings = (
  unit: PolledUnit,
  findingsByChannel: readonly (readonly Finding[])[],
  receivedAt: Instant,
): readonly Report[] =>
  findingsByChannel.map((findings, index) => {
    const channel = index + 1;
    return {
      detector: unit.detectors[index] ?? channelName(unit.line, unit.unit, channel),
      position: { line: unit.line, place: `unit ${unit.unit}, channel ${channel}` },
      receivedAt,
      findings,
    };
  });

/** A failed poll is a fault of every detector of the unit. */
export const reportFailure = (
  unit: PolledUnit,
  request: RegisterRead,
  error: LineError,
  receivedAt: Instant,
): readonly Report[] =>
  reportFault(unit, receivedAt, {
    code: faultCodes[error.kind],
    at: `unit ${unit.unit}, function ${request.functionCode}, ${registerName(request.functionCode, request.address)}`,
    text: explainLineError(unit.line, error),
  });

/** A bug in one profile's decoder must neither stop the line nor pass for silence. */
export const reportDecoderBug = (
  unit: PolledUnit,
  cause: string,
  receivedAt: Instant,
): readonly Report[] =>
  reportFault(unit, receivedAt, {
    code: "unsupported",
    at: `unit ${unit.unit}`,
    text: decoderFailed(cause),
  });

const reportFault = (
  unit: PolledUnit,
  receivedAt: Instant,
  fault: { readonly code: FaultCode; readonly at: string; readonly text: Bilingual },
): readonly Report[] =>
  reportReadings(
    unit,
    Array.from({ length: unit.profile.channels }, () => [{ kind: "fault" as const, fault }]),
    receivedAt,
  );

/** Shorter waits would take the jitter of timers and USB converters for silence. */
const shortestProbeMs = 50;

const faultCodes: Record<LineError["kind"], FaultCode> = {
  "no-reply": "no-reply",
  "line-closed": "no-reply",
  garbled: "malformed",
  "wrong-unit": "wrong-reply",
  "wrong-function": "wrong-reply",
  "wrong-length": "wrong-reply",
  "wrong-echo": "wrong-reply",
  exception: "exception",
};

const decoderFailed = (cause: string): Bilingual => ({
  zh: `读数无法解析:程序错误(${cause})。请把网关日志发给维护人员,并现场确认该探测器。`,
  en: `The reading could not be decoded: a bug (${cause}). Send the gateway's log to maintenance and check this detector on site.`,
});
