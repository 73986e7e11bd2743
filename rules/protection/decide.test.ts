/** Several homes at one buzzer, quiet hours, laws; each case of one home is in `buzzers.test.ts`. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { causeWords, dangerCauses, type BuzzerCommand } from "#domain/buzzer.ts";
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs, seconds } from "#domain/quantity.ts";
import { decideBuzzer, isSameCommand, type BuzzerPolicy, type Situation } from "./decide.ts";
import { noDemand, type Demand } from "./demand.ts";

const policy = {
  linkLostAfter: seconds(10),
  noReceiptAfter: seconds(30),
  noAckAfter: seconds(120),
  patterns: { gas: "t3", co: "t4" },
  quietHours: { from: 22 * 60, to: 7 * 60 },
} as const;

/** Ten minutes into this boot, at noon in Chengdu. */
const noon = Date.UTC(2026, 10, 22, 4);
const at = (wallMs = noon) => ({
  bootId: bootId("b"),
  monoMs: monoMs(600_000),
  wallMs: epochMs(wallMs),
});
const ago = (s: number) => monoMs(600_000 - s * 1_000);
const well: Situation = {
  now: at(),
  linkLostSinceMs: undefined,
  unconfirmedSinceMs: undefined,
  deadMan: false,
};

const demands = {
  gas: { ...noDemand, urgent: "gas", early: "gas", gas: true },
  CO: { ...noDemand, urgent: "co", early: "co" },
  fault: { ...noDemand, fault: true },
} as const satisfies Record<string, Demand>;

const links = {
  well,
  "lost 9 s": { ...well, linkLostSinceMs: ago(9) },
  "lost 10 s": { ...well, linkLostSinceMs: ago(10) },
  "mute 29 s": { ...well, unconfirmedSinceMs: ago(29) },
  "mute 30 s": { ...well, unconfirmedSinceMs: ago(30) },
} as const satisfies Record<string, Situation>;

const buzzers = {
  home: { causes: ["always"], level: "urgent", chirpsForFaults: false },
  "duty room": {
    causes: ["link-lost", "no-receipt", "no-ack"],
    level: "urgent",
    chirpsForFaults: true,
  },
  siren: { causes: ["no-ack", "no-receipt"], level: "early", chirpsForFaults: true },
} as const satisfies Record<string, BuzzerPolicy>;

test("a second home's alarm sounds though the first is hushed, and CO sounds before gas", () => {
  const hushed = { ...demands.gas, hushedUntilMs: ago(-60) };
  const decided = decideBuzzer(buzzers.home, [hushed, demands.CO, demands.gas], well, policy);
  expect(decided).toEqual({
    state: "on",
    pattern: "t4",
    cause: "always",
    text: causeWords.always,
  });
});

test("gas that nobody signs for sounds beside CO that has just begun", () => {
  const old = { ...demands.gas, unsignedSinceMs: ago(120) };
  const fresh = { ...demands.CO, unsignedSinceMs: ago(5) };
  for (const all of [
    [old, fresh],
    [fresh, old],
  ]) {
    const decided = decideBuzzer(buzzers["duty room"], all, well, policy);
    expect(decided).toMatchObject({ state: "on", pattern: "t3", cause: "no-ack" });
  }
});

describe("quiet hours, 22:00 to 07:00", () => {
  const hour = (hours: number, minute = 0) => ({
    ...well,
    now: at(Date.UTC(2026, 10, 22, hours - 8, minute)),
  });
  test.each([
    [21, "chirp"],
    [22, "off"],
    [30, "off"],
    [31, "chirp"],
  ])("a fault at %i h: %s", (hours, result) => {
    const command = decideBuzzer(buzzers["duty room"], [demands.fault], hour(hours), policy);
    expect(command.state === "on" ? command.pattern : "off").toBe(result);
  });
  const afterLunch = { from: 12 * 60 + 30, to: 14 * 60 };
  const noTime = { from: 12 * 60, to: 12 * 60 };
  test.each([
    ["none at all", undefined, 3, 0, "chirp"],
    ["12:30 to 14:00", afterLunch, 12, 29, "chirp"],
    ["12:30 to 14:00", afterLunch, 12, 30, "off"],
    ["12:30 to 14:00", afterLunch, 13, 59, "off"],
    ["12:30 to 14:00", afterLunch, 14, 0, "chirp"],
    ["noon to noon, which is no time", noTime, 12, 0, "chirp"],
  ])("others: %s: %#", (_, quietHours, hours, minute, result) => {
    const others = { ...policy, quietHours };
    const situation = hour(hours, minute);
    const command = decideBuzzer(buzzers["duty room"], [demands.fault], situation, others);
    expect(command.state === "on" ? command.pattern : "off").toBe(result);
  });
  test("gas and CO know none", () => {
    const command = decideBuzzer(buzzers.home, [demands.gas], hour(26), policy);
    expect(command).toMatchObject({ state: "on", pattern: "t3" });
  });
});

describe("whatever comes together", () => {
  const demand = fc.record({
    urgent: fc.constantFrom("none", "gas", "co"),
    early: fc.constantFrom("none", "gas", "co"),
    gasAround: fc.boolean(),
    gas: fc.boolean(),
    hushedUntilMs: fc.option(fc.constantFrom(ago(-5), ago(5)), { nil: undefined }),
    unsignedSinceMs: fc.option(fc.constantFrom(ago(5), ago(500)), { nil: undefined }),
    fault: fc.boolean(),
  });
  const link = fc.constantFrom(...Object.values(links));

  test("what many homes ask for sounds as the worst of them would alone", () => {
    const order: readonly string[] = dangerCauses
      .map((cause) => `t4 ${cause}`)
      .concat(dangerCauses.map((cause) => `t3 ${cause}`))
      .concat("chirp fault", "off");
    const rank = (command: BuzzerCommand): number =>
      order.indexOf(command.state === "on" ? `${command.pattern} ${command.cause}` : "off");
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(buzzers)),
        fc.array(demand, { minLength: 1, maxLength: 4 }),
        link,
        (buzzer, all, situation) => {
          const alone = all.map((one) => rank(decideBuzzer(buzzer, [one], situation, policy)));
          const together = rank(decideBuzzer(buzzer, all, situation, policy));
          expect(together).toBe(Math.min(...alone));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a home's buzzer sounds exactly while an urgent alarm nobody has hushed stands", () => {
    fc.assert(
      fc.property(fc.array(demand), link, (all, situation) => {
        const loud = all.some(
          ({ urgent, hushedUntilMs }) =>
            urgent !== "none" && !(hushedUntilMs !== undefined && hushedUntilMs > monoMs(600_000)),
        );
        expect(decideBuzzer(buzzers.home, all, situation, policy).state).toBe(loud ? "on" : "off");
      }),
    );
  });

  test("one more alarm silences nothing, and one more cause neither", () => {
    fc.assert(
      fc.property(fc.array(demand), demand, link, (all, more, situation) => {
        const causes = [...dangerCauses];
        for (let n = 1; n < causes.length; n += 1) {
          const few = { ...buzzers.home, causes: causes.slice(-n) };
          const many = { ...buzzers.home, causes: causes.slice(-n - 1) };
          if (decideBuzzer(few, all, situation, policy).state === "off") continue;
          expect(decideBuzzer(few, [...all, more], situation, policy).state).toBe("on");
          expect(decideBuzzer(many, all, situation, policy).state).toBe("on");
        }
      }),
    );
  });
});

test("commands are the same when the device would do the same for the same reason", () => {
  const on = { state: "on", pattern: "t4", cause: "always" } as const;
  expect(isSameCommand(on, { ...on, text: causeWords.always })).toBe(true);
  expect(isSameCommand(on, { ...on, cause: "no-ack" })).toBe(false);
  expect(isSameCommand(on, { ...on, pattern: "t3" })).toBe(false);
  expect(isSameCommand(on, { ...on, test: true })).toBe(false);
  expect(isSameCommand(on, { state: "off" })).toBe(false);
  expect(isSameCommand({ state: "off" }, on)).toBe(false);
  expect(isSameCommand({ state: "off" }, { state: "off" })).toBe(true);
});
