/** Plays a script on a street, checks the invariants after every step, heals everything and checks the end. */
import type { Store } from "#center/store/open-store.ts";
import type { Planted } from "./planted.ts";
import { check } from "./check.ts";
import { checkEnd, heal } from "./heal.ts";
import { describeStep, words, type Script, type Step } from "./script.ts";
import { openStreet, type Street } from "./street.ts";
import type { Violation } from "./witness.ts";

export interface Outcome {
  readonly violation: Violation | undefined;
  /** The story as a timetable: one line a step, what it led to indented below. */
  readonly timetable: readonly string[];
  readonly simulatedMs: number;
  /** What the center ended up with, as `event` in the order of taking in. */
  readonly committed: readonly string[];
}

export const play = async (store: Store, script: Script, planted?: Planted): Promise<Outcome> => {
  const timetable: string[] = [];
  let nowMs = (): number => 0;
  const tell = (what: string): void => {
    timetable.push(`${(nowMs() / 1_000).toFixed(3).padStart(9)} s  ${what}`);
  };
  const street = await openStreet(store, script, planted, tell);
  nowMs = street.time.nowMs;
  const { witness, time } = street;
  void street.startGateway();
  await time.pass(50);

  for (const step of script.steps) {
    tell(describeStep(step));
    if (step.do === "power cut" && step.lost > 0) witness.cardLies();
    await take(street, step);
    await time.rest();
    await check(street);
    if (witness.violation() !== undefined) break;
  }
  if (witness.violation() === undefined) {
    tell("everything heals");
    await heal(street, script);
    await checkEnd(street, script);
  }
  const violation = witness.violation();
  if (violation !== undefined) tell(`✗ ${violation.invariant}: ${violation.what}`);
  street.stopGateway(0);
  street.center().kill();
  return {
    violation,
    timetable,
    simulatedMs: time.nowMs(),
    committed: [...witness.committed.keys()],
  };
};

const take = async (street: Street, step: Step): Promise<void> => {
  const { time, card, network, buzzers, devices } = street;
  switch (step.do) {
    case "says":
      street.says(step.detector, step.words);
      return checkWords(street, step);
    case "repeats": {
      const last = devices.lastWords(step.detector);
      if (last !== undefined) street.says(step.detector, last);
      return;
    }
    case "wait":
      return time.pass(step.ms);
    case "kill":
      street.stopGateway(0);
      return comeBack(street, step.downMs);
    case "power cut":
      street.stopGateway(step.lost);
      await time.pass(step.downMs);
      street.gatewayMachine.reboot();
      return comeBack(street, 0);
    case "card":
      return card.setTrouble(step.trouble);
    case "line":
      return network.setLine(step.line);
    case "weather":
      return network.setWeather(step.weather);
    case "center dies":
      if (step.when !== "now") return street.center().dieAt(step.when);
      street.center().kill();
      await time.pass(step.downMs);
      return street.startCenter();
    case "database":
      return street.center().setTrouble(step.trouble);
    case "clock":
      return street[`${step.whose}Machine`].jumpWall(step.byMs);
    case "clock right":
      return street[`${step.whose}Machine`].setRight();
    case "buzzers":
      return buzzers.work(step.work);
    case "sign":
      await street.center().sign();
  }
};

/** The start asks the disk, so it takes as long as the disk does. */
const comeBack = async (street: Street, afterMs: number): Promise<void> => {
  await street.time.pass(afterMs);
  void street.startGateway();
};

/** Known without any rule: what must sound when a detector itself says alarm. */
const checkWords = (street: Street, step: Extract<Step, { do: "says" }>): void => {
  if (street.life() === undefined) return;
  const judged = street.witness.reference.sounding();
  const wanted =
    step.words === "own CO alarm"
      ? ["co"]
      : step.words === "own gas alarm"
        ? ["co", "gas"]
        : undefined;
  if (wanted?.includes(judged) === false) {
    street.witness.fail("1 buzzer first", `${words[step.words]} was said and nothing sounds`);
  }
};
