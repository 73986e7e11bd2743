/** One case, and people who try things on it, for tests of the flow. */
import type { Priority } from "./alarm.ts";
import type { CaseAction } from "./case-flow.ts";
import type { CheckedInput } from "./case-input.ts";
import type { Case, CaseActor, CaseFacts } from "./case.ts";
import { decide, type CaseStep, type Refusal } from "./decide-case.ts";
import type { Result } from "./result.ts";

export const minute = 60_000;
export const day = 24 * 60 * minute;
export const now = 1_795_000_000_000;
export const priorities: readonly Priority[] = [1, 2, 3, 4];

export const aCase = (change: Partial<Case> = {}): Case => ({
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
export const ready: CaseFacts = {
  activeDanger: false,
  deviceAlarms: 0,
  alarms: 0,
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
export const everything = (priority: Priority): CheckedInput => ({
  reason: "理由",
  assignee: "wang",
  assigneeWorksHere: true,
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

export const act = (
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
