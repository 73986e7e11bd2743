/** Plays a script on a street, checks the invariants after every step, heals everything and checks the end. */
import type { Store } from "#center/store/open-store.ts";
import type { Planted } from "./planted.ts";
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
    await heal(street);
    await checkEnd(street);
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

const check = async (street: Street): Promise<void> => {
  street.checkBuzzers();
  checkStatuses(street);
  if (street.life() !== undefined) street.witness.overdue(street.network.upForMs());
  if (street.witness.isDeskNew()) street.witness.desk(await street.center().alarms());
};

/** What is not heard is unknown, and what the gateway tells is what is judged. */
const checkStatuses = ({ witness, life, gatewayMachine }: Street): void => {
  const told = new Map(
    life()
      ?.statuses()
      .map(({ detector, state }) => [detector, state]),
  );
  if (told.size === 0) return;
  const now = gatewayMachine.clock.now();
  for (const { id, status, heardAt } of witness.reference.statuses()) {
    const shown = told.get(id);
    if (shown !== status) witness.fail("5 silence", `${id} is told as ${shown}, judged ${status}`);
    const silentMs = heardAt === undefined ? Infinity : now.monoMs - heardAt.monoMs;
    if (shown === "normal" && silentMs > 61_000) {
      witness.fail("5 silence", `${id} is told as normal, last heard ${silentMs} ms ago`);
    }
  }
};

/** Resends come after at most a minute, and not all of them arrive the first time. */
const healWithinMs = 200_000;

const heal = async (street: Street): Promise<void> => {
  const { time, card, network, witness } = street;
  card.setTrouble("well");
  network.setWeather({ duplicates: 0.02, losses: 0, receiptLosses: 0, delayMs: 20 });
  if (network.line() === "half-open") network.setLine("down");
  network.setLine("up");
  street.buzzers.work(true);
  street.center().setTrouble("well");
  await street.startCenter();
  const untilMs = time.nowMs() + healWithinMs;
  await time.pass(300);
  // What was sent before may still lead to a renewal of the journal.
  while (network.travelling() > 0) await time.pass(100);
  while (unrest(street) !== "" && time.nowMs() < untilMs && witness.violation() === undefined) {
    await time.pass(1_000);
    street.sendAgain();
  }
  if (time.nowMs() >= untilMs)
    witness.fail("3 forgotten", `no rest after healing: ${unrest(street)}`);
  // Numbers are told a heartbeat late, and a lost status is made good within five minutes.
  const calmByMs = time.nowMs() + 330_000;
  while ((unrest(street) || (await unlike(street))) !== "" && time.nowMs() < calmByMs) {
    await time.pass(2_000);
  }
};

/** What is still to come, in words; empty once everybody has everything. */
const unrest = (street: Street): string => {
  const life = street.life();
  if (life === undefined) return "the gateway has not started";
  const unconfirmed = life.uplink.state().unconfirmed;
  return [
    street.devices.unacknowledged() > 0 ? "detectors wait for their PUBACK" : "",
    life.keeper.unwritten() > 0
      ? `${life.keeper.unwritten()} records are unwritten (${life.faults
          .standing()
          .map(({ text }) => text.en)
          .join(", ")})`
      : "",
    unconfirmed > 0 ? `${unconfirmed} records are unconfirmed` : "",
    ...missing(street).map((id) => `${id} is not at the center`),
  ]
    .filter((text) => text !== "")
    .join("; ");
};

/** Events that happened, were not lost with a life, and are not at the center. */
const missing = ({ witness }: Street): readonly string[] =>
  [...witness.reference.events.keys()].filter(
    (id) => !witness.committed.has(id) && !witness.reference.abandoned.has(id),
  );

const checkEnd = async (street: Street): Promise<void> => {
  const { witness, card } = street;
  await check(street);
  const pending = card.records().filter(({ settled }) => settled === 0);
  if (pending.length > 0) {
    witness.fail("3 receipts", `${pending.length} records are still unconfirmed`);
  }
  const difference = await unlike(street);
  if (difference !== "") witness.fail("5 the desk", difference);
  const open = witness.standing();
  const shown = new Map((await street.center().desk()).alarms.map((one) => [one.episode, one]));
  for (const alarm of await street.center().alarms()) {
    const known = !witness.isDoubtful(alarm.episode);
    if (open.has(alarm.episode) && alarm.condition !== "active") {
      witness.fail("6 condition", `${alarm.episode} stands and is shown as returned`);
    }
    if (known && open.has(alarm.episode) !== (alarm.condition === "active")) {
      witness.fail("6 condition", `${alarm.episode} ends as ${alarm.condition}`);
    }
    if (known && !alarm.durable) witness.fail("2 durable", `${alarm.episode} is shown as not kept`);
  }
  for (const episode of open) {
    if (!shown.has(episode))
      witness.fail("3 forgotten", `${episode} stands and is not on the desk`);
  }
};

/** Where the desk shows the gateway or a detector otherwise than it is; empty when nowhere. */
const unlike = async ({ center, witness }: Street): Promise<string> => {
  const { gateways, alarms } = await center().desk();
  const [gateway] = gateways;
  const statuses = witness.reference.statuses();
  const unknown = statuses.filter(({ status }) => status === "unknown").length;
  const isRight = gateway?.link === "up" && gateway.missing === 0 && gateway.pending === 0;
  if (!isRight) return `the desk shows ${JSON.stringify(gateway)}`;
  if (gateway.unknown < unknown) return `${gateway.unknown} detectors are unknown, not ${unknown}`;
  for (const { id, status } of statuses) {
    const alarm = alarms.find(({ notice }) => notice.event.detector === id);
    if (alarm !== undefined && alarm.present?.state !== status) {
      return `${id} is shown ${alarm.present?.state}, is ${status}`;
    }
  }
  return "";
};
