/**
 * A drill ends with a restart of its gateway, which goes on with the alarms that stand and has no
 * event to say so: nothing about them has changed. What stands at a site that is staged no more is no
 * drill's alarm. Its status names it, and people are told as of any that turns out to be real.
 */
import { takeAlarms } from "../cases/take-alarms.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { rowToAlarm } from "./alarm-rows.ts";
import type { TakenStatus } from "./read-message.ts";

/** Takes the mark from alarms that these statuses name as standing; answers the episodes changed. */
export const unstageAlarms = async (
  tx: Writing,
  statuses: Iterable<TakenStatus>,
  nowMs: number,
): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (const { gateway, value } of statuses) {
    if (value.data.drill) continue;
    const standing = value.data.detectors.flatMap(({ episodes = [] }) => episodes);
    for (const chunk of inLists(standing)) {
      const rows = await tx
        .selectFrom("alarms")
        .innerJoin("case_alarms", "case_alarms.episode", "alarms.episode")
        .innerJoin("cases", "cases.id", "case_alarms.case_id")
        .selectAll("alarms")
        .where("alarms.gateway_episode", "in", chunk)
        .where("alarms.gateway", "=", gateway)
        .where("alarms.condition", "=", "active")
        .where("cases.drill", "=", 1)
        .execute();
      for (const row of rows) {
        const before = rowToAlarm(row);
        if (!before.notice.drill) continue;
        const alarm = { ...before, notice: { ...before.notice, drill: false } };
        await tx
          .updateTable("alarms")
          .set({ notice: JSON.stringify(alarm.notice) })
          .where("episode", "=", alarm.episode)
          .execute();
        await takeAlarms(tx, [{ alarm, before }], new Map(), nowMs);
        changed.push(alarm.episode);
      }
    }
  }
  return changed;
};
