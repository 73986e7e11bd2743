import { describe, expect, test } from "vitest";
import type { ActionOrigin } from "#domain/action.ts";
import { userId } from "#domain/ids.ts";
import { hours } from "#domain/quantity.ts";
import { openBench } from "#test/compliance/timetable.ts";
import type { Command } from "./commands.ts";

const origin: ActionOrigin = { side: "board", source: "192.168.1.20" };
const by = userId("赵军");
const hold = { by, origin, reason: "地板打蜡", duration: hours(2) } as const;
const onAll = { ...hold, kind: "take-out-of-service", confirmedOnSite: false } as const;

describe("the record of a hold says at which screen it was put, and at which it was lifted", () => {
  test.each<readonly [string, Command, Command]>([
    [
      "shelved",
      { ...hold, kind: "shelve", rule: "combustible" },
      { by, origin, kind: "unshelve", rule: "combustible" },
    ],
    ["out of service", onAll, { by, origin, kind: "return-to-service" }],
  ])("%s", (_, put, lift) => {
    const home = openBench();
    expect(home.does(0, put).action).toMatchObject({ origin, reason: "地板打蜡" });
    expect(home.does(30, lift).action).toMatchObject({ origin, reason: "地板打蜡" });
  });

  test("nobody lifts without a name", () => {
    const home = openBench();
    home.does(0, onAll);
    const nobody = userId(" ");
    expect(home.does(30, { by: nobody, kind: "return-to-service" }).refused?.en).toContain("name");
  });
});
