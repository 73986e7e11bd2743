import type { AlarmEvent, Held } from "#domain/alarm.ts";
import type { Instant } from "#domain/time.ts";
import {
  initialState,
  step,
  type DetectorRules,
  type DetectorState,
  type JudgeInput,
  type Step,
} from "./step.ts";

export interface ShadowedStep extends Step {
  readonly shadow: DetectorState;
  /** What the rules on trial would have told; held back, for the record and for comparison only. */
  readonly shadowEvents: readonly AlarmEvent[];
}

/** The state of rules on trial for a detector that is being judged already: they begin from nothing. */
export const beginShadow = (live: DetectorState, now: Instant): DetectorState =>
  initialState(live.detector, now);

/**
 * Judges one input twice: by the rules in force, and by rules on trial in their shadow. The shadow
 * has a state of its own and changes nothing: no sound, no event that rings, no action. Commands are
 * for the live alarms and are not given to it.
 */
export const stepWithShadow = (
  live: DetectorState,
  shadow: DetectorState,
  input: JudgeInput,
  rules: DetectorRules,
  trial: DetectorRules,
): ShadowedStep => {
  const result = step(live, input, rules);
  const other: JudgeInput = input.kind === "command" ? { kind: "tick", now: input.now } : input;
  const tried = step(shadow, other, trial);
  return {
    ...result,
    shadow: tried.state,
    shadowEvents: tried.events.map((event) => Object.assign({}, event, { held: heldBy(trial) })),
  };
};

const heldBy = (trial: DetectorRules): Held => ({
  by: "shadow",
  who: trial.limits.id,
  reason: "rules on trial",
});
