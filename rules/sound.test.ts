import { describe, expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import { lel, openBench, verdict, type Bench } from "#test/compliance/timetable.ts";
import { refusals, type Command } from "./commands.ts";
import { lifeOf } from "./step.ts";

const by = userId("李敏");
const state = (home: Bench) => lifeOf(home.state, "combustible");

describe("the sound alone", () => {
  const hush: Command = {
    kind: "hush",
    by,
    reason: "已通风",
    duration: minutes(10),
    confirmedOnSite: false,
  };

  test("is hushed below the threshold for ten minutes, and comes back with a worse level", () => {
    const home = openBench();
    expect(home.does(0, hush).refused).toBe(refusals.notSounding);
    home.says(1, lel(12));
    home.says(10, lel(9));
    expect(home.does(11, hush).refused).toBeUndefined();
    expect(home.sounding()).toBe("none");
    expect(state(home)).toBe("unacknowledged");
    home.says(20, lel(22));
    expect(home.sounding()).toBe("gas");
    expect(home.actions.map((one) => one.kind)).toEqual(["hushed", "hush-broken"]);
  });

  test("comes back by itself", () => {
    const home = openBench();
    home.says(1, lel(12));
    home.says(10, lel(9));
    home.does(11, hush);
    for (let second = 60; second <= 600; second += 60) home.says(second, lel(9));
    expect(home.sounding()).toBe("none");
    home.wait(612);
    expect(home.sounding()).toBe("gas");
  });

  test("is refused above the threshold, unless someone on site vouches, and at the high level always", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.wait(6);
    expect(home.does(7, hush).refused).toBe(refusals.cannotHush);
    expect(home.does(8, { ...hush, duration: minutes(11) }).refused).toBeDefined();
    expect(home.does(9, { ...hush, confirmedOnSite: true }).refused).toBeUndefined();
    home.says(10, lel(25));
    expect(home.does(11, { ...hush, confirmedOnSite: true }).refused).toBe(refusals.hushedOnce);
  });
});

describe("chatter", () => {
  test("60 beginnings in a minute are one alarm, a tag and a count", () => {
    const home = openBench();
    for (let toggle = 0; toggle < 60; toggle += 1) {
      home.says(toggle, verdict("co", true));
      home.says(toggle + 0.5, verdict("co", false));
    }
    expect(home.story()).toEqual(["0 raised device-alarm-co", "2 worsened device-alarm-co"]);
    expect(home.events[1]?.chatter).toBe(3);
    expect(home.sounding()).toBe("co");
    home.wait(200);
    expect(home.events[2]).toMatchObject({ kind: "returned", chatter: 60 });
    expect(home.events[2]?.at.monoMs).toBe(119_500);
  });

  test("slow chatter is tagged at the third alarm within ten minutes, and forgotten after", () => {
    const home = openBench();
    for (const second of [0, 60, 120]) {
      home.says(second, verdict("co", true));
      home.says(second + 10, verdict("co", false));
    }
    expect(home.events.map((event) => event.chatter)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      3,
    ]);
    home.wait(1_000);
    home.says(1_001, verdict("co", true));
    expect(home.events.at(-1)?.chatter).toBeUndefined();
  });
});
