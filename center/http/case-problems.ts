import { Type } from "typebox";
import { CaseViewSchema, type CaseView } from "#domain/case-view.ts";
import { ProblemSchema } from "#domain/desk.ts";
import type { Refusal } from "#domain/decide-case.ts";
import type { ActOutcome } from "../cases/act-on-case.ts";
import { keyReused, notFound, type ProblemFacts } from "./problems.ts";

const CaseConflictSchema = Type.Intersect([
  ProblemSchema,
  Type.Object({ current: Type.Optional(CaseViewSchema) }),
]);

const refused = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: CaseConflictSchema } },
});

export const caseConflictResponses = {
  403: refused("Not for this person's role; `detail` names whose it is"),
  409: refused("Somebody was first, or the step is not possible now; `current` is how it stands"),
  422: refused("Something is missing; `detail` says what"),
};

export const noSuchCase: ProblemFacts = notFound({
  zh: "您的辖区内没有这个事件,请刷新列表",
  en: "there is no such case in your areas; reload the list",
});

/** Why a step was not taken, as an answer. */
export const explainAct = (
  outcome: Exclude<ActOutcome, { kind: "done" }> | undefined,
): ProblemFacts => {
  switch (outcome?.kind) {
    case "unknown":
      return noSuchCase;
    case "changed":
      return changed(outcome.current);
    case "refused":
      return notTaken(outcome.refusal, outcome.current);
    case undefined:
      return keyReused;
  }
};

const changed = (current: CaseView): ProblemFacts => ({
  status: 409,
  kind: "case-changed",
  title: "The case has changed",
  detail: {
    zh: "事件已被他人或新报警更新,请按当前状态重新操作",
    en: "somebody else or a new alarm has changed the case meanwhile; act on how it stands",
  },
  current,
});

const statuses: Readonly<Record<Refusal["kind"], number>> = {
  state: 409,
  guard: 409,
  role: 403,
  needs: 422,
};

const notTaken = ({ kind, text }: Refusal, current: CaseView): ProblemFacts => ({
  status: statuses[kind],
  kind: `case-${kind}`,
  title: "The step is not taken",
  detail: text,
  current,
});
