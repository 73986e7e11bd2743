/** Signing for an alarm from two sides that could not hear of one another. */
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { userId } from "#domain/ids.ts";
import { instant, lel, openBench, type Bench } from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";
import { lifeOf } from "./step.ts";

type Acknowledge = Extract<Command, { kind: "acknowledge" }>;

const gasAlarm = (): Bench => {
  const home = openBench();
  home.says(0, lel(12));
  home.wait(10);
  return home;
};
const onBoard = (by: string): Acknowledge => ({
  kind: "acknowledge",
  rule: "combustible",
  by: userId(by),
  origin: { side: "board" },
});
const atDesk = (home: Bench, by: string, atSeconds: number, command = `c-${by}`): Acknowledge => ({
  ...onBoard(by),
  episode: home.events[0]?.episode ?? "",
  seen: home.events.at(-1)?.id ?? "",
  origin: { side: "center", command, askedAtMs: instant(atSeconds).wallMs },
});
const owner = (home: Bench) => home.state.alarms.life[0]?.acknowledgedBy;
const signers = (home: Bench) => home.state.alarms.life[0]?.signatures?.map(({ by }) => by);

describe("two sides that signed while they were cut off from one another", () => {
  test("both stand, and the first by time is the owner: the board", () => {
    const home = gasAlarm();
    home.does(14, onBoard("王强"));
    const { action } = home.does(60, atDesk(home, "李敏", 15));
    expect(action).toMatchObject({ kind: "acknowledged", by: "李敏", origin: { side: "center" } });
    expect(owner(home)).toBe("王强");
    expect(signers(home)).toEqual(["王强", "李敏"]);
  });

  test("or the desk, though its word came later", () => {
    const home = gasAlarm();
    home.does(16, onBoard("王强"));
    home.does(60, atDesk(home, "李敏", 15));
    expect(owner(home)).toBe("李敏");
  });

  test.each([
    ["the desk's word is taken in first", ["center", "board"]],
    ["the board's word is taken in first", ["board", "center"]],
  ] as const)("in the same instant the board comes first, whatever the names: %s", (_, order) => {
    const home = gasAlarm();
    const words = { board: atDesk(home, "甲", 15), center: atDesk(home, "乙", 15) };
    for (const side of order) {
      home.does(60, { ...words[side], origin: { ...words[side].origin, side } });
    }
    expect(signers(home)).toEqual(["甲", "乙"]);
    expect(owner(home)).toBe("甲");
  });

  test("each name is kept with where, when, and by which command", () => {
    const home = gasAlarm();
    home.does(14, onBoard("王强"));
    home.does(60, atDesk(home, "李敏", 15));
    expect(home.state.alarms.life[0]?.signatures).toEqual([
      { by: "王强", atMs: instant(14).wallMs, side: "board" },
      { by: "李敏", atMs: instant(15).wallMs, side: "center", command: "c-李敏" },
    ]);
  });

  test("twenty names at most stand under one alarm", () => {
    const home = gasAlarm();
    for (let n = 1; n <= 20; n += 1) {
      expect(home.does(20 + n, atDesk(home, `值班 ${n}`, 20 + n)).refused).toBeUndefined();
    }
    expect(home.does(60, atDesk(home, "值班 21", 41)).refused).toBe(refusals.nothingToSign);
    expect(signers(home)).toHaveLength(20);
  });

  test("in whatever order their words arrive, the state is the same", () => {
    const seconds = fc.integer({ min: 11, max: 20 });
    const names = fc.uniqueArray(fc.constantFrom<string>("甲", "乙", "丙", "丁"), { minLength: 2 });
    fc.assert(
      fc.property(names, fc.array(seconds, { minLength: 4, maxLength: 4 }), (who, when) => {
        const play = (order: readonly string[]) => {
          const home = gasAlarm();
          for (const by of order) {
            home.does(100, atDesk(home, by, when[who.indexOf(by)] ?? 0));
          }
          return [owner(home), signers(home)];
        };
        expect(play(who.toReversed())).toEqual(play(who));
      }),
    );
  });

  test("a second person at the board itself is told that it is signed", () => {
    const home = gasAlarm();
    home.does(14, onBoard("王强"));
    expect(home.does(15, onBoard("李敏")).refused).toBe(refusals.nothingToSign);
  });
});

describe("a signature from elsewhere is for what its person had seen", () => {
  test("not for what has worsened since", () => {
    const home = gasAlarm();
    const late = atDesk(home, "李敏", 15);
    home.says(20, lel(25));
    expect(home.does(60, late).refused).toBe(refusals.worsenedSince);
    expect(lifeOf(home.state, "combustible")).toBe("unacknowledged");
    expect(home.does(61, atDesk(home, "李敏", 30)).refused).toBeUndefined();
  });

  test("not when what was seen is no event of this alarm", () => {
    const home = gasAlarm();
    const seen = "d1:combustible:boot-one:1#1@boot-one:1";
    expect(home.does(60, { ...atDesk(home, "李敏", 15), seen }).refused).toBe(
      refusals.worsenedSince,
    );
    expect(home.does(61, { ...atDesk(home, "李敏", 15), seen: "" }).refused).toBe(
      refusals.worsenedSince,
    );
  });

  test("for the alarm as it is, when only the alarm is named", () => {
    const home = gasAlarm();
    home.says(20, lel(25));
    const { seen: _, ...named } = atDesk(home, "李敏", 21);
    expect(home.does(22, named).refused).toBeUndefined();
    expect(lifeOf(home.state, "combustible")).toBe("acknowledged");
  });

  test("and for nothing where nothing has alarmed", () => {
    const quiet = openBench();
    const late = atDesk(gasAlarm(), "李敏", 15);
    expect(quiet.does(20, late).refused).toBe(refusals.nothingToSign);
  });

  test("and not for the next alarm", () => {
    const home = gasAlarm();
    const late = atDesk(home, "李敏", 15);
    for (let second = 20; second <= 60; second += 10) home.says(second, lel(0));
    home.says(100, lel(12));
    home.wait(110);
    expect(home.does(120, late).refused).toBe(refusals.otherAlarm);
  });

  test("but for one that has returned meanwhile it holds", () => {
    const home = gasAlarm();
    const late = atDesk(home, "李敏", 15);
    for (let second = 20; second <= 60; second += 10) home.says(second, lel(0));
    expect(lifeOf(home.state, "combustible")).toBe("returned-unacknowledged");
    home.does(120, late);
    expect(lifeOf(home.state, "combustible")).toBe("latched");
    expect(home.does(130, { ...atDesk(home, "赵军", 16), seen: "" }).refused).toBeUndefined();
    expect(owner(home)).toBe("李敏");
  });
});

test("two that are carried out in one instant are two records", () => {
  const home = gasAlarm();
  home.does(60, atDesk(home, "李敏", 15));
  home.does(60, atDesk(home, "赵军", 16));
  expect(new Set(home.actions.map(({ id }) => id)).size).toBe(2);
});
