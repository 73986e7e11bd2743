import { caseLevels, type Case, type CaseActor, type CaseFacts, type CaseState } from "./case.ts";
import { caseStateNames } from "./case.ts";
import { caseFlow, rowsFor, type CaseAction, type FlowRow } from "./case-flow.ts";
import { guards, type Attempt } from "./case-guards.ts";
import type { CheckedInput } from "./case-input.ts";
import { needs, type NeedName } from "./case-needs.ts";
import type { Priority } from "./alarm.ts";
import { err, ok, type Bilingual, type Result } from "./result.ts";

/** Who wants to act: a person with the roles held over the case's area, the resident, or the center. */
export interface CaseActing {
  readonly name: string;
  readonly roles: ReadonlySet<CaseActor>;
}

/** Why a step is not taken. `needs`: something is missing that the person can add. */
export interface Refusal {
  readonly kind: "state" | "role" | "guard" | "needs";
  readonly text: Bilingual;
}

/** What a step changes in the case itself; `null` takes a value away. */
export interface CasePatch {
  readonly state?: CaseState;
  readonly priority?: Priority;
  readonly peakPriority?: Priority;
  readonly level?: Case["level"];
  readonly assignee?: string | null;
  readonly team?: string | null;
  readonly handler?: string | null;
  readonly conclusion?: Case["conclusion"] | null;
  readonly pendingUpper?: boolean;
  readonly extended?: boolean;
  readonly casualty?: boolean;
  readonly mergedInto?: string | null;
  readonly suspendedUntilMs?: number | null;
  readonly dueAtMs?: number | null;
  readonly enteredAtMs?: number;
  readonly roundAtMs?: number;
}

export interface CaseStep {
  readonly row: FlowRow;
  readonly to: CaseState;
  readonly patch: CasePatch;
  /** The step is also the desk's signature for every alarm of the case. */
  readonly signs: boolean;
}

export interface CaseWish {
  readonly action: CaseAction;
  readonly by: CaseActing;
  readonly input: CheckedInput;
  readonly nowMs: number;
}

/** Whether a step may be taken, and what it changes. Pure; the alarms of a case are never changed. */
export const decide = (
  theCase: Case,
  facts: CaseFacts,
  wish: CaseWish,
): Result<CaseStep, Refusal> => {
  const found = permit(theCase, facts, wish);
  if (!found.ok) return found;
  const { row, attempt } = found.value;
  const missing = firstMissing(row.needs, wish.input, attempt);
  if (missing !== undefined) return err({ kind: "needs", text: missing });
  return ok(take(theCase, row, wish));
};

/** One step as somebody sees it before taking it. */
export interface Offer {
  readonly row: FlowRow;
  readonly refusal?: Refusal;
}

/** All steps out of the present state for one person; those they cannot take say why. */
export const offers = (
  theCase: Case,
  facts: CaseFacts,
  by: CaseActing,
  nowMs: number,
): readonly Offer[] =>
  caseFlow
    .filter((row) => row.from.some((state) => state === theCase.state))
    .filter((row) => row.actors.some((actor) => actor !== "system"))
    .map((row) => {
      const found = tryRow(row, theCase, facts, { by, nowMs });
      return found.ok ? { row } : { row, refusal: found.error };
    });

type Permit = Result<{ readonly row: FlowRow; readonly attempt: Attempt }, Refusal>;

const permit = (theCase: Case, facts: CaseFacts, wish: CaseWish): Permit => {
  const rows = rowsFor(wish.action).filter((row) => row.from.some((one) => one === theCase.state));
  const tries = rows.map((row) => tryRow(row, theCase, facts, wish));
  return (
    tries.find((one) => one.ok) ??
    // A row that fits the person explains best.
    tries.find((one) => !one.ok && one.error.kind !== "role") ??
    tries[0] ??
    err({ kind: "state", text: notFrom(theCase.state, wish.action) })
  );
};

const tryRow = (
  row: FlowRow,
  theCase: Case,
  facts: CaseFacts,
  { by, nowMs }: Pick<CaseWish, "by" | "nowMs">,
): Permit => {
  const as = new Set(row.actors.filter((actor) => by.roles.has(actor)));
  if (as.size === 0) return err({ kind: "role", text: notYours(row) });
  if (!row.priorities.includes(theCase.priority)) {
    return err({ kind: "guard", text: notAtPriority(row, theCase.priority) });
  }
  const attempt: Attempt = { theCase, facts, as, name: by.name, nowMs };
  for (const guard of row.guards) {
    const text = guards[guard](attempt);
    if (text !== undefined) return err({ kind: "guard", text });
  }
  return ok({ row, attempt });
};

const firstMissing = (
  names: readonly NeedName[],
  input: CheckedInput,
  attempt: Attempt,
): Bilingual | undefined => {
  for (const name of names) {
    const text = needs[name](input, attempt);
    if (text !== undefined) return text;
  }
  return undefined;
};

const take = (theCase: Case, row: FlowRow, wish: CaseWish): CaseStep => {
  const to = row.to === "same" ? theCase.state : row.to;
  const { action, input, nowMs } = wish;
  return {
    row,
    to,
    patch: {
      ...(to !== theCase.state && { state: to, enteredAtMs: nowMs }),
      ...(input.casualty !== undefined && { casualty: input.casualty }),
      ...patches[action]?.(theCase, wish),
    },
    signs: action === "accept" || action === "self_handle",
  };
};

type PatchOf = (theCase: Case, wish: CaseWish) => CasePatch;

const nobody = { assignee: null, team: null } as const;
const handled: PatchOf = (_case, { by, input }) => ({
  handler: by.name,
  ...(input.conclusion !== undefined && { conclusion: input.conclusion }),
});
/** Another round of work: what proved the last one counts no longer. */
const again: PatchOf = (_case, { nowMs }) => ({
  ...nobody,
  handler: null,
  conclusion: null,
  roundAtMs: nowMs,
});

const patches: Partial<Record<CaseAction, PatchOf>> = {
  dispatch: (_case, { input }) => ({ assignee: input.assignee ?? null, team: input.team ?? null }),
  take: (_case, { by }) => ({ assignee: by.name }),
  decline: () => nobody,
  stand_down: () => nobody,
  submit: handled,
  remote_handle: handled,
  self_handle: handled,
  verify_fail: again,
  reopen: again,
  escalate: ({ level }) => {
    const upper = caseLevels[caseLevels.indexOf(level) + 1] ?? level;
    // Within the community the desk's own signature is enough.
    return { level: upper, pendingUpper: upper === "street" || upper === "district" };
  },
  upper_accept: () => ({ pendingUpper: false }),
  return_down: ({ level }) => ({
    level: caseLevels[caseLevels.indexOf(level) - 1] ?? level,
    pendingUpper: false,
  }),
  suspend: (_case, { input }) => ({ suspendedUntilMs: input.dueAtMs ?? null }),
  resume: (_case, { nowMs }) => ({ suspendedUntilMs: null, roundAtMs: nowMs }),
  extend: (_case, { input }) => ({ dueAtMs: input.dueAtMs ?? null, extended: true }),
  merge: (_case, { input }) => ({ mergedInto: input.target ?? null }),
  unmerge: () => ({ mergedInto: null }),
  raise_priority: ({ peakPriority }, { input }) =>
    input.priority === undefined
      ? {}
      : {
          priority: input.priority,
          peakPriority: input.priority < peakPriority ? input.priority : peakPriority,
        },
  lower_priority: ({ priority }) => ({ priority: lower[priority] }),
};

const lower: Readonly<Record<Priority, Priority>> = { 1: 2, 2: 3, 3: 4, 4: 4 };

const notFrom = (state: CaseState, action: CaseAction): Bilingual => {
  const name = rowsFor(action)[0]?.name ?? { zh: action, en: action };
  const now = caseStateNames[state];
  return {
    zh: `事件现为“${now.zh}”,不能“${name.zh}”`,
    en: `the case is ${now.en}: "${name.en}" is not possible now`,
  };
};

const notYours = ({ name, actors }: FlowRow): Bilingual => ({
  zh: `“${name.zh}”须由${actors.map((actor) => actorNames[actor].zh).join("、")}操作`,
  en: `"${name.en}" is for: ${actors.map((actor) => actorNames[actor].en).join(", ")}`,
});

const notAtPriority = ({ name, priorities }: FlowRow, priority: Priority): Bilingual => ({
  zh: `P${priority} 事件不能“${name.zh}”,只适用于 ${priorities.map((one) => `P${one}`).join("、")}`,
  en: `"${name.en}" is not for P${priority}, only for ${priorities.map((one) => `P${one}`).join(", ")}`,
});

export const actorNames: Readonly<Record<CaseActor, Bilingual>> = {
  system: { zh: "系统", en: "the center itself" },
  resident: { zh: "居民", en: "the resident" },
  grid: { zh: "网格员", en: "grid workers" },
  duty: { zh: "社区值守", en: "the community's duty desk" },
  community_lead: { zh: "社区负责人", en: "the community's lead" },
  street_duty: { zh: "街道值班", en: "the street's duty desk" },
  street_lead: { zh: "街道带班领导", en: "the street's lead" },
  district: { zh: "区城运", en: "the district" },
  tech: { zh: "技术员", en: "technicians" },
};
