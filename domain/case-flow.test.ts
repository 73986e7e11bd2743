import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { caseLevels, caseStateName, caseStateNames, caseStates } from "./case.ts";
import { drawCaseFlow } from "./case-flow.testing.ts";
import { caseFlow } from "./case-flow.ts";

interface GivenRow {
  readonly id: string;
  readonly from_: string;
  readonly to: string;
  readonly action: string;
  readonly zh: string;
  readonly actors: readonly string[];
  readonly guard: string;
  readonly need: string;
  readonly prio: string;
}

/** The street's own table, as it was given to us. */
const given: { states: Record<string, string>; transitions: readonly GivenRow[] } = JSON.parse(
  readFileSync(new URL("../test/vectors/event-flow.json", import.meta.url), "utf8"),
);

/** One line for each arrow, the same for both tables. */
const arrowOf = (row: Omit<GivenRow, "guard" | "need">): string =>
  [row.id, row.from_, row.to, row.action, row.zh, [...row.actors].sort().join(), row.prio].join(
    " ",
  );

const ownArrows = caseFlow.flatMap((row) =>
  (row.from.length === 0 ? ["∅" as const] : row.from).map((from) =>
    arrowOf({
      id: row.id,
      from_: from,
      to: row.to === "same" ? from : row.to,
      action: row.action,
      zh: row.name.zh,
      actors: row.actors,
      prio: row.priorities.join(""),
    }),
  ),
);

test("a case that came back unsigned is not called signed for", () => {
  expect(caseStateName("accepted", undefined).zh).toContain("无人签收");
  expect(caseStateName("accepted", null).en).toContain("signed for by nobody");
  expect(caseStateName("accepted", 1)).toBe(caseStateNames.accepted);
  expect(caseStateName("dispatched", undefined)).toBe(caseStateNames.dispatched);
});

test("the table is the street's, arrow by arrow; what is ours says so", () => {
  const theirs = new Set(given.transitions.map(arrowOf));
  const added = ownArrows.filter((arrow) => !theirs.has(arrow)).map((arrow) => arrow.split(" ")[0]);
  expect([...theirs].filter((arrow) => !ownArrows.includes(arrow))).toEqual([]);
  expect([...new Set(added)]).toEqual(["T02b", "T10b", "T21b", "T24b", "T26b"]);
  for (const id of added) expect(caseFlow.find((row) => row.id === id)?.ours).toBeDefined();
  expect(caseStateNames).toEqual(
    Object.fromEntries(
      caseStates.map((state) => [state, { zh: given.states[state], en: caseStateNames[state].en }]),
    ),
  );
  expect(Object.keys(given.states).sort()).toEqual([...caseStates].sort());
  expect(caseLevels).toHaveLength(4);
});

/** What stands in words in the street's table, and which of our checks stand for it. */
const wordsToChecks: Readonly<Record<string, readonly string[]>> = {
  "P1 and unsigned >= 60 s": ["unsignedFor60s"],
  "P1: alarm condition returned to normal AND portable reading logged": [
    "urgentReturned",
    "urgentReading",
  ],
  "not P1; P2 needs resident contact": ["contact"],
  "not P1": [],
  "reviewer != handler": ["notHandler"],
  "P1/P2 human call-back; system only P3/P4 when device healthy >= 30 min": [
    "urgentByHuman",
    "systemHealthy",
  ],
  ">= 7 d": ["closedFor7d"],
  "<= 7 d": ["closedWithin7d"],
  "level < D; lower level keeps working": ["belowDistrict"],
  "upper sign-off pending": ["upperPending"],
  "no casualty, not P1 active": ["noCasualty"],
  "P3/P4 only; <=7 d community, <=30 d street; interim measure": ["suspendUntil", "interim"],
  "due reached or part arrived": ["dueOrReason"],
  "once; one level above applicant; not P1": ["notExtended", "oneLevelAbove"],
  "same household+type or same cause; target priority >= source; target active": ["mergeTarget"],
  "target not archived": ["targetNotArchived"],
  "manual duplicate or TEST-tagged only; never a device alarm": ["manualOrTest"],
  "after on-scene measured value; >= 10 min since last alarm; one step; a former P1 never below P2":
    ["quietFor10min", "lowerPossible", "dangerReading"],
  "assignee or team": ["assigneeOrTeam"],
  "reason or timeout": ["reason"],
  "geo/door-QR or reason": ["arrivalProof"],
  reason: ["reason"],
  "conclusion,photos>=1": ["conclusion", "photo"],
  "conclusion,contact record": ["conclusion", "contact"],
  "verify result": ["verifyResult"],
  "gas co / 119 / 120 / department": ["external"],
  "reason,due,interim": ["reason", "suspendUntil", "interim"],
  "reason,new due": ["reason", "newDue"],
  instruction: ["instruction"],
  target: ["mergeTarget"],
  cause: ["cause"],
  reading: ["dangerReading"],
  // Columns of the case itself: the store does not take one without them.
  "source,household,type,priority": [],
};

test("every guard and every need of the street's table is one of our checks on that row", () => {
  for (const row of given.transitions) {
    const ours = caseFlow.find(({ id }) => id === row.id);
    for (const words of [row.guard, row.need].filter((text) => text !== "")) {
      const checks = wordsToChecks[words];
      expect(checks, `${row.id}: ${words}`).toBeDefined();
      expect([...(ours?.guards ?? []), ...(ours?.needs ?? [])]).toEqual(
        expect.arrayContaining([...(checks ?? [])]),
      );
    }
  }
});

test("docs/case-flow.md is drawn from the table", async () => {
  await expect(drawCaseFlow()).toMatchFileSnapshot("../docs/case-flow.md");
});
