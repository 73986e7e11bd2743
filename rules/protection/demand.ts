/** What one detector asks of those who sound for it, from its judgement alone. */
import { isDanger } from "#domain/alarm.ts";
import type { Sounding } from "#domain/buzzer.ts";
import type { MonoMs } from "#domain/quantity.ts";
import { lifeOf } from "../life.ts";
import { soundingOf, type DetectorState, type Episode } from "../state.ts";

export interface Demand {
  /** The worst urgent alarm that stands, is no test and is not held back; hush does not change it. */
  readonly urgent: Sounding;
  /** As `urgent`, with pre-alarms. */
  readonly early: Sounding;
  /** The valve of the home shall close: a combustible gas at its urgent level stands. */
  readonly gas: boolean;
  /** A combustible gas stands, at whatever level, held back or not: nothing near it may spark. */
  readonly gasAround: boolean;
  /** Somebody answers for the silence until then. */
  readonly hushedUntilMs: MonoMs | undefined;
  /** Since when a signature is owed to the oldest urgent alarm that nobody has signed for. */
  readonly unsignedSinceMs: MonoMs | undefined;
  /** A fault nobody has signed for: the device, its battery, its age, its silence. */
  readonly fault: boolean;
}

export const noDemand: Demand = {
  urgent: "none",
  early: "none",
  gas: false,
  gasAround: false,
  hushedUntilMs: undefined,
  unsignedSinceMs: undefined,
  fault: false,
};

/** The same object as `before` when nothing in it has changed: most readings change nothing. */
export const demandOf = (state: DetectorState, before: Demand = noDemand): Demand => {
  const { episodes, hush } = state.alarms;
  if (episodes.length === 0) return noDemand;
  const live = episodes.filter((one) => !one.test && one.held === undefined);
  const urgent = live.filter((one) => isDanger(one.alarmClass) && one.priority === 1);
  const now: Demand = {
    urgent: soundingOf(episodes),
    early: worst(live),
    gas: urgent.some((one) => one.alarmClass === "gas"),
    gasAround: episodes.some((one) => !one.test && one.alarmClass === "gas"),
    hushedUntilMs: hush?.untilMs,
    unsignedSinceMs: earliest(urgent.filter((one) => isUnsigned(state, one))),
    fault: live.some(
      (one) => one.priority === 3 && !isDanger(one.alarmClass) && isUnsigned(state, one),
    ),
  };
  return isSame(now, before) ? before : now;
};

const worst = (live: readonly Episode[]): Sounding => {
  if (live.some((one) => one.alarmClass === "co")) return "co";
  return live.some((one) => one.alarmClass === "gas") ? "gas" : "none";
};

const isUnsigned = (state: DetectorState, { rule }: Episode): boolean =>
  lifeOf(state, rule) === "unacknowledged";

const earliest = (episodes: readonly Episode[]): MonoMs | undefined => {
  let first: MonoMs | undefined;
  for (const { raisedAtMs, owedSinceMs = raisedAtMs } of episodes)
    if (first === undefined || owedSinceMs < first) first = owedSinceMs;
  return first;
};

const isSame = (a: Demand, b: Demand): boolean =>
  a.urgent === b.urgent &&
  a.early === b.early &&
  a.gas === b.gas &&
  a.gasAround === b.gasAround &&
  a.hushedUntilMs === b.hushedUntilMs &&
  a.unsignedSinceMs === b.unsignedSinceMs &&
  a.fault === b.fault;
