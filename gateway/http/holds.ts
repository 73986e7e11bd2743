/** What rings nobody because a person said so, also where no alarm is open, and what lately ended. */
import type { RuleId } from "#domain/alarm.ts";
import type { Address } from "#domain/place.ts";
import type { BusPosition } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import type { EndedHold } from "../ended-holds.ts";
import type { Point } from "../points.ts";

interface Place {
  readonly detector: string;
  readonly address?: Address;
  readonly position: BusPosition;
}

export interface BoardHold extends Place {
  readonly kind: "shelved" | "out-of-service";
  /** `all`: the whole detector. */
  readonly rule: RuleId | "all";
  readonly by: string;
  readonly reason: string;
  /** Wall clock. */
  readonly untilMs: number;
}

export type BoardEnded = Place & EndedHold;

/** What ends first stands first. */
export const boardHolds = (points: Iterable<Point>, now: Instant): readonly BoardHold[] =>
  Array.from(points, (point) => holdsOf(point, now))
    .flat()
    .toSorted((a, b) => a.untilMs - b.untilMs);

/** Of detectors that are still there: of others nobody could say where they were. */
export const boardEnded = (
  points: ReadonlyMap<string, Point>,
  ended: readonly EndedHold[],
): readonly BoardEnded[] =>
  ended.flatMap((one) => {
    const point = points.get(one.detector);
    return point === undefined ? [] : [{ ...one, ...placeOf(point) }];
  });

const holdsOf = (point: Point, now: Instant): readonly BoardHold[] =>
  point.state.alarms.holds.flatMap(({ kind, rule, by, reason, untilMs }) =>
    kind === "suppressed" || untilMs === undefined
      ? []
      : [
          {
            ...placeOf(point),
            kind,
            rule,
            by,
            reason,
            untilMs: Math.round(now.wallMs - now.monoMs + untilMs),
          },
        ],
  );

const placeOf = ({ id, registered, position }: Point): Place => ({
  detector: id,
  position,
  ...(registered?.address && { address: registered.address }),
});
