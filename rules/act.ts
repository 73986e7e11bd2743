import type { RuleId } from "#domain/alarm.ts";
import type { Instant } from "#domain/time.ts";
import type { ActionEvent, ActionKind } from "./life.ts";
import type { DetectorState } from "./state.ts";

/**
 * One thing done, with a name made from the inputs alone. What was asked from elsewhere carries the
 * name of the asking too: two of them may be carried out in one instant.
 */
export const act = (
  kind: ActionKind,
  { detector }: Pick<DetectorState, "detector">,
  at: Instant,
  rule: RuleId | "all",
  by: string,
  reason: string,
  more: Pick<ActionEvent, "episode" | "untilWallMs" | "origin"> = {},
): ActionEvent => ({
  id: [detector, kind, rule, at.bootId.slice(0, 8), at.monoMs, more.origin?.command]
    .filter((part) => part !== undefined)
    .join(":"),
  kind,
  detector,
  rule,
  by,
  reason,
  at,
  ...more,
});
