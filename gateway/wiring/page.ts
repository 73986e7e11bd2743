/** The page and the figures: loaded only once everything that protects stands. */
import type { DeedParts } from "../http/deeds.ts";
import type { ReadStatus } from "../http/status.ts";
import type { World } from "../world.ts";

export const openPage = async (
  { site, clock, timers, reportFault }: World,
  { points, pipeline, endedHolds }: Pick<DeedParts, "points" | "pipeline" | "endedHolds">,
  status: ReadStatus,
) => {
  const [{ openGatewayHttp }, { createGatewayMetrics }, { createPeople }, { createVisits }] =
    await Promise.all([
      import("../http/server.ts"),
      import("../metrics.ts"),
      import("../people/people.ts"),
      import("../people/visits.ts"),
    ]);
  return openGatewayHttp({
    ...site.gateway.http,
    status,
    metrics: createGatewayMetrics(status),
    points,
    pipeline,
    endedHolds,
    clock,
    timers,
    reportFault,
    people: createPeople({ people: site.gateway.people, clock, reportFault }),
    visits: createVisits(clock),
  });
};
