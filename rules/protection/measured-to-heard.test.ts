/** From what a detector says to what is heard, and who may hush it, by the default limits. */
import { describe, expect, test } from "vitest";
import type { BuzzerCommand } from "#domain/buzzer.ts";
import { userId } from "#domain/ids.ts";
import { minutes, monoMs, seconds } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import { fromAfar, onSite } from "#test/compliance/sounding.ts";
import {
  beyond,
  co,
  instant,
  lel,
  noLevel,
  openBench,
  says,
  verdict,
  type Bench,
} from "#test/compliance/timetable.ts";
import type { Command } from "../commands.ts";
import { decideBuzzer, type BuzzerPolicy, type ProtectionPolicy } from "./decide.ts";
import { demandOf } from "./demand.ts";

/** All that is said is over by then; the center cannot be reached, and nobody signs. */
const atSeconds = 10_000;

/** Says the same every `every` seconds until now. */
const forSeconds =
  (lasts: number, every: number, ...findings: readonly Finding[]) =>
  (home: Bench): void => {
    for (let ago = lasts; ago > 0; ago -= every) home.says(atSeconds - ago, ...findings);
    home.says(atSeconds, ...findings);
  };
const now = (...findings: readonly Finding[]) => forSeconds(0, 1, ...findings);
const inTurn =
  (...sayings: readonly ((home: Bench) => void)[]) =>
  (home: Bench): void =>
    sayings.forEach((saying) => {
      saying(home);
    });
const before =
  (secondsBefore: number, ...findings: readonly Finding[]) =>
  (home: Bench) => {
    home.says(atSeconds - secondsBefore, ...findings);
  };
const byHand = (secondsBefore: number, command: Command) => (home: Bench) => {
  expect(home.does(atSeconds - secondsBefore, command).refused).toBeUndefined();
};
const hold = { by: userId("赵军"), reason: "换表", duration: minutes(60) };

const lives: Readonly<Record<string, (home: Bench) => void>> = {
  "clean air": now(co(2), lel(0)),
  "CO 30 ppm for two hours": forSeconds(7_200, 60, co(30)),
  "CO 60 ppm for half an hour": forSeconds(1_800, 60, co(60)),
  "CO 60 ppm for 72 minutes": forSeconds(4_320, 60, co(60)),
  "CO 150 ppm for 15 minutes": forSeconds(900, 60, co(150)),
  "CO 299 ppm just now": now(co(299)),
  "CO 300 ppm just now": now(co(300)),
  "CO 300 ppm, now 34": inTurn(before(5, co(300)), now(co(34))),
  "gas 9.9 %LEL for a minute": forSeconds(60, 10, lel(9.9)),
  "gas 2, 5, 8 %LEL": inTurn(before(12, lel(2)), before(6, lel(5)), now(lel(8))),
  "gas 10 %LEL for 4 s": forSeconds(4, 1, lel(10)),
  "gas 10 %LEL for 5 s": forSeconds(5, 1, lel(10)),
  "gas 10 %LEL, now 9": inTurn(before(20, lel(10)), now(lel(9))),
  "gas 19.9 %LEL for 5 s": forSeconds(5, 1, lel(19.9)),
  "gas 20 %LEL just now": now(lel(20)),
  "gas 12 %LEL and CO 300 ppm": forSeconds(10, 5, lel(12), co(300)),
  "gas beyond the range": now(beyond(lel(100))),
  "its own low alarm": now(verdict("methane", true, "low")),
  "its own high alarm": now(verdict("methane", true, "high")),
  "its own alarm for CO": now(verdict("co", true)),
  "its own alarm in a test": now(says("self-test"), verdict("co", true)),
  "CO 300 ppm in a test": now(says("self-test"), co(300)),
  "a broken sensor": now(says("sensor-fault")),
  "no number where one belongs": now(noLevel("sentinel", "methane")),
  "nothing for 3 minutes": before(200, co(2)),
  "gas 12 %LEL, then nothing": before(200, lel(12)),
  "gas 9 %LEL, then broken": inTurn(
    before(20, lel(12)),
    before(10, lel(9)),
    now(says("sensor-fault")),
  ),
  "its own low alarm, shelved": inTurn(
    byHand(60, { kind: "shelve", rule: "device-alarm-co", ...hold }),
    now(verdict("co", true, "low")),
  ),
  "its own high alarm, shelved": inTurn(
    byHand(60, { kind: "shelve", rule: "device-alarm-co", ...hold }),
    now(verdict("co", true, "high")),
  ),
  "gas 30 %LEL, out of service": inTurn(
    byHand(60, { kind: "take-out-of-service", confirmedOnSite: true, ...hold }),
    now(lel(30)),
  ),
};

/** As in `buzzers.test.ts`; `from afar`, `on site`: whether somebody there may hush it. */
const table = `
what the detector says       home  siren  duty room  from afar  on site
clean air                    ·     ·      ·          no         no
CO 30 ppm for two hours      ·     4      ·          no         no
CO 60 ppm for half an hour   ·     4      ·          no         no
CO 60 ppm for 72 minutes     4     4      4          no         yes
CO 150 ppm for 15 minutes    4     4      4          no         no
CO 299 ppm just now          ·     ·      ·          no         no
CO 300 ppm just now          4     4      4          no         no
CO 300 ppm, now 34           4     4      4          yes        yes
gas 9.9 %LEL for a minute    ·     ·      ·          no         no
gas 2, 5, 8 %LEL             ·     3      ·          no         no
gas 10 %LEL for 4 s          ·     ·      ·          no         no
gas 10 %LEL for 5 s          3     3      3          no         yes
gas 10 %LEL, now 9           3     3      3          yes        yes
gas 19.9 %LEL for 5 s        3     3      3          no         yes
gas 20 %LEL just now         3     3      3          no         no
gas 12 %LEL and CO 300 ppm   4     4      4          no         no
gas beyond the range         3     3      3          no         no
its own low alarm            3     3      3          no         yes
its own high alarm           3     3      3          no         no
its own alarm for CO         4     4      4          no         yes
its own alarm in a test      ·     ·      ·          no         no
CO 300 ppm in a test         4     4      4          no         no
a broken sensor              ·     ·      chirp      no         no
no number where one belongs  ·     ·      chirp      no         no
nothing for 3 minutes        ·     ·      chirp      no         no
gas 12 %LEL, then nothing    3     3      3          no         no
gas 9 %LEL, then broken      3     3      3          no         no
its own low alarm, shelved   ·     ·      ·          no         no
its own high alarm, shelved  4     4      4          no         no
gas 30 %LEL, out of service  ·     ·      ·          no         no
`;

const policy: ProtectionPolicy = {
  linkLostAfter: seconds(10),
  noReceiptAfter: seconds(30),
  noAckAfter: seconds(120),
  patterns: { gas: "t3", co: "t4" },
  quietHours: undefined,
};
const buzzers: readonly BuzzerPolicy[] = [
  { causes: ["always"], level: "urgent", chirpsForFaults: false },
  { causes: ["always"], level: "early", chirpsForFaults: false },
  { causes: ["link-lost", "no-receipt", "no-ack"], level: "urgent", chirpsForFaults: true },
];

/** What is heard at home, from the siren and in the duty room. */
const heard = (home: Bench): readonly string[] => {
  const situation = {
    now: instant(atSeconds),
    linkLostSinceMs: monoMs(0),
    unconfirmedSinceMs: undefined,
    deadMan: false,
  };
  return buzzers.map((buzzer) =>
    inShort(decideBuzzer(buzzer, [demandOf(home.state)], situation, policy)),
  );
};

const inShort = (command: BuzzerCommand): string =>
  command.state === "off" ? "·" : { t3: "3", t4: "4", chirp: "chirp" }[command.pattern];

const live = (name: string): Bench => {
  const home = openBench();
  home.says(0, co(2), lel(0));
  // Heard all the time until its story begins, or it would be silent.
  for (let second = 100; second <= atSeconds - 7_400; second += 100) home.says(second, co(2));
  lives[name]?.(home);
  home.wait(atSeconds);
  return home;
};

const [head, ...rows] = table
  .trim()
  .split("\n")
  .map((line) => line.split(/ {2,}/u));

describe("level × cause × hush × result, from the reading on", () => {
  test("every life has its row", () => {
    expect(head).toHaveLength(6);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(lives));
  });

  test.each(rows)("%s: home %s, siren %s, duty room %s", (name = "", ...row) => {
    expect(heard(live(name))).toEqual(row.slice(0, 3));
  });

  test.each(rows)("%s: %s %s %s, hushed from afar %s, on site %s", (name = "", ...row) => {
    for (const [who, may] of [
      [fromAfar, row[3]],
      [onSite, row[4]],
    ] as const) {
      const home = live(name);
      expect(home.does(atSeconds, who).refused === undefined ? "yes" : "no").toBe(may);
      expect(heard(home)).toEqual(may === "yes" ? ["·", "·", "·"] : row.slice(0, 3));
    }
  });
});
