/** The end of a story: everything heals, and then all must be as it is. */
import { check } from "./check.ts";
import type { Script } from "./script.ts";
import type { Street } from "./street.ts";

/** Resends come after at most a minute, and not all of them arrive the first time. */
const healWithinMs = 200_000;

/**
 * Numbers are told a heartbeat late. Whatever went wrong unseen is right with the next whole picture,
 * after five minutes (`gateway/uplinks/status-picker.ts`), and a boot that its own card has forgotten
 * may speak up to 20 s for another (`center/intake/gateway-lives.ts`).
 */
const calmWithinMs = 355_000;
/** A standing alarm that is shown as returned may not wait for that: a lost status is noticed before. */
const hiddenAtMostMs = 30_000;

export const heal = async (street: Street, script: Script): Promise<void> => {
  const { time, card, network, witness } = street;
  card.setTrouble("well");
  network.setWeather({ duplicates: 0.02, losses: 0, receiptLosses: 0, delayMs: 20 });
  if (network.line() === "half-open") network.setLine("down");
  network.setLine("up");
  street.buzzers.work(true);
  if (script.faults.includes("clock adrift")) {
    street.gatewayMachine.setRight();
    street.centerMachine.setRight();
  }
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
  const restedMs = time.nowMs();
  while (time.nowMs() < restedMs + calmWithinMs) {
    const wrong = await wrongCondition(street);
    if (wrong.hides && time.nowMs() > restedMs + hiddenAtMostMs) {
      witness.fail("6 condition", `${wrong.what} for ${hiddenAtMostMs} ms`);
    }
    const isCalm =
      (unrest(street) ||
        wrong.what ||
        (await unlike(street)) ||
        (await wrongTime(street, script))) === "";
    if (isCalm || witness.violation() !== undefined) return;
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

export const checkEnd = async (street: Street, script: Script): Promise<void> => {
  const { witness, card } = street;
  await check(street);
  const pending = card.records().filter(({ settled }) => settled === 0);
  if (pending.length > 0) {
    witness.fail("3 receipts", `${pending.length} records are still unconfirmed`);
  }
  const difference = await unlike(street);
  if (difference !== "") witness.fail("5 the desk", difference);
  const { what } = await wrongCondition(street);
  if (what !== "") witness.fail("6 condition", what);
  const shown = new Set((await street.center().desk()).alarms.map(({ episode }) => episode));
  for (const episode of witness.standing()) {
    if (!shown.has(episode))
      witness.fail("3 forgotten", `${episode} stands and is not on the desk`);
  }
  const misdated = await wrongTime(street, script);
  if (misdated !== "") witness.fail("9 time", misdated);
  for (const { episode, durable } of await street.center().alarms()) {
    const known = !witness.isDoubtful(episode);
    if (known && !durable) witness.fail("2 durable", `${episode} is shown as not kept`);
  }
};

/** Alarms that the desk dates otherwise than they happened, in words. */
const wrongTime = async ({ center, witness }: Street, script: Script): Promise<string> => {
  const [first] = isCenterRight(script) ? witness.misdated((await center().desk()).alarms) : [];
  return first === undefined ? "" : `${first} is dated otherwise than it happened`;
};

/** A center whose own clock was wrong has nothing to compare a gateway's with. */
const isCenterRight = ({ faults, steps }: Script): boolean =>
  faults.includes("clock adrift") &&
  !steps.some((step) => step.do === "clock" && step.whose === "center");

/** An alarm that stands and is shown as returned, which hides it, or the other way round. */
const wrongCondition = async ({
  center,
  witness,
}: Street): Promise<{ readonly what: string; readonly hides: boolean }> => {
  const open = witness.standing();
  const alarms = await center().alarms();
  const hidden = alarms.find((one) => open.has(one.episode) && one.condition !== "active");
  if (hidden !== undefined) {
    return { what: `${hidden.episode} stands and is shown as returned`, hides: true };
  }
  // What its gateway has forgotten altogether stays on the desk until a person closes it.
  const left = alarms.find(
    ({ episode, condition }) =>
      condition === "active" && !open.has(episode) && !witness.isDoubtful(episode),
  );
  return { what: left === undefined ? "" : `${left.episode} ends as active`, hides: false };
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
