import * as fc from "fast-check";
import { expect, test } from "vitest";
import { alarmClasses, isDanger } from "./alarm.ts";
import { gatewayWords, whyNotEnded, type EndFacts } from "./end-alarm.ts";

const forgotten: EndFacts = {
  condition: "active",
  word: "forgotten",
  alarmClass: "co",
  caseIsOpen: true,
  reading: { gas: "co", value: 0, by: "wang" },
};
const why = (change: Partial<EndFacts>, name = "chen") =>
  whyNotEnded({ ...forgotten, ...change }, name)?.en;

test("a forgotten alarm with clean air on the scene is ended by somebody else", () => {
  expect(why({})).toBeUndefined();
  expect(why({ word: "gone" })).toBeUndefined();
  expect(why({}, "wang")).toContain("another person");
});

test("a gateway that may still end it is waited for", () => {
  expect(why({ word: "stands" })).toContain("it stands");
  expect(why({ word: "behind" })).toContain("nothing of the detector since");
  expect(why({ word: "lost" })).toContain("Find the gateway");
});

test("10 ppm of CO, or 2 %LEL of gas, is not clean air", () => {
  expect(why({ reading: { gas: "co", value: 9.9, by: "wang" } })).toBeUndefined();
  expect(why({ reading: { gas: "co", value: 10, by: "wang" } })).toContain("not below 10 ppm");
  const lel = (value: number) =>
    why({ alarmClass: "gas", reading: { gas: "combustible", value, by: "wang" } });
  expect(lel(1.9)).toBeUndefined();
  expect(lel(2)).toContain("not below 2 %LEL");
  expect(lel(Number.NaN)).toContain("not below");
});

test("what is over, or has no open case, is not ended", () => {
  expect(why({ condition: "returned" })).toContain("over already");
  expect(why({ caseIsOpen: false })).toContain("open the case again");
});

test("gas and CO are never ended where nobody has measured, whatever else is known", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...alarmClasses),
      fc.constantFrom(...gatewayWords),
      fc.boolean(),
      (alarmClass, word, caseIsOpen) => {
        const { reading: _, ...unmeasured } = { ...forgotten, alarmClass, word, caseIsOpen };
        const refusal = whyNotEnded(unmeasured, "chen");
        const waits = !["forgotten", "gone"].includes(word);
        expect(refusal !== undefined).toBe(waits || isDanger(alarmClass));
        if (refusal !== undefined) expect(refusal.zh).not.toBe("");
      },
    ),
  );
});
