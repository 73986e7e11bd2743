import type { DeskAlarm } from "#domain/desk.ts";

/** The pointer is still for this long: nobody is aiming, the list may move. */
export const holdMs = 600;
/** A hand that never rests must not keep a new alarm from the top for longer than this. */
export const longestHoldMs = 3_000;

/** Whether the list must keep still: the pointer is in it and on its way to a row. All times on one clock. */
export const isAiming = (
  nowMs: number,
  lastMoveMs: number | undefined,
  heldSinceMs: number | undefined,
): boolean =>
  lastMoveMs !== undefined &&
  nowMs - lastMoveMs < holdMs &&
  (heldSinceMs === undefined || nowMs - heldSinceMs < longestHoldMs);

/** The rows in the order in which they stood before, the new ones after them. */
export const keepOrder = (
  rows: readonly DeskAlarm[],
  before: readonly string[],
): readonly DeskAlarm[] => {
  const place = new Map(before.map((episode, index) => [episode, index]));
  const placeOf = ({ episode }: DeskAlarm): number => place.get(episode) ?? before.length;
  return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
};
