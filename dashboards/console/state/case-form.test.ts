import { expect, test } from "vitest";
import { caseFlow } from "#domain/case-flow.ts";
import { needs } from "#domain/case-needs.ts";
import { aCase, now, ready } from "#domain/case-sample.testing.ts";
import { fieldsFor, requiredFor, toInput } from "./case-form.ts";

test("every step of the flow asks for what it needs", () => {
  const asked = (needs: readonly string[]) => fieldsFor(needs).filter((field) => field !== "note");
  for (const { id, needs } of caseFlow) {
    const typed = needs.filter((need) => need !== "photo");
    expect(asked(needs).length > 0, id).toBe(typed.length > 0);
    for (const need of typed) expect(asked([need]).length, `${id} ${need}`).toBeGreaterThan(0);
  }
});

test("what two needs ask alike is asked once", () => {
  expect(fieldsFor(["arrivalProof", "reason"])).toEqual(["doorCode", "reason", "note"]);
});

test("what was left empty is left out", () => {
  expect(toInput({ reason: "  ", note: " 已敲门 " }, 0)).toEqual({ note: "已敲门" });
});

test("readings, hours and a call back are what the center understands", () => {
  expect(
    toInput(
      { co: "3", combustible: "0.5", hours: "24", reached: "yes", safe: "no", satisfied: "no" },
      1_000,
    ),
  ).toEqual({
    readings: [
      { gas: "co", value: 3 },
      { gas: "combustible", value: 0.5 },
    ],
    dueAtMs: 86_401_000,
    verify: { reached: true, safe: false, satisfied: "no" },
  });
});

test("a reading of nothing is not a reading of zero", () => {
  expect(toInput({ co: "" }, 0)).toEqual({});
});

test("what is marked as required is asked for, and the flow refuses the step without it", () => {
  const marked = new Set<string>();
  for (const { needs: wanted } of caseFlow) {
    for (const field of requiredFor(wanted)) {
      expect(fieldsFor(wanted)).toContain(field);
      marked.add(field);
    }
  }
  expect(marked).toContain("reason");
  for (const need of caseFlow.flatMap(({ needs: wanted }) => wanted)) {
    const required = requiredFor([need]);
    const attempt = {
      theCase: aCase(),
      facts: ready,
      as: new Set(["duty"] as const),
      name: "li",
      nowMs: now,
    };
    if (required.size > 0) expect(needs[need]({}, attempt), need).toBeDefined();
  }
});

test("where one of several answers is enough, none is marked", () => {
  expect(requiredFor(["assigneeOrTeam", "arrivalProof", "dueOrReason", "photo"]).size).toBe(0);
  expect([...requiredFor(["note"])]).toEqual(["note"]);
});
