import { isDanger, type AlarmEvent } from "#domain/alarm.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { Command } from "#rules/step.ts";
import type { Point } from "./points.ts";

/**
 * Hushes that end because another device alarms: one in the same building, since gas and CO go from
 * home to home, or one of which nobody can say that it is not.
 */
export const brokenHushes = (
  points: ReadonlyMap<DetectorId, Point>,
  events: readonly AlarmEvent[],
): readonly { readonly point: Point; readonly command: Command }[] => {
  const loud = events.filter(
    ({ alarmClass, kind, held, test }) =>
      isDanger(alarmClass) && kind !== "returned" && held === undefined && !test,
  );
  if (loud.length === 0) return [];
  return [...points.values()].flatMap((point) => {
    if (point.state.alarms.hush === undefined) return [];
    const other = loud.find(
      ({ detector }) => detector !== point.id && mayBeNear(point, points.get(detector)),
    );
    if (other === undefined) return [];
    const cause = `另一台探测器报警 · another device alarms: ${other.detector}`;
    return [{ point, command: { kind: "break-hush", cause } }];
  });
};

const mayBeNear = (a: Point, b: Point | undefined): boolean => {
  const [here, there] = [buildingOf(a), buildingOf(b)];
  return here === undefined || there === undefined || here === there;
};

const buildingOf = (point: Point | undefined): string | undefined => {
  const address = point?.registered?.address;
  return address?.building === undefined
    ? undefined
    : `${address.community ?? ""}/${address.building}`;
};
