/** A detector that is gone cannot end its alarm; a person who was there can. */
import { expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { co, lel, openBench, type Bench } from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";
import { lifeOf } from "./step.ts";

const by = userId("王强");
const gone: Command = {
  kind: "write-off",
  by,
  reason: "厨房装修,探测器已拆",
  origin: { side: "board" },
};
/** Alarms at 0 s and is never heard again. */
const takenDown = (): Bench => {
  const home = openBench();
  home.says(0, lel(12), co(2));
  home.wait(300);
  return home;
};

test("its alarm ends in that person's name, and wants a signature and a reset like any other", () => {
  const home = takenDown();
  const rule = "combustible";
  expect(home.does(610, gone)).toMatchObject({
    refused: undefined,
    action: { kind: "written-off", by, reason: "厨房装修,探测器已拆", origin: { side: "board" } },
  });
  expect(home.events.at(-1)).toMatchObject({ kind: "returned", rule });
  expect(home.events.at(-1)?.cause.text.zh).toContain("王强");
  expect(home.sounding()).toBe("none");
  expect(lifeOf(home.state, rule)).toBe("returned-unacknowledged");
  home.does(620, { kind: "acknowledge", rule, by });
  home.does(630, { kind: "reset", rule, by, reason: "已拆" });
  expect(lifeOf(home.state, rule)).toBe("normal");
});

test("nothing of what it had measured raises it again, and its silence goes on being told", () => {
  const home = takenDown();
  home.does(610, gone);
  home.wait(90_000);
  expect(home.story().filter((line) => /raised|worsened/.test(line))).toEqual([
    "5 raised combustible",
    "180 raised silence",
  ]);
  expect(home.state.alarms.episodes).toMatchObject([{ rule: "silence" }]);
});

test("one that has spoken within ten minutes is not gone", () => {
  const home = takenDown();
  home.says(900, lel(12));
  home.wait(1_400);
  const word = home.state.atMs / 1_000;
  const before = home.state;
  expect(home.does(word + 599.999, gone).refused).toEqual(refusals.stillSpeaks);
  expect(home.state).toBe(before);
  expect(home.does(word + 600, gone).refused).toBeUndefined();
});

test("it needs a name, a reason, and an alarm of gas or carbon monoxide", () => {
  const home = takenDown();
  expect(home.does(610, { ...gone, reason: " " }).refused).toEqual(refusals.nameless);
  expect(home.does(610, { ...gone, by: userId("") }).refused).toEqual(refusals.nameless);
  home.does(610, gone);
  expect(home.does(611, gone).refused).toEqual(refusals.nothingStands);
  const well = openBench();
  well.says(0, lel(0));
  expect(well.does(1_000, gone).refused).toEqual(refusals.nothingStands);
});

test("a detector that speaks again after all is judged from then on as any", () => {
  const home = takenDown();
  home.does(610, gone);
  home.says(700, lel(12));
  home.wait(706);
  expect(home.story().slice(-2)).toEqual(["700 returned silence", "705 raised combustible"]);
});
