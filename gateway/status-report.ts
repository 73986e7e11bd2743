/** What the gateway tells the center about its detectors between alarms. */
import type { DetectorStatus, StatusReport } from "#domain/wire.ts";
import { statusOf } from "#rules/step.ts";
import type { FaultBoard } from "./fault-board.ts";
import type { Pipeline, Point } from "./pipeline.ts";

export interface StatusReporter {
  /** The whole picture after a new connection; otherwise what changed, alarms always. */
  readonly next: (whole: boolean) => StatusReport;
}

/** A detector with nothing new is told again this often, so that its age on the desk stays true. */
const refreshAfterMs = 60_000;

export const createStatusReporter = (deps: {
  readonly pipeline: Pipeline;
  readonly faults: FaultBoard;
  readonly drill: boolean;
  readonly wallMs: () => number;
  readonly counts: () => { readonly lastSeq: number; readonly pending: number };
}): StatusReporter => {
  const told = new Map<string, { readonly state: string; readonly atMs: number }>();

  const isDue = (status: DetectorStatus, point: Point, nowMs: number): boolean => {
    const last = told.get(point.id);
    return (
      last === undefined ||
      last.state !== status.state ||
      point.sounding !== "none" ||
      (point.unreported && nowMs - last.atMs >= refreshAfterMs)
    );
  };

  return {
    next: (whole) => {
      const nowMs = deps.wallMs();
      const detectors: DetectorStatus[] = [];
      for (const point of deps.pipeline.points.values()) {
        const status = detectorStatus(point);
        if (!whole && !isDue(status, point, nowMs)) continue;
        point.unreported = false;
        told.set(point.id, { state: status.state, atMs: nowMs });
        detectors.push(status);
      }
      return {
        sentAtMs: nowMs,
        ...deps.counts(),
        drill: deps.drill,
        detectors,
        faults: deps.faults.standing().map(({ text }) => ({ ...text })),
      };
    },
  };
};

export const detectorStatus = (point: Point): DetectorStatus => ({
  detector: point.id,
  state: statusOf(point.state),
  ...(point.heardAtMs !== undefined && { heardAtMs: point.heardAtMs }),
  levels: [...point.levels],
  ...(point.registered?.address && { address: point.registered.address }),
  position: point.position,
});
