import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Priority } from "./alarm.ts";
import { caseActions } from "./case-flow.ts";
import { aCase, act, now, priorities, ready } from "./case-sample.testing.ts";
import { caseActors, caseLevels, caseStates, type CaseActor, type CaseState } from "./case.ts";
import { offers } from "./decide-case.ts";

/** What the street's own table says, arrow by arrow, with the rows of our own. */
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
  for (const state of [
    "accepted",
    "dispatched",
    "responding",
    "on_scene",
    "handled",
    "verifying",
  ]) {
    for (const actor of ["duty", "grid", "street_duty", "district"]) {
      add(state, "accept", actor, "1234", state);
    }
  }
  for (const actor of ["system", "duty"]) add("suspended", "resume", actor, "12", "accepted");
  add("reported", "merge", "system", "1234", "merged");
  add("handled", "review_pass", "system", "4", "verifying");
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
