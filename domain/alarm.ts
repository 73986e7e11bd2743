import type { Gas, Level } from "./gas.ts";
import type { DetectorId, EpisodeId, EventId, GatewayId } from "./ids.ts";
import type { Address } from "./place.ts";
import type { BusPosition } from "./reading.ts";
import type { Bilingual } from "./result.ts";
import type { Instant } from "./time.ts";

/** What kind of trouble it is. `gas` and `co` are never muted, hidden or outranked by the others. */
export const alarmClasses = [
  "co",
  "gas",
  "fault",
  "silence",
  "power",
  "battery",
  "tamper",
  "end-of-life",
  "test",
] as const;
export type AlarmClass = (typeof alarmClasses)[number];

/** Which rule speaks. One detector has at most one open episode of each. */
export const ruleIds = [
  "co",
  "combustible",
  "device-alarm-co",
  "device-alarm-gas",
  "over-range",
  "sensor-fault",
  "reading-fault",
  "silence",
  "power-loss",
  "battery-low",
  "tamper",
  "end-of-life",
  "self-test",
] as const;
export type RuleId = (typeof ruleIds)[number];

/** 1 紧急 urgent · 2 高 high or pre-alarm · 3 故障 fault · 4 提示 notice. */
export type Priority = 1 | 2 | 3 | 4;

/** Where a number comes from. */
export interface Clause {
  /** `EN 50291-1`, `GB 15322.2-2019`, `Canary` for our own choices. */
  readonly standard: string;
  readonly clause: string;
  /** h: read in the standard or a maker's manual; m: secondary; l: unverified. */
  readonly confidence: "h" | "m" | "l";
}

/** Why an event happened: the clause that fired and what it was fed with. */
export interface Cause {
  readonly ruleSet: string;
  readonly source: Clause;
  readonly text: Bilingual;
  readonly inputs: Readonly<Record<string, number | string>>;
}

/** Why an event rings nobody: who answers for that, and why. It is recorded and shown all the same. */
export interface Held {
  readonly by: "shelved" | "out-of-service" | "suppressed" | "shadow" | "late";
  /** The person, or the cause by design. */
  readonly who: string;
  readonly reason: string;
}

/**
 * Something that changed in one episode of one rule at one detector.
 *
 * `raised` opens the episode; `worsened` raises its priority or passes a higher limit; `returned`
 * says that the condition is back to normal. None of them says that a person has seen it.
 */
export interface AlarmEvent {
  readonly id: EventId;
  readonly episode: EpisodeId;
  readonly kind: "raised" | "worsened" | "returned";
  readonly detector: DetectorId;
  readonly rule: RuleId;
  readonly alarmClass: AlarmClass;
  readonly priority: Priority;
  readonly at: Instant;
  readonly cause: Cause;
  readonly gas?: Gas;
  /** The last measured level, when there is one. */
  readonly level?: Level;
  /** The highest level of the episode so far. */
  readonly peak?: Level;
  /** From a detector in self-test: never counted as real, never hides a real one. */
  readonly test: boolean;
  /** Present: rings nobody, for a stated reason. */
  readonly held?: Held;
  /** From readings that came long after they were taken. */
  readonly late?: true;
  /** The condition comes and goes: how often within the spell so far. */
  readonly chatter?: number;
}

/** Where an alarm is, as well as the gateway can say. */
export interface Whereabouts {
  readonly gateway: GatewayId;
  /** Absent: the detector is not registered, "address unknown". */
  readonly address?: Address;
  readonly position: BusPosition;
  /** Device profile, when one was applied. */
  readonly profile?: string;
}

/** An alarm event with the place it happened at: what is written, sent and shown. */
export interface AlarmNotice {
  readonly event: AlarmEvent;
  readonly where: Whereabouts;
  /** The whole site is staged: marked everywhere, kept out of statistics. */
  readonly drill: boolean;
}

/** Gas and CO: sounded on site, first in every queue. */
export const isDanger = (alarmClass: AlarmClass): boolean =>
  alarmClass === "co" || alarmClass === "gas";

/**
 * Whether an alarm that has returned still waits for a signature. What somebody answers for while
 * it is held back asks nothing more of people; a detector's own store that tells of gas after an
 * outage does.
 */
export const asksForSignature = (held: Held | undefined): boolean =>
  held === undefined || held.by === "late";
