import { describe, expect, test } from "vitest";
import type { CheckedInput } from "./case-input.ts";
import type { Case, CaseActor, CaseFacts } from "./case.ts";
import { act, day, everything, minute, now, ready } from "./case-sample.testing.ts";
import type { CaseStep, Refusal } from "./decide-case.ts";
import type { Result } from "./result.ts";

/** The refusal's English sentence, or the state it leads to. */
const told = (result: Result<CaseStep, Refusal>): string =>
  result.ok ? result.value.to : result.error.text.en;

describe("a guard", () => {
  test("holds a P1 on scene until it is back to normal and measured below the limit", () => {
    const onScene = { state: "on_scene" } as const;
    const without = { ...everything(1), readings: [] };
    expect(told(act("submit", ["grid"], onScene, { activeDanger: true }))).toContain(
      "still alarms",
    );
    expect(told(act("submit", ["grid"], onScene, { readings: [] }, without))).toContain(
      "no portable",
    );
    const high = { ...without, readings: [{ gas: "co" as const, value: 10 }] };
    expect(told(act("submit", ["grid"], onScene, { readings: [] }, high))).toContain("not below");
    expect(told(act("submit", ["grid"], onScene, { photos: 0 }))).toContain("photo");
    expect(told(act("submit", ["grid"], onScene))).toBe("handled");
    const both = { gases: ["co", "combustible"] as const };
    expect(told(act("submit", ["grid"], onScene, both))).toContain("combustible gas");
  });

  test("sends a case only to somebody with an account over its area, or to a team", () => {
    const accepted = { state: "accepted" } as const;
    const send = (input: CheckedInput) => told(act("dispatch", ["duty"], accepted, {}, input));
    expect(send({})).toContain("name an assignee");
    expect(send({ assignee: "zzz" })).toContain("zzz could not take the job");
    const both = { assignee: "zzz", team: "抢修一队", assigneeWorksHere: false };
    expect(send(both)).toContain("zzz could not take the job");
    expect(send({ assignee: "wang", assigneeWorksHere: true })).toBe("dispatched");
    expect(send({ team: "抢修一队" })).toBe("dispatched");
  });

  test("lets nobody review or close what they have handled themselves", () => {
    const own = { handler: "li" };
    expect(told(act("review_pass", ["duty"], { state: "handled", ...own }))).toContain(
      "another person",
    );
    expect(told(act("close", ["duty"], { state: "verifying", ...own }))).toContain(
      "another person",
    );
    expect(told(act("review_pass", ["duty"], { state: "handled", handler: "wang" }))).toBe(
      "verifying",
    );
  });

  test("closes gas only with a reading below the limit, or evidence when it was never urgent", () => {
    const verifying = { state: "verifying" } as const;
    const bare = { ...everything(1), readings: [] };
    const none = { readings: [], evidence: 0 };
    expect(told(act("close", ["duty"], verifying, none, bare))).toContain("no portable reading");
    expect(told(act("close", ["duty"], verifying, { ...none, evidence: 1 }, bare))).toContain(
      "no portable",
    );
    const mild = { ...verifying, priority: 2, peakPriority: 2 } as const;
    expect(told(act("close", ["duty"], mild, none, bare))).toContain("no portable reading");
    expect(told(act("close", ["duty"], mild, { ...none, evidence: 1 }, bare))).toBe("closed");
    // A photo does not speak against a meter: measured last at 15 %LEL, it stays open.
    const measured = { readings: [{ gas: "combustible", value: 15 }], evidence: 1 } as const;
    expect(told(act("close", ["duty"], { ...mild, kind: "gas" }, measured, bare))).toContain(
      "15 %LEL, is not below",
    );
    expect(told(act("close", ["duty"], { ...mild, kind: "battery" }, none, bare))).toBe("closed");
  });

  test("closes nothing while an alarm stands or waits for its signature", () => {
    const verifying = { state: "verifying" } as const;
    expect(told(act("close", ["duty"], verifying, { activeDanger: true }))).toContain(
      "still stands",
    );
    expect(told(act("close", ["duty"], verifying, { unsigned: 2 }))).toContain("2 alarms");
    const machine = { state: "verifying", priority: 3, peakPriority: 3, kind: "silence" } as const;
    expect(told(act("close", ["system"], machine))).toBe("closed");
    expect(told(act("close", ["system"], machine, { healthyForMs: 30 * minute - 1 }))).toContain(
      "30 min",
    );
  });

  test("takes a call back at its word", () => {
    const close = (verify: NonNullable<CheckedInput["verify"]>, facts: Partial<CaseFacts> = {}) =>
      told(act("close", ["duty"], { state: "verifying" }, facts, { ...everything(1), verify }));
    expect(close({ reached: true, safe: false })).toContain("not confirmed safe");
    expect(close({ reached: true })).toContain("say whether the home is safe");
    expect(close({ reached: true, safe: true, deviceWorks: false })).toContain("does not work");
    expect(close({ reached: true, safe: true, satisfied: "no" })).toContain("dissatisfied");
    expect(
      close({ reached: true, safe: true, satisfied: "no" }, { dissatisfiedBefore: true }),
    ).toBe("closed");
    expect(close({ reached: false })).toContain("3 calls on 2 days");
    expect(close({ reached: false }, { failedCalls: { count: 3, days: 1 } })).toContain(
      "now 3 on 1",
    );
    expect(close({ reached: false }, { failedCalls: { count: 3, days: 2 } })).toBe("closed");
  });

  test("suspends at most 7 days for the community, 30 for the street", () => {
    const suspend = (role: CaseActor, days: number) =>
      told(
        act(
          "suspend",
          [role],
          { state: "accepted", priority: 3 },
          {},
          {
            ...everything(3),
            dueAtMs: now + days * day,
          },
        ),
      );
    expect([suspend("community_lead", 7), suspend("street_lead", 30)]).toEqual([
      "suspended",
      "suspended",
    ]);
    expect(suspend("community_lead", 7.01)).toContain("at most 7 days");
    expect(suspend("street_lead", 30.01)).toContain("at most 30 days");
    expect(suspend("street_lead", -1)).toContain("at most 30 days");
  });

  test("extends once, by somebody above who does not do the work", () => {
    const accepted = { state: "accepted", priority: 3, peakPriority: 3 } as const;
    expect(told(act("extend", ["community_lead"], accepted))).toBe("accepted");
    expect(told(act("extend", ["community_lead"], { ...accepted, extended: true }))).toContain(
      "once",
    );
    expect(told(act("extend", ["community_lead"], { ...accepted, assignee: "li" }))).toContain(
      "one level above",
    );
    expect(told(act("extend", ["community_lead"], { ...accepted, level: "street" }))).toContain(
      "one level above",
    );
    expect(told(act("extend", ["street_lead"], { ...accepted, level: "street" }))).toBe("accepted");
  });

  test("lowers one step, ten quiet minutes after the last alarm, and what was P1 never below P2", () => {
    const lower = (change: Partial<Case>, facts: Partial<CaseFacts> = {}) => {
      const result = act(
        "lower_priority",
        ["street_duty"],
        { state: "on_scene", ...change },
        facts,
      );
      return result.ok ? result.value.patch.priority : result.error.text.en;
    };
    expect(lower({ priority: 1 })).toBe(2);
    expect(lower({ priority: 2, peakPriority: 1 })).toContain("not go below P2");
    expect(lower({ priority: 2, peakPriority: 2 })).toBe(3);
    expect(lower({}, { lastAlarmAtMs: now - 10 * minute + 1 })).toContain("less than 10 minutes");
    expect(lower({}, { activeDanger: true })).toContain("less than 10 minutes");
  });

  test("sends a P1 out by itself after 60 s without a signature, and not before", () => {
    const auto = (waitedMs: number, unsigned = 1) =>
      told(act("auto_dispatch", ["system"], { createdAtMs: now - waitedMs }, { unsigned }));
    expect(auto(60_000)).toBe("dispatched");
    expect(auto(59_999)).toContain("only after 60 s");
    expect(auto(90_000, 0)).toContain("only after 60 s");
  });

  test("proves an arrival within 100 m, by the door's code, or by a reason", () => {
    const arrive = (input: CheckedInput) =>
      told(act("arrive", ["grid"], { state: "responding" }, {}, input));
    expect(arrive({})).toContain("not proven");
    expect(arrive({ distanceM: 101 })).toContain("not proven");
    expect([
      arrive({ distanceM: 100 }),
      arrive({ doorCodeFits: true }),
      arrive({ reason: "门牌损坏" }),
    ]).toEqual(["on_scene", "on_scene", "on_scene"]);
  });

  test("keeps a job for whom it was given to", () => {
    const given = { state: "dispatched", assignee: "wang" } as const;
    expect(told(act("take", ["grid"], given))).toContain("given to wang");
    expect(told(act("take", ["grid"], given, {}, undefined, "wang"))).toBe("responding");
    expect(told(act("take", ["grid"], { state: "dispatched" }))).toBe("responding");
  });

  test("merges only into something real, urgent and related; what is staged stays apart", () => {
    const merge = (target: Partial<NonNullable<CaseFacts["target"]>>, change: Partial<Case> = {}) =>
      told(act("merge", ["duty"], change, { target: { ...ready.target!, ...target } }));
    expect(merge({})).toBe("merged");
    expect(merge({ priority: 2 })).toContain("at least as urgent");
    expect(merge({ state: "closed" })).toContain("under way");
    expect(merge({ staged: true })).toContain("never merged");
    expect(merge({}, { drill: true })).toContain("never merged");
    expect(merge({ sameHome: false, sameCause: false })).toContain("same home and kind");
    expect(merge({ sameHome: false })).toBe("merged");
  });

  test("voids no device's alarm, only duplicates and tests", () => {
    const minor = { priority: 3, peakPriority: 3 } as const;
    expect(told(act("void", ["street_duty"], minor, { deviceAlarms: 1 }))).toContain("never void");
    expect(told(act("void", ["street_duty"], minor))).toBe("voided");
    expect(told(act("void", ["street_duty"], { ...minor, test: true }, { deviceAlarms: 1 }))).toBe(
      "voided",
    );
  });

  test("keeps what was raised with the district, and casualties, up there", () => {
    expect(told(act("upper_accept", ["street_duty"], { level: "district" }))).toContain("district");
    expect(told(act("upper_accept", ["district"], { level: "district" }))).toBe("reported");
    const hurt = { priority: 2, casualty: true } as const;
    expect(told(act("return_down", ["street_duty"], hurt))).toContain("hurt");
    expect(
      told(act("reopen", ["street_duty"], { state: "closed", enteredAtMs: now - 7 * day - 1 })),
    ).toContain("7 days ago");
  });
});
