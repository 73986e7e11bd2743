/** Level × cause × hush × result, as a table; the words of the columns are the function's own. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { causeWords, dangerCauses } from "#domain/buzzer.ts";
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
  nothing: noDemand,
  "pre-alarm": { ...noDemand, early: "gas" },
  gas: { ...noDemand, urgent: "gas", early: "gas", gas: true },
  CO: { ...noDemand, urgent: "co", early: "co" },
  "CO unsigned 119 s": { ...noDemand, urgent: "co", early: "co", unsignedSinceMs: ago(119) },
  "CO unsigned 120 s": { ...noDemand, urgent: "co", early: "co", unsignedSinceMs: ago(120) },
  fault: { ...noDemand, fault: true },
} as const satisfies Record<string, Demand>;

const links = {
  well,
  "lost 9 s": { ...well, linkLostSinceMs: ago(9) },
  "lost 10 s": { ...well, linkLostSinceMs: ago(10) },
  "mute 29 s": { ...well, unconfirmedSinceMs: ago(29) },
  "mute 30 s": { ...well, unconfirmedSinceMs: ago(30) },
  "dead-man": { ...well, deadMan: true },
} as const satisfies Record<string, Situation>;

const buzzers = {
  home: { causes: ["always"], level: "urgent", chirpsForFaults: false },
  "duty room": {
    causes: ["link-lost", "no-receipt", "no-ack"],
    level: "urgent",
    chirpsForFaults: true,
  },
  "early siren": { causes: ["always"], level: "early", chirpsForFaults: false },
  "only link": { causes: ["link-lost"], level: "urgent", chirpsForFaults: false },
} as const satisfies Record<string, BuzzerPolicy>;

const hushes = { no: undefined, "1 s more": ago(-1), "just over": ago(0) } as const;

const decide = (
  buzzer: keyof typeof buzzers,
  demand: keyof typeof demands,
  link: keyof typeof links,
  hush: keyof typeof hushes,
): string => {
  const asked: Demand = { ...demands[demand], hushedUntilMs: hushes[hush] };
  const command = decideBuzzer(buzzers[buzzer], [asked], links[link], policy);
  return command.state === "on" ? `${command.pattern} ${command.cause}` : "off";
};

describe("level × cause × hush × result", () => {
  test.each([
    // buzzer, the detector asks for, the center, hushed, result
    ["home", "nothing", "well", "no", "off"],
    ["home", "pre-alarm", "well", "no", "off"],
    ["home", "gas", "well", "no", "t3 always"],
    ["home", "CO", "well", "no", "t4 always"],
    ["home", "CO", "lost 10 s", "no", "t4 always"],
    ["home", "CO", "well", "1 s more", "off"],
    ["home", "CO", "well", "just over", "t4 always"],
    ["home", "fault", "well", "no", "off"],
    ["home", "nothing", "dead-man", "no", "t3 dead-man"],
    ["home", "CO", "dead-man", "1 s more", "t3 dead-man"],
    ["early siren", "pre-alarm", "well", "no", "t3 always"],
    ["early siren", "pre-alarm", "well", "1 s more", "off"],
    ["duty room", "CO", "well", "no", "off"],
    ["duty room", "pre-alarm", "lost 10 s", "no", "off"],
    ["duty room", "nothing", "lost 10 s", "no", "off"],
    ["duty room", "CO", "lost 9 s", "no", "off"],
    ["duty room", "CO", "lost 10 s", "no", "t4 link-lost"],
    ["duty room", "gas", "lost 10 s", "no", "t3 link-lost"],
    ["duty room", "CO", "lost 10 s", "1 s more", "off"],
    ["duty room", "CO", "mute 29 s", "no", "off"],
    ["duty room", "CO", "mute 30 s", "no", "t4 no-receipt"],
    ["duty room", "CO unsigned 119 s", "well", "no", "off"],
    ["duty room", "CO unsigned 120 s", "well", "no", "t4 no-ack"],
    ["duty room", "CO unsigned 120 s", "well", "1 s more", "off"],
    ["duty room", "CO unsigned 120 s", "lost 10 s", "no", "t4 link-lost"],
    ["duty room", "CO unsigned 120 s", "mute 30 s", "no", "t4 no-receipt"],
    ["duty room", "fault", "well", "no", "chirp fault"],
    ["only link", "CO unsigned 120 s", "mute 30 s", "no", "off"],
    ["only link", "CO unsigned 120 s", "lost 10 s", "no", "t4 link-lost"],
  ] as const)("%s · %s · center %s · hushed %s → %s", (buzzer, demand, link, hush, result) => {
    expect(decide(buzzer, demand, link, hush)).toBe(result);
  });
});

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

describe("quiet hours, 22:00 to 07:00", () => {
  const hour = (hours: number) => ({ ...well, now: at(Date.UTC(2026, 10, 22, hours - 8)) });
  test.each([
    [21, "chirp"],
    [22, "off"],
    [30, "off"],
    [31, "chirp"],
  ])("a fault at %i h: %s", (hours, result) => {
    const command = decideBuzzer(buzzers["duty room"], [demands.fault], hour(hours), policy);
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
  const link = fc.constantFrom(...Object.values(links).filter(({ deadMan }) => !deadMan));

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
  expect(isSameCommand(on, { state: "off" })).toBe(false);
});
