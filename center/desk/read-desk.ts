import type { Desk } from "#domain/desk.ts";
import { everywhere } from "../rights/scoped.ts";
import type { Reading } from "../store/open-store.ts";
import { lastPosition } from "../store/stream-log.ts";
import { alarmsOnDesk } from "./read-alarms.ts";
import { readStreet } from "./read-street.ts";
import { readGateways, type GatewayView } from "./read-gateways.ts";

/**
 * Everything the duty page needs at once. The position is read first: what changes meanwhile is
 * then told twice, never missed.
 */
export const readDesk = async (
  db: Reading,
  view: GatewayView,
  areas = everywhere,
): Promise<Desk> => {
  const eventId = await lastPosition(db);
  return {
    eventId,
    nowMs: view.nowMs,
    alarms: [...(await alarmsOnDesk(db, areas))],
    gateways: [...(await readGateways(db, view, undefined, areas))],
    street: (await readStreet(db, undefined, areas)).filter(({ stands }) => stands),
  };
};
