/** Rules on trial: they judge beside the rules in force, are recorded, and ring nobody. */
import type { AlarmEvent } from "#domain/alarm.ts";
import { detectorId, episodeId, eventId, type DetectorId } from "#domain/ids.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import { err, ok } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import {
  initialState,
  isQuiet,
  reviveState,
  saveState,
  step,
  type DetectorRules,
  type DetectorState,
  type JudgeInput,
} from "#rules/step.ts";
import type { SavedState } from "./ports.ts";

/** One detector as the rules on trial see it. Its state is its own and touches nothing else. */
export interface Shadow {
  readonly rules: DetectorRules;
  state: DetectorState;
  /** Changed since it was last saved. */
  unsaved: boolean;
}

export const createShadow = (
  detector: DetectorId,
  rules: DetectorRules,
  known: DetectorState | undefined,
  now: Instant,
): Shadow => ({ rules, state: known ?? initialState(detector, now), unsaved: false });

/**
 * Judges one input by the rules on trial; answers what they would have told. Their names are made
 * different from those of the live events: two rule sets that raise in the same instant would
 * otherwise make one name, and the journal would keep only the first of the two.
 */
export const judgeInShadow = (shadow: Shadow, input: JudgeInput): readonly AlarmEvent[] => {
  // Commands are people's doings about live alarms.
  const seen: JudgeInput = input.kind === "command" ? { kind: "tick", now: input.now } : input;
  const before = shadow.state;
  const next = step(before, seen, shadow.rules);
  shadow.state = next.state;
  if (next.state !== before && !(isQuiet(before) && isQuiet(next.state))) shadow.unsaved = true;
  return next.events.map(asTrialOf(shadow.rules.limits.id));
};

const asTrialOf =
  (set: string) =>
  (event: AlarmEvent): AlarmEvent => ({
    ...event,
    id: eventId(`shadow:${set}:${event.id}`),
    episode: episodeId(`shadow:${set}:${event.episode}`),
    held: { by: "shadow", who: set, reason: "影子运行 rules on trial" },
  });

/** No detector can be called so: names hold no colon. */
const keyStart = "shadow:";

/** The detector a saved state is the shadow of; `undefined`: the state is a live one. */
export const shadowedBy = (key: string): string | undefined =>
  key.startsWith(keyStart) ? key.slice(keyStart.length) : undefined;

/**
 * The state for the journal, wrapped: a program that knows no shadows refuses it aloud and starts
 * without it, instead of taking the alarm on trial for a real one.
 */
export const saveShadow = ({ rules, state }: Shadow): SavedState => ({
  detector: detectorId(`${keyStart}${state.detector}`),
  json: JSON.stringify({ shadowOf: rules.limits.id, state: saveState(state) }),
});

/** `undefined`: it was kept for another set, and the trial begins anew. */
export const reviveShadow = (
  json: string,
  set: string,
  now: Instant,
): Result<DetectorState | undefined, Bilingual> => {
  let kept: unknown;
  try {
    kept = JSON.parse(json);
  } catch (error) {
    return err(unreadable(String(error)));
  }
  if (typeof kept !== "object" || kept === null || !("shadowOf" in kept) || !("state" in kept)) {
    return err(unreadable("shadowOf, state"));
  }
  if (kept.shadowOf !== set) return ok(undefined);
  return reviveState(String(kept.state), now);
};

const unreadable = (detail: string): Bilingual => ({
  zh: `影子规则的保存状态无法读取(${detail}),影子运行重新开始。`,
  en: `A saved state of the rules on trial cannot be read (${detail}); the trial begins anew.`,
});
