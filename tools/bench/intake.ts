import { resultsOf } from "./generate.ts";
import type { FloodPhase, FloodResult } from "./jobs.ts";
import { playRounds, type Plan, type Rounds, type Setting } from "./rounds.ts";
import type { Row, Target } from "./rows.ts";
import { median } from "./statistics.ts";

const flood = (window: number, alarmEvery: number): FloodPhase => ({
  kind: "flood",
  warmUpMs: 1_500,
  measureMs: 5_000,
  window,
  alarmEvery,
});

const few: Plan = {
  name: "intake, 100 connections",
  rounds: 2,
  size: { detectors: 10_000, connections: 100, buzzers: 100, center: false },
  phases: [flood(20, 0), flood(20, 100)],
};
const many: Plan = {
  name: "intake, 5,000 connections",
  rounds: 1,
  size: { detectors: 5_000, connections: 5_000, buzzers: 100, center: false },
  phases: [flood(4, 0)],
};

/** Readings a second, QoS 1, as fast as they are acknowledged; and with an alarm in every hundred. */
export const intake = async (setting: Setting): Promise<readonly Row[]> => {
  const atFew = await playRounds(setting, few);
  const atMany = await playRounds(setting, many);
  return [
    ...perSecond("harmless readings, 100 connections", atFew, 0, readings, {
      is: "at least",
      value: 80_000,
    }),
    ...perSecond("readings with 1 alarm in 100, 100 connections", atFew, 1, readings),
    ...perSecond("alarms (each committed before its PUBACK)", atFew, 1, alarms, {
      is: "at least",
      value: 1.3,
      times: true,
    }),
    ...perSecond("harmless readings, 5,000 connections", atMany, 0, readings, {
      is: "at least",
      value: 25_000,
    }),
  ];
};

const readings = ({ taken, seconds }: FloodResult): number => taken / seconds;
/** The peer is judged by what it took in, not by what it was sent. */
const alarms = (result: FloodResult): number => readings(result) / 100;

const perSecond = (
  what: string,
  rounds: Rounds,
  phase: number,
  figure: (result: FloodResult) => number,
  target?: Target,
): readonly Row[] => {
  const nth = (side: Rounds["ours"]): readonly FloodResult[] =>
    side.flatMap((round) => resultsOf(round, "flood").slice(phase, phase + 1));
  const [ours, peer] = [nth(rounds.ours), nth(rounds.peer)];
  const beside = (value: (result: FloodResult) => number) => ({
    ours: median(ours.map(value)),
    ...(peer.length > 0 && { peer: median(peer.map(value)) }),
  });
  const busy = median(ours.map(({ generatorCpuMs, seconds }) => generatorCpuMs / seconds / 1_000));
  const rate: Row = {
    bench: "intake",
    what,
    unit: "/s",
    ...beside(figure),
    ...(target && { target }),
    note: `generator ${Math.round(busy * 100)} % of its core`,
  };
  if (figure !== readings) return [rate];
  const cost = ({ cpuMs, taken }: FloodResult): number => (cpuMs * 1_000) / taken;
  return [rate, { bench: "intake", what: `CPU per reading, ${what}`, unit: "µs", ...beside(cost) }];
};
