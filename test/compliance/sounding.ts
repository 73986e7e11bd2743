/** Homes in which it sounds, and those who want to hush it: at 4,500 s, whatever alarms. */
import { userId } from "#domain/ids.ts";
import { minutes, seconds } from "#domain/quantity.ts";
import type { Command } from "#rules/commands.ts";
import { lelTables } from "#rules/lel.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import { limitSets } from "#rules/limits/sets.ts";
import { co, lel, openBench, verdict, type Bench } from "./timetable.ts";

export type Silence = Extract<Command, { kind: "hush" }>;

export const onSite: Silence = {
  kind: "hush",
  by: userId("王强"),
  reason: "已开窗,在场",
  duration: minutes(10),
  confirmedOnSite: true,
  origin: { side: "board", source: "192.168.1.20" },
};
export const fromAfar: Silence = { ...onSite, confirmedOnSite: false };

/** 60 ppm until the bands alarm, at 4,260 s; the next reading decides what is measured then. */
export const coAlarm = (): Bench => {
  const home = openBench();
  for (let second = 0; second <= 4_500; second += 60) home.says(second, co(60));
  return home;
};
export const gasAlarm = (): Bench => {
  const home = openBench();
  home.says(4_490, lel(12));
  home.wait(4_500);
  return home;
};
export const deviceAlarm = (grade?: "low" | "high") => (): Bench => {
  const home = openBench();
  home.says(4_500, verdict("co", true, grade));
  return home;
};
/** 60 ppm CO and 12 %LEL alarm at the same time. */
export const bothAlarm = (): Bench => {
  const home = coAlarm();
  home.says(4_502, lel(12));
  home.wait(4_508);
  return home;
};
/** As {@link gasAlarm}, with the readings restated by another table, or by another set. */
export const gasAlarmBy = (limits: LimitSet, level: number) => (): Bench => {
  const home = openBench({ limits, silenceAfter: seconds(180) });
  home.says(4_480, lel(level));
  home.wait(4_500);
  return home;
};
const [cn2019, gb2026] = limitSets;
const iec = lelTables.find(({ id }) => id === "iec");
if (cn2019 === undefined || gb2026 === undefined || iec === undefined) throw new Error("no set");
export const byIecTable: LimitSet = { ...cn2019, gas: { ...cn2019.gas, lelTable: iec } };
/** 15 s pass before even the high level is one. */
export const cn2026: LimitSet = gb2026;
