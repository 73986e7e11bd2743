import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Priority } from "./alarm.ts";
import { caseActions, type CaseAction } from "./case-flow.ts";
import type { CheckedInput } from "./case-input.ts";
import {
  caseActors,
  caseLevels,
  caseStates,
  type Case,
  type CaseActor,
  type CaseFacts,
  type CaseState,
} from "./case.ts";
import { decide, offers, type CaseStep, type Refusal } from "./decide-case.ts";
import type { Result } from "./result.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const now = 1_795_000_000_000;
const priorities: readonly Priority[] = [1, 2, 3, 4];

const aCase = (change: Partial<Case> = {}): Case => ({
  id: "AJ-000001",
  state: "reported",
  version: 1,
  priority: 1,
  peakPriority: 1,
  level: "community",
  kind: "co",
  source: "gateway",
  drill: false,
  test: false,
  home: "household:1",
  area: "/pidu/anjing/xian/",
  pendingUpper: true,
  extended: false,
  casualty: false,
  createdAtMs: now - 8 * day,
  enteredAtMs: now - 7 * day,
  roundAtMs: now - 7 * day,
  ...change,
});

/** Everything is as it has to be for the next step. */
const ready: CaseFacts = {
  activeDanger: false,
  deviceAlarms: 0,
  unsigned: 0,
  lastAlarmAtMs: now - 30 * minute,
  gases: ["co"],
  readings: [{ gas: "co", value: 3 }],
  photos: 1,
  evidence: 1,
  contacted: true,
  healthyForMs: 30 * minute,
  failedCalls: { count: 0, days: 0 },
  dissatisfiedBefore: false,
  target: {
    id: "AJ-000002",
    state: "accepted",
    priority: 1,
    staged: false,
    sameHome: true,
    sameKind: true,
    sameCause: true,
  },
};

/** Everything anybody may bring along. */
const everything = (priority: Priority): CheckedInput => ({
  reason: "理由",
  assignee: "wang",
  doorCodeFits: true,
  conclusion: "C1",
  readings: [{ gas: "co", value: 3 }],
  contact: { with: "户主", channel: "phone", said: "已开窗" },
  external: { who: "119", reached: true, said: "已出动" },
  dueAtMs: now + day,
  interim: "已关阀",
  instruction: "立即到场",
  target: "AJ-000002",
  cause: "数值上升",
  ...(priority > 1 && { priority: 1 }),
  verify: { reached: true, safe: true, deviceWorks: true, satisfied: "yes" },
});

const act = (
  action: CaseAction,
  roles: readonly CaseActor[],
  change: Partial<Case> = {},
  facts: Partial<CaseFacts> = {},
  input?: CheckedInput,
  name = "li",
): Result<CaseStep, Refusal> => {
  const theCase = aCase(change);
  return decide(
    theCase,
    { ...ready, ...facts },
    {
      action,
      by: { name, roles: new Set(roles) },
      input: input ?? everything(theCase.priority),
      nowMs: now,
    },
  );
};

/** What the street's own table says, arrow by arrow, with the two rows of our own. */
const givenArrows = ((): ReadonlyMap<string, string> => {
  const { transitions } = JSON.parse(
    readFileSync(new URL("../test/vectors/event-flow.json", import.meta.url), "utf8"),
  );
  const arrows = new Map<string, string>();
  const add = (from: string, action: string, actor: string, prio: string, to: string) => {
    for (const p of prio) arrows.set(`${from} ${action} ${actor} P${p} → `, to);
  };
  for (const row of transitions) {
    for (const actor of row.actors) add(row.from_, row.action, actor, row.prio, row.to);
  }
  for (const state of ["dispatched", "responding", "on_scene", "handled", "verifying"]) {
    for (const actor of ["duty", "grid", "street_duty", "district"]) {
      add(state, "accept", actor, "1234", state);
    }
  }
  add("reported", "merge", "system", "1234", "merged");
  return arrows;
})();

test("over all states, actions, actors, priorities and levels exactly the arrows of the table are taken", () => {
  let taken = 0;
  for (const state of caseStates)
    for (const action of caseActions)
      for (const actor of caseActors)
        for (const priority of priorities)
          for (const level of caseLevels) {
            const unsigned = action === "accept" || action === "auto_dispatch" ? 1 : 0;
            const change = { state, priority, level, peakPriority: priority };
            const result = act(action, [actor], change, { unsigned });
            const to = result.ok ? result.value.to : "";
            const arrow = `${state} ${action} ${actor} P${priority} → `;
            const given = givenArrows.get(arrow);
            if (result.ok) {
              expect(`${arrow}${to}`).toBe(`${arrow}${given ?? "nothing"}`);
              taken += 1;
            } else {
              expect(result.error.text.zh).toMatch(/\p{Script=Han}/u);
              expect(result.error.text.en).toMatch(/[a-z]{3}/);
              // An arrow of the table is refused for a guard of level or priority alone.
              if (given !== undefined) {
                expect(`${arrow}${level} ${result.error.text.en}`).toMatch(refusedForLevel);
              }
            }
          }
  expect(taken).toBeGreaterThan(2_000);
});

const refusedForLevel = new RegExp(
  [
    "escalate .*district it is at the district already",
    "upper_accept street_duty .*district it was raised to the district",
    "return_down .*grid it is at the grid already",
    "extend community_lead .*(street|district) an extension is granted one level above",
    "raise_priority .* P1 .*give a more urgent priority",
    "lower_priority .* P4 .*lowest priority already",
    "close system P[12] .*closed by a person",
  ].join("|"),
);

test("an administrator, and nobody at all, can do nothing", () => {
  for (const state of caseStates)
    for (const action of caseActions) expect(act(action, [], { state }).ok).toBe(false);
});

describe("whatever people do, in whatever order", () => {
  /** Every state that can be reached for a priority that nothing changes. */
  const reachable = (priority: Priority, without: readonly CaseState[]): ReadonlySet<CaseState> => {
    const seen = new Set<CaseState>(["reported"]);
    for (const state of seen) {
      for (const action of caseActions)
        for (const actor of caseActors) {
          if (action === "raise_priority" || action === "lower_priority") continue;
          const change = { state, priority, peakPriority: priority };
          const result = act(action, [actor], change, { unsigned: 0 });
          if (result.ok && !without.includes(result.value.to)) seen.add(result.value.to);
        }
    }
    return seen;
  };

  test("P1 does not close without being on scene, handled and verified; P1 and P2 are never suspended or void", () => {
    for (const step of ["on_scene", "handled", "verifying"] as const) {
      expect(reachable(1, [step]).has("closed")).toBe(false);
    }
    for (const priority of [1, 2] as const) {
      expect(reachable(priority, []).has("suspended")).toBe(false);
      expect(reachable(priority, []).has("voided")).toBe(false);
    }
  });

  test("every case can come to its end", () => {
    for (const priority of priorities) expect(reachable(priority, []).has("archived")).toBe(true);
  });

  test("no step changes what it must not: a patch holds fields of the case only, the level moves by one", () => {
    fc.assert(
      fc.property(
        fc.record({
          state: fc.constantFrom(...caseStates),
          action: fc.constantFrom(...caseActions),
          roles: fc.subarray([...caseActors], { minLength: 1 }),
          priority: fc.constantFrom(...priorities),
          level: fc.constantFrom(...caseLevels),
          active: fc.boolean(),
        }),
        ({ state, action, roles, priority, level, active }) => {
          const change = { state, priority, level, peakPriority: priority };
          const result = act(action, roles, change, { activeDanger: active, unsigned: 1 });
          if (!result.ok) return;
          const { patch } = result.value;
          const before = caseLevels.indexOf(level);
          const after = caseLevels.indexOf(patch.level ?? level);
          expect(Math.abs(after - before)).toBeLessThanOrEqual(1);
          if (patch.priority !== undefined && action === "lower_priority") {
            expect(patch.priority).toBe(priority + 1);
          }
          // While gas or CO stands nothing ends and nothing is put off.
          if (active) expect(["verifying", "closed", "suspended"]).not.toContain(patch.state);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

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
    expect(close({ reached: true })).toContain("not confirmed safe");
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

test("escalation adds a level and a signature of its own; the state stays with those below", () => {
  const result = act("escalate", ["duty"], { state: "on_scene", pendingUpper: false });
  expect(result.ok && result.value).toMatchObject({
    to: "on_scene",
    patch: { level: "street", pendingUpper: true },
  });
  const low = act("escalate", ["duty"], { level: "grid", pendingUpper: false });
  expect(low.ok && low.value.patch).toMatchObject({ level: "community", pendingUpper: false });
});

test("what is offered is what is allowed, and says why the rest is not", () => {
  const duty = { name: "li", roles: new Set<CaseActor>(["duty"]) };
  const shown = offers(aCase({ state: "handled", handler: "li" }), ready, duty, now);
  const pass = shown.find(({ row }) => row.action === "review_pass");
  expect(pass?.refusal?.text.zh).toContain("请由另一人操作");
  const open = shown.flatMap(({ row, refusal }) => (refusal === undefined ? [row.action] : []));
  expect(open).toEqual(["review_reject", "escalate", "assign_ext", "raise_priority"]);
});
