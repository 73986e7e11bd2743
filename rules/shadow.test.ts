/** Rules on trial beside the rules in force; how they do in a gateway is in `test/scenarios/`. */
import { expect, test } from "vitest";
import { userId } from "#domain/ids.ts";
import { defaultRules, detector, instant, reportAt, verdict } from "#test/compliance/timetable.ts";
import { beginShadow, stepWithShadow } from "./shadow.ts";
import { initialState, lifeOf, type JudgeInput } from "./step.ts";

test("a signature is for the live alarm: the one on trial stays as it was, and time passes in it", () => {
  const live = initialState(detector, instant(0));
  const report: JudgeInput = {
    kind: "report",
    report: reportAt(instant(1), verdict("methane", true)),
  };
  const raised = stepWithShadow(
    live,
    beginShadow(live, instant(0)),
    report,
    defaultRules,
    defaultRules,
  );
  const command: JudgeInput = {
    kind: "command",
    command: { kind: "acknowledge", rule: "device-alarm-gas", by: userId("李敏") },
    now: instant(200),
  };
  const signed = stepWithShadow(raised.state, raised.shadow, command, defaultRules, defaultRules);
  expect(lifeOf(signed.state, "device-alarm-gas")).toBe("acknowledged");
  expect(signed.shadow.alarms.life).toEqual([]);
  expect(signed.actions.map(({ kind }) => kind)).toEqual(["acknowledged"]);
  expect(signed.shadowEvents.map(({ rule, held }) => [rule, held?.by])).toEqual([
    ["silence", "shadow"],
  ]);
});
