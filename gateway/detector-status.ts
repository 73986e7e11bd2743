import type { DetectorStatus } from "#domain/wire-shapes.ts";
import { statusOf } from "#rules/step.ts";
import type { Point } from "./points.ts";

/** What the gateway knows of one detector now, as the center and the board are told. */
export const detectorStatus = (point: Point): DetectorStatus => ({
  detector: point.id,
  state: statusOf(point.state),
  ...(point.heardAtMs !== undefined && { heardAtMs: point.heardAtMs }),
  levels: [...point.levels],
  ...(point.registered?.address && { address: point.registered.address }),
  position: point.position,
  ...(point.state.alarms.episodes.length > 0 && {
    episodes: point.state.alarms.episodes.map(({ id }) => id),
  }),
});
