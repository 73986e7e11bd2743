import { headsAlarms } from "#domain/street-event.ts";
import type { DeskAlarm, DeskGateway, StreetView } from "#domain/desk.ts";

/** Detectors the center has been told of. */
export const countDetectors = (gateways: readonly DeskGateway[]): number =>
  gateways.reduce((sum, { detectors }) => sum + detectors, 0);

/** Detectors nobody can vouch for. Behind a gateway that is cut off, that is every one. */
export const countUnknown = (gateways: readonly DeskGateway[]): number =>
  gateways.reduce(
    (sum, { link, detectors, unknown }) => sum + (link === "lost" ? detectors : unknown),
    0,
  );

/** A street event with the alarms on the desk that it is about. */
export interface StreetHead {
  readonly view: StreetView;
  /** Episodes, in the order of the queue. */
  readonly alarms: readonly string[];
}

/**
 * What stands, most urgent first. Storms and causes in common head alarms: when none is left on the
 * desk they are over, though their gateway may have forgotten to say so.
 */
export const headsOf = (
  street: Iterable<StreetView>,
  rows: readonly DeskAlarm[],
): readonly StreetHead[] =>
  [...street]
    .map((view) => ({
      view,
      alarms: rows.filter((alarm) => isMember(view, alarm)).map(({ episode }) => episode),
    }))
    .filter(({ view, alarms }) => alarms.length > 0 || !headsAlarms(view.topic))
    .sort((a, b) => a.view.priority - b.view.priority || a.view.firstAtMs - b.view.firstAtMs);

const isMember = ({ gateway, members }: StreetView, { notice }: DeskAlarm): boolean =>
  notice.where.gateway === gateway && members.includes(notice.event.detector);
