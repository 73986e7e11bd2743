import { isOpen } from "#domain/case.ts";
import type { CaseView } from "#domain/case-view.ts";

/** Whether the level above still has to sign: of a case that is over nobody owes anything. */
export const owesUpper = ({ state, pendingUpper }: Pick<CaseView, "state" | "pendingUpper">) =>
  pendingUpper && isOpen(state);
