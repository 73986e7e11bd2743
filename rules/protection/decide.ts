/** Which buzzer sounds, how, and why: one pure function over policy, demands and the link. */
import {
  causeWords,
  dangerCauses,
  type BuzzerCause,
  type BuzzerCommand,
  type BuzzerPattern,
  type DangerCause,
  type Sounding,
} from "#domain/buzzer.ts";
import { minuteOfDay } from "#domain/civil-time.ts";
import { after, type DurationMs, type MonoMs } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import type { Demand } from "./demand.ts";

/** What one buzzer is for. */
export interface BuzzerPolicy {
  /** It sounds for gas and CO when one of these holds. `always`: whenever the level is reached. */
  readonly causes: readonly DangerCause[];
  /** From which level on: urgent alarms, or pre-alarms as well. */
  readonly level: "urgent" | "early";
  /** Chirps for faults, outside the quiet hours. */
  readonly chirpsForFaults: boolean;
}

/** What holds for all buzzers of a site. */
export interface ProtectionPolicy {
  /** A link that has been lost so long counts as lost, beyond the heartbeats it takes to notice. */
  readonly linkLostAfter: DurationMs;
  /** An alarm the center should have confirmed by then. */
  readonly noReceiptAfter: DurationMs;
  /** An alarm somebody should have signed for by then. */
  readonly noAckAfter: DurationMs;
  readonly patterns: Readonly<Record<Exclude<Sounding, "none">, "t3" | "t4">>;
  /** Minutes since midnight; may run over it. Only for faults: gas and CO know no quiet hours. */
  readonly quietHours: { readonly from: number; readonly to: number } | undefined;
}

/** What is known beside the detectors. */
export interface Situation {
  readonly now: Instant;
  /** No connection to the center, or no sign of life from it, since. */
  readonly linkLostSinceMs: MonoMs | undefined;
  /** The center is connected and has not confirmed, since: an alarm, or anything at all. */
  readonly unconfirmedSinceMs: MonoMs | undefined;
  /** The gateway is dead or hangs with an alarm open; only the dead-man ever says so. */
  readonly deadMan: boolean;
}

/**
 * The command of one buzzer from what the detectors it serves ask for.
 *
 * CO sounds before gas; of several causes the first of `dangerCauses` is named. Hush silences what
 * its detector asks for, whatever the cause, until its time is up; it cannot silence the dead-man,
 * which does not know it.
 */
export const decideBuzzer = (
  buzzer: BuzzerPolicy,
  demands: Iterable<Demand>,
  situation: Situation,
  policy: ProtectionPolicy,
): BuzzerCommand => {
  if (situation.deadMan) return sound(policy.patterns.gas, "dead-man");
  let loudest: { readonly asks: "gas" | "co"; readonly cause: DangerCause } | undefined;
  let faulty = false;
  for (const demand of demands) {
    faulty ||= demand.fault;
    const asks = buzzer.level === "early" ? demand.early : demand.urgent;
    if (asks === "none" || isHushed(demand, situation)) continue;
    const cause = causeFor(buzzer, demand, situation, policy);
    // Only `no-ack` is a detector's own, and it is named last: all that sound do so for one cause.
    if (cause !== undefined && (loudest === undefined || asks === "co")) loudest = { asks, cause };
  }
  if (loudest !== undefined) return sound(policy.patterns[loudest.asks], loudest.cause);
  const chirps = buzzer.chirpsForFaults && faulty && !isQuiet(situation.now, policy.quietHours);
  return chirps ? sound("chirp", "fault") : off;
};

/** Whether two commands ask the same of a device. */
export const isSameCommand = (a: BuzzerCommand, b: BuzzerCommand): boolean =>
  a.state === "off" || b.state === "off"
    ? a.state === b.state
    : a.pattern === b.pattern && a.cause === b.cause && a.test === b.test;

const off: BuzzerCommand = { state: "off" };

const sound = (pattern: BuzzerPattern, cause: BuzzerCause): BuzzerCommand => ({
  state: "on",
  pattern,
  cause,
  text: causeWords[cause],
});

const isHushed = ({ hushedUntilMs }: Demand, { now }: Situation): boolean =>
  hushedUntilMs !== undefined && now.monoMs < hushedUntilMs;

const causeFor = (
  { causes }: BuzzerPolicy,
  demand: Demand,
  situation: Situation,
  policy: ProtectionPolicy,
): DangerCause | undefined =>
  dangerCauses.find((cause) => causes.includes(cause) && holds(cause, demand, situation, policy));

const holds = (
  cause: DangerCause,
  { unsignedSinceMs }: Demand,
  { now, linkLostSinceMs, unconfirmedSinceMs }: Situation,
  { linkLostAfter, noReceiptAfter, noAckAfter }: ProtectionPolicy,
): boolean => {
  switch (cause) {
    case "always":
      return true;
    case "link-lost":
      return isOver(linkLostSinceMs, linkLostAfter, now);
    case "no-receipt":
      return isOver(unconfirmedSinceMs, noReceiptAfter, now);
    case "no-ack":
      return isOver(unsignedSinceMs, noAckAfter, now);
  }
};

const isOver = (since: MonoMs | undefined, limit: DurationMs, now: Instant): boolean =>
  since !== undefined && now.monoMs >= after(since, limit);

const isQuiet = (now: Instant, hours: ProtectionPolicy["quietHours"]): boolean => {
  if (hours === undefined) return false;
  const minute = minuteOfDay(now.wallMs);
  const { from, to } = hours;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
};
