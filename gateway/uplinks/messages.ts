/** Records and status as messages for the center; see `domain/wire.ts`. */
import type { GatewayId, JournalId } from "#domain/ids.ts";
import { noticeFacts, type Notice } from "#domain/notice.ts";
import { elapsed } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import { gatewaySource, type RecordMessage, type StatusMessage } from "#domain/wire.ts";
import type { StatusReport } from "#domain/wire-shapes.ts";
import type { JournalRecord } from "#gateway/ports.ts";

/** From here on a message is marked `late`: the center shows when it happened, not when it came. */
export const lateAfterMs = 10_000;

/** A record from the journal. */
export const recordMessage = (
  gateway: GatewayId,
  record: JournalRecord,
  now: Instant,
): RecordMessage =>
  noticeMessage(gateway, record.notice, now, {
    durable: true,
    journalid: record.journalId,
    seq: String(record.seq),
    prev: record.prev,
    hash: record.hash,
  });

/** A notice that could not be written to disk. */
export const volatileMessage = (gateway: GatewayId, notice: Notice, now: Instant): RecordMessage =>
  noticeMessage(gateway, notice, now, { durable: false });

export const statusMessage = (
  gateway: GatewayId,
  number: number,
  report: StatusReport,
  journalId: JournalId | undefined,
  now: Instant,
): StatusMessage => ({
  ...envelope(gateway, `status-${now.bootId}-${number}`, now),
  type: "canary.status.v1",
  ...(journalId === undefined ? {} : { journalid: journalId }),
  data: report,
});

const noticeMessage = (
  gateway: GatewayId,
  notice: Notice,
  now: Instant,
  numbers: Pick<RecordMessage, "durable" | "journalid" | "seq" | "prev" | "hash">,
): RecordMessage => {
  const { id, at, subject } = noticeFacts(notice);
  const about = {
    ...envelope(gateway, id, at),
    subject,
    late: isLate(at, now),
    ...(at.bootId !== now.bootId && { senderboot: now.bootId }),
    ...numbers,
  };
  if ("event" in notice) return { ...about, type: "canary.alarm.v1", data: notice };
  if ("action" in notice) return { ...about, type: "canary.action.v1", data: notice };
  return { ...about, type: "canary.street.v1", data: notice };
};

const envelope = (gateway: GatewayId, id: string, at: Instant) => ({
  specversion: "1.0" as const,
  id,
  source: gatewaySource(gateway),
  time: isoTime(at.wallMs),
  datacontenttype: "application/json" as const,
  bootid: at.bootId,
  monoms: String(Math.round(at.monoMs)),
});

const isLate = (at: Instant, now: Instant): boolean =>
  at.bootId !== now.bootId || elapsed(at.monoMs, now.monoMs) > lateAfterMs;

/** A wall clock gone mad must not keep an alarm back: outside of what a date can say, 1970 is sent. */
const isoTime = (wallMs: number): string =>
  new Date(Math.abs(wallMs) <= 8.64e15 ? wallMs : 0).toISOString();
