/** Level × cause × hush × result: what each buzzer does, as a table with a cell for every case. */
import { describe, expect, test } from "vitest";
import type { BuzzerCause, BuzzerCommand } from "#domain/buzzer.ts";
import { bootId } from "#domain/ids.ts";
import { epochMs, monoMs, seconds, type MonoMs } from "#domain/quantity.ts";
import {
  decideBuzzer,
  type BuzzerPolicy,
  type ProtectionPolicy,
  type Situation,
} from "./decide.ts";
import { noDemand, type Demand } from "./demand.ts";

const policy: ProtectionPolicy = {
  linkLostAfter: seconds(10),
  noReceiptAfter: seconds(30),
  noAckAfter: seconds(120),
  patterns: { gas: "t3", co: "t4" },
  quietHours: undefined,
};

/** Ten minutes into this boot. */
const now = { bootId: bootId("b"), monoMs: monoMs(600_000), wallMs: epochMs(0) };
const well = { now, linkLostSinceMs: undefined, unconfirmedSinceMs: undefined, deadMan: false };
const ago = (s: number) => monoMs(600_000 - s * 1_000);

const buzzers: Readonly<Record<string, BuzzerPolicy>> = {
  home: { causes: ["always"], level: "urgent", chirpsForFaults: false },
  siren: { causes: ["always"], level: "early", chirpsForFaults: false },
  "duty room": {
    causes: ["link-lost", "no-receipt", "no-ack"],
    level: "urgent",
    chirpsForFaults: true,
  },
  "only link": { causes: ["link-lost"], level: "urgent", chirpsForFaults: false },
  "only mute": { causes: ["no-receipt"], level: "early", chirpsForFaults: false },
  "only sign": { causes: ["no-ack"], level: "urgent", chirpsForFaults: true },
};

/** What the detectors ask for. `pre`: a pre-alarm. */
const levels: Readonly<Record<string, Demand>> = {
  nothing: noDemand,
  fault: { ...noDemand, fault: true },
  "pre gas": { ...noDemand, early: "gas" },
  "pre CO": { ...noDemand, early: "co" },
  gas: { ...noDemand, urgent: "gas", early: "gas", gas: true },
  CO: { ...noDemand, urgent: "co", early: "co" },
};

interface Circumstance extends Partial<Situation>, Pick<Partial<Demand>, "unsignedSinceMs"> {}

/**
 * How long the link has been lost, the center has confirmed nothing (mute), nobody has signed
 * (sign), each in seconds; and a gateway that no longer works.
 */
const circumstances: Readonly<Record<string, Circumstance>> = {
  well: {},
  "lost 9": { linkLostSinceMs: ago(9) },
  "lost 10": { linkLostSinceMs: ago(10) },
  "mute 29": { unconfirmedSinceMs: ago(29) },
  "mute 30": { unconfirmedSinceMs: ago(30) },
  "sign 119": { unsignedSinceMs: ago(119) },
  "sign 120": { unsignedSinceMs: ago(120) },
  "mute+sign": { unconfirmedSinceMs: ago(30), unsignedSinceMs: ago(120) },
  all: { linkLostSinceMs: ago(10), unconfirmedSinceMs: ago(30), unsignedSinceMs: ago(120) },
  dead: { deadMan: true },
};

/**
 * `3`: three tones (T3), because gas always sounds there; `4`: T4; `3 link`: because the link is
 * lost; `·`: silent.
 */
const table: Readonly<Record<string, string>> = {
  home: `
level    well    lost 9  lost 10  mute 29  mute 30  sign 119  sign 120  mute+sign  all     dead
nothing  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
fault    ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre gas  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre CO   ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
gas      3       3       3        3        3        3         3         3          3       3 dead
CO       4       4       4        4        4        4         4         4          4       3 dead
`,
  siren: `
level    well    lost 9  lost 10  mute 29  mute 30  sign 119  sign 120  mute+sign  all     dead
nothing  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
fault    ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre gas  3       3       3        3        3        3         3         3          3       3 dead
pre CO   4       4       4        4        4        4         4         4          4       3 dead
gas      3       3       3        3        3        3         3         3          3       3 dead
CO       4       4       4        4        4        4         4         4          4       3 dead
`,
  "duty room": `
level    well    lost 9  lost 10  mute 29  mute 30  sign 119  sign 120  mute+sign  all     dead
nothing  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
fault    chirp   chirp   chirp    chirp    chirp    chirp     chirp     chirp      chirp   3 dead
pre gas  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre CO   ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
gas      ·       ·       3 link   ·        3 mute   ·         3 sign    3 mute     3 link  3 dead
CO       ·       ·       4 link   ·        4 mute   ·         4 sign    4 mute     4 link  3 dead
`,
  "only link": `
level    well    lost 9  lost 10  mute 29  mute 30  sign 119  sign 120  mute+sign  all     dead
nothing  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
fault    ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre gas  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre CO   ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
gas      ·       ·       3 link   ·        ·        ·         ·         ·          3 link  3 dead
CO       ·       ·       4 link   ·        ·        ·         ·         ·          4 link  3 dead
`,
  "only mute": `
level    well    lost 9  lost 10  mute 29  mute 30  sign 119  sign 120  mute+sign  all     dead
nothing  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
fault    ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre gas  ·       ·       ·        ·        3 mute   ·         ·         3 mute     3 mute  3 dead
pre CO   ·       ·       ·        ·        4 mute   ·         ·         4 mute     4 mute  3 dead
gas      ·       ·       ·        ·        3 mute   ·         ·         3 mute     3 mute  3 dead
CO       ·       ·       ·        ·        4 mute   ·         ·         4 mute     4 mute  3 dead
`,
  "only sign": `
level    well    lost 9  lost 10  mute 29  mute 30  sign 119  sign 120  mute+sign  all     dead
nothing  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
fault    chirp   chirp   chirp    chirp    chirp    chirp     chirp     chirp      chirp   3 dead
pre gas  ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
pre CO   ·       ·       ·        ·        ·        ·         ·         ·          ·       3 dead
gas      ·       ·       ·        ·        ·        ·         3 sign    3 sign     3 sign  3 dead
CO       ·       ·       ·        ·        ·        ·         4 sign    4 sign     4 sign  3 dead
`,
};

/** The same table, as `decideBuzzer` makes it. */
const tableOf = (buzzer: BuzzerPolicy, hushedUntilMs?: MonoMs): readonly string[][] => {
  const does = (demand: Demand, { unsignedSinceMs, ...situation }: Circumstance): string => {
    const asked = [{ ...demand, unsignedSinceMs, hushedUntilMs }];
    return inShort(decideBuzzer(buzzer, asked, { ...well, ...situation }, policy));
  };
  const rows = Object.entries(levels).map(([level, demand]) =>
    [level].concat(Object.values(circumstances).map((one) => does(demand, one))),
  );
  return [["level", ...Object.keys(circumstances)], ...rows];
};

const inShort = (command: BuzzerCommand): string => {
  if (command.state === "off") return "·";
  const tones = { t3: "3", t4: "4", chirp: "chirp" }[command.pattern];
  return `${tones} ${causes[command.cause]}`.trim();
};

const causes: Readonly<Record<BuzzerCause, string>> = {
  always: "",
  "link-lost": "link",
  "no-receipt": "mute",
  "no-ack": "sign",
  "dead-man": "dead",
  // What the only chirp here is for.
  fault: "",
  "self-test": "test",
};

const cellsOf = (text: string): readonly string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(/ {2,}/u));

describe.each(Object.entries(buzzers))("level × cause × hush × result: %s", (name, buzzer) => {
  const written = cellsOf(table[name] ?? "");

  test("not hushed", () => {
    expect(tableOf(buzzer)).toEqual(written);
  });

  test("hushed until now: it sounds again", () => {
    expect(tableOf(buzzer, ago(0))).toEqual(written);
  });

  test("hushed: silent but for the dead-man, who does not know, and for faults", () => {
    const goesOn = new Set([...Object.keys(levels), "3 dead", "chirp"]);
    const [head = [], ...rows] = written;
    const hushed = rows.map((row) => row.map((cell) => (goesOn.has(cell) ? cell : "·")));
    expect(tableOf(buzzer, ago(-0.001))).toEqual([head, ...hushed]);
  });
});
