import type { DeskGateway } from "#domain/desk.ts";

/** Detectors the center has been told of. */
export const countDetectors = (gateways: readonly DeskGateway[]): number =>
  gateways.reduce((sum, { detectors }) => sum + detectors, 0);

/** Detectors nobody can vouch for. Behind a gateway that is cut off, that is every one. */
export const countUnknown = (gateways: readonly DeskGateway[]): number =>
  gateways.reduce(
    (sum, { link, detectors, unknown }) => sum + (link === "lost" ? detectors : unknown),
    0,
  );
