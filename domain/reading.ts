import type { Gas, Level } from "./gas.ts";
import type { DetectorId } from "./ids.ts";
import type { EpochMs } from "./quantity.ts";
import type { Bilingual } from "./result.ts";
import type { Instant } from "./time.ts";

/** Why there is no value where one should be. A quality is never a value and never clears an alarm. */
export const badQualities = [
  "warming-up",
  "not-reported", // null, missing, or the device's own "not available"
  "sentinel", // 0xFFFF, −1 and their kind
  "not-a-number",
  "out-of-range",
  "unit-unknown", // a number whose unit nobody declared
] as const;
export type BadQuality = (typeof badQualities)[number];

/** States a detector reports of itself. */
export const conditions = [
  "warming-up",
  "sensor-fault",
  "end-of-life",
  "power-loss",
  "battery-low",
  "tamper",
  "self-test",
  "muted", // hushed on the device itself
] as const;
export type Condition = (typeof conditions)[number];

/** What kept a message from being read. */
export const faultCodes = [
  "malformed", // not JSON, cut off, bad checksum
  "wrong-type", // a field holds something its type does not allow
  "wrong-unit", // a unit that is not the profile's
  "no-reply", // the bus was asked and nobody answered
  "wrong-reply", // another unit, function, length or echo than was asked for
  "exception", // the device refused the request
  "clock-wrong", // the device's own time cannot be right; arrival time is used
  "too-large",
  "unsupported",
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** A fault that names the byte, register or field, and says in words what was wrong. */
export interface ReadingFault {
  readonly code: FaultCode;
  /** The field, register (both address forms) or byte offset. */
  readonly at: string;
  readonly text: Bilingual;
}

/** One thing that one message says about one detector. */
export type Finding =
  | { readonly kind: "level"; readonly level: Level; readonly overRange?: true }
  | {
      readonly kind: "no-level";
      readonly gas: Gas;
      readonly quality: BadQuality;
      /** What stood there, for the technician. */
      readonly raw: string;
    }
  /** The device's own judgement, made by its own firmware. */
  | {
      readonly kind: "verdict";
      readonly gas: Gas;
      readonly alarming: boolean;
      readonly grade?: "low" | "high";
    }
  | { readonly kind: "condition"; readonly condition: Condition; readonly present: boolean }
  | { readonly kind: "fault"; readonly fault: ReadingFault };

/** Where on the wires a message came in; shown for detectors whose address is unknown. */
export interface BusPosition {
  /** `mqtt`, or the id of the serial line or Modbus/TCP connection. */
  readonly line: string;
  /** Topic and client for MQTT; unit and channel for a bus. */
  readonly place: string;
}

/** What one message said about one detector. */
export interface Report {
  readonly detector: DetectorId;
  readonly position: BusPosition;
  /** When it arrived here; the only time that is judged by. */
  readonly receivedAt: Instant;
  /** The device's own clock, when it sent one that can be right. */
  readonly deviceAtMs?: EpochMs;
  /** The device's own message number, for telling repeats. */
  readonly deviceSeq?: number;
  readonly findings: readonly Finding[];
}
