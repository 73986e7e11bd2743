/**
 * Times of day, put right. A gateway that starts in 1970, or jumps, dates its alarms by a wrong wall
 * clock; their order and durations are the monotonic clock's and stay. Once a status shows the wall
 * clock of a boot to agree with ours, what that boot dated otherwise is dated anew: monotonic time
 * plus the offset between the two. Only the columns the desk sorts and shows by change; the message
 * stays as it came.
 */
import type { Instant } from "#domain/time.ts";
import { redateSignatures } from "../commands/date-signatures.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow } from "../store/tables.ts";
import { clockToleranceMs, offsetsOf, rightTimeOf } from "./boot-offsets.ts";
import { monoOf } from "./gateway-lives.ts";
import type { TakenStatus } from "./read-message.ts";
import { parseMemory, parseNotice, timesOf } from "./alarm-rows.ts";
import type { Alarm } from "./fold-alarm.ts";

/** Smaller changes of the offset are the clock being slewed. */
const slewMs = 1_000;
/** An alarm may come before the first status of its boot. */
const aheadMs = 60_000;

/** What an alarm says of its times, and what the desk shows. */
interface Dated extends Pick<AlarmRow, "episode" | "gateway" | "first_at_ms" | "last_at_ms"> {
  readonly first: Instant;
  readonly last: Instant;
}

/**
 * `newest`: the newest status of each gateway; `arrived`: alarms as this batch has written them.
 * Answers the episodes whose times changed.
 */
export const rebaseTimes = async (
  tx: Writing,
  newest: ReadonlyMap<string, TakenStatus>,
  arrived: readonly Alarm[],
  nowMs: number,
): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (const [gateway, status] of newest) {
    const sinceMs = await learnOffset(tx, gateway, status, nowMs);
    if (sinceMs === undefined) continue;
    const rows = await tx
      .selectFrom("alarms")
      .selectAll()
      .where("gateway", "=", gateway)
      .where((eb) =>
        eb.or([
          eb("condition", "=", "active"),
          // An older one that this boot returned before its clock was right.
          eb("on_desk", "=", 1),
          eb("received_at_ms", ">=", sinceMs - aheadMs),
        ]),
      )
      .execute();
    changed.push(...(await rebase(tx, rows.map(rowToDated))));
    changed.push(...(await redateSignatures(tx, gateway)));
  }
  changed.push(...(await rebase(tx, arrived.map(alarmToDated))));
  return changed;
};

const rowToDated = (row: AlarmRow): Dated => ({
  episode: row.episode,
  gateway: row.gateway,
  first_at_ms: row.first_at_ms,
  last_at_ms: row.last_at_ms,
  first: parseMemory(row.memory).first.at,
  last: parseNotice(row.notice).event.at,
});

const alarmToDated = (alarm: Alarm): Dated => ({
  episode: alarm.episode,
  gateway: alarm.gateway,
  ...timesOf(alarm),
  first: alarm.memory.first.at,
  last: alarm.notice.event.at,
});

/** When this boot was first heard, if its right offset is news. */
const learnOffset = async (
  tx: Writing,
  gateway: string,
  status: TakenStatus,
  nowMs: number,
): Promise<number | undefined> => {
  const { sentAtMs } = status.value.data;
  if (Math.abs(sentAtMs - nowMs) > clockToleranceMs) return undefined;
  const offsetMs = Math.round(sentAtMs - monoOf(status));
  const boot = status.value.bootid;
  const lives = await tx
    .selectFrom("gateway_lives")
    .select(["boot_offset_ms", "first_heard_at_ms"])
    .where("gateway", "=", gateway)
    .where("boot", "=", boot)
    .execute();
  const isKnown = lives.every(
    ({ boot_offset_ms: known }) => known !== null && Math.abs(known - offsetMs) <= slewMs,
  );
  if (isKnown) return undefined;
  await tx
    .updateTable("gateway_lives")
    .set({ boot_offset_ms: offsetMs })
    .where("gateway", "=", gateway)
    .where("boot", "=", boot)
    .execute();
  return Math.min(...lives.map((life) => life.first_heard_at_ms));
};

const rebase = async (tx: Writing, rows: readonly Dated[]): Promise<readonly string[]> => {
  const changed: string[] = [];
  const offsets = await offsetsOf(tx, [...new Set(rows.map(({ gateway }) => gateway))]);
  if (offsets.size === 0) return changed;
  for (const row of rows) {
    const first = Math.round(rightTimeOf(offsets, row.gateway, row.first) ?? row.first.wallMs);
    const last = Math.round(rightTimeOf(offsets, row.gateway, row.last) ?? row.last.wallMs);
    if (first === row.first_at_ms && last === row.last_at_ms) continue;
    await tx
      .updateTable("alarms")
      .set({ first_at_ms: first, last_at_ms: last })
      .where("episode", "=", row.episode)
      .execute();
    changed.push(row.episode);
  }
  return changed;
};
