import type { Priority } from "./alarm.ts";
import type { CaseActor, CaseState } from "./case.ts";
import type { GuardName } from "./case-guards.ts";
import type { NeedName } from "./case-needs.ts";
import type { Bilingual } from "./result.ts";

/** One row of the flow: a step, where it leads, who may take it, and what it asks for. */
export interface Transition {
  readonly id: string;
  readonly action: string;
  readonly name: Bilingual;
  /** Empty: it begins a case. */
  readonly from: readonly CaseState[];
  readonly to: CaseState | "same";
  readonly actors: readonly CaseActor[];
  readonly priorities: readonly Priority[];
  /** What must be true of the case. */
  readonly guards: readonly GuardName[];
  /** What the person must bring along. */
  readonly needs: readonly NeedName[];
  /** Why we ask for more, or allow more, than the street's own table. */
  readonly ours?: Bilingual;
}
