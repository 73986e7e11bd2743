import type { GatewayId } from "#domain/ids.ts";
import { noticeFacts, noticeId, type Notice } from "#domain/notice.ts";
import type { MonoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Lane } from "#domain/lane.ts";
import { upTopic, type UpMessage } from "#domain/wire.ts";
import type { JournalRecord } from "#gateway/ports.ts";
import type { CenterLink } from "./center-link.ts";
import type { Counts } from "./counts.ts";
import type { Flight } from "./flight.ts";
import { recordMessage, volatileMessage } from "./messages.ts";
import type { Volatile } from "./volatile.ts";

export interface SenderDeps {
  readonly link: CenterLink;
  readonly clock: Clock;
  readonly gateway: GatewayId;
  readonly flight: Flight;
  readonly held: Volatile;
  readonly counts: Counts;
}

export type Sender = ReturnType<typeof createSender>;

/** Puts one thing on the wire and notes that it is on its way. */
export const createSender = ({ link, clock, gateway, flight, held, counts }: SenderDeps) => {
  const publish = (lane: Lane, message: UpMessage): void => {
    // Rejected: the link went down and the next connection sends it anew, or this message alone was
    // not taken and is sent anew when its receipt is overdue.
    link.publish(upTopic(gateway, lane), JSON.stringify(message)).catch(() => undefined);
  };
  const sendRecord = (record: JournalRecord): void => {
    const now = clock.now();
    counts.saw(record);
    held.forget(noticeId(record.notice));
    flight.send(record, now.monoMs);
    publish(record.lane, recordMessage(gateway, record, now));
  };
  const sendVolatile = (notice: Notice): void => {
    const now = clock.now();
    held.send(notice, now.monoMs);
    publish(noticeFacts(notice).lane, volatileMessage(gateway, notice, now));
  };
  return {
    publish,
    record: sendRecord,
    volatile: sendVolatile,
    /** Again what no receipt has come for, and lets refused records be read again in their time. */
    due: (now: MonoMs): void => {
      flight.due(now).forEach(sendRecord);
      held.due(now).forEach(sendVolatile);
      flight.retryRefused(now);
    },
  };
};
