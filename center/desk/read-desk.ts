import type { Desk } from "#domain/desk.ts";
import type { Reading } from "../store/open-store.ts";
import { lastPosition } from "../store/stream-log.ts";
import { alarmsOnDesk } from "./read-alarms.ts";
import { readStreet } from "./read-street.ts";
import { readGateways, type GatewayView } from "./read-gateways.ts";

/**
 * Everything the duty page needs at once. The position is read first: what changes meanwhile is
 * then told twice, never missed.
 */
export const readDesk = async (db: Reading, view: GatewayView): Promise<Desk> => {
  const eventId = await lastPosition(db);
  return {
    eventId,
    nowMs: view.nowMs,
    alarms: [...(await alarmsOnDesk(db))],
    gateways: [...(await readGateways(db, view))],
    street: (await readStreet(db)).filter(({ stands }) => stands),
  };
};
