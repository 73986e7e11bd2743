/**
 * The flow of a case as data: which step leads from where to where, who may take it, and what it
 * asks for. `docs/case-flow.md` is drawn from this table.
 *
 * Source: the street's event flow T01–T28 (`test/vectors/event-flow.json`, compared by a test).
 * Rows and guards of our own carry `ours` with the reason.
 */
import { stepsAside } from "./case-steps-aside.ts";
import { stepsForward } from "./case-steps-forward.ts";
import type { Transition } from "./case-transition.ts";

const rows = [...stepsForward, ...stepsAside] as const;

export type CaseAction = (typeof rows)[number]["action"];

/** A row whose action is one of those the flow has. */
export type FlowRow = Transition & { readonly action: CaseAction };

export const caseFlow: readonly FlowRow[] = rows;

export const caseActions: readonly CaseAction[] = [
  ...new Set(caseFlow.map(({ action }) => action)),
];

/** Steps of people on a case that exists: everything but its creation. */
export const rowsFor = (action: CaseAction): readonly FlowRow[] =>
  caseFlow.filter((row) => row.action === action);
