import type { DeskAlarm } from "#domain/desk.ts";
import { inLists } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";

type DeskCommand = NonNullable<DeskAlarm["commands"]>[number];

/** What was asked of the gateway about each of these alarms, newest first, and what came of it. */
export const commandsOn = async (
  db: Reading,
  episodes: readonly string[],
): Promise<ReadonlyMap<string, DeskCommand[]>> => {
  const byEpisode = new Map<string, DeskCommand[]>();
  for (const chunk of inLists(episodes)) {
    const rows = await db
      .selectFrom("commands")
      .select(["id", "episode", "kind", "by_name", "at_ms", "state", "reason", "answered_at_ms"])
      .where("episode", "in", chunk)
      .orderBy("at_ms", "desc")
      .orderBy("id")
      .execute();
    for (const row of rows) {
      const list = byEpisode.get(row.episode ?? "") ?? [];
      list.push({
        id: row.id,
        kind: row.kind,
        by: row.by_name,
        atMs: row.at_ms,
        state: stateOf(row.state),
        ...(row.reason !== null && { reason: row.reason }),
        ...(row.answered_at_ms !== null && { answeredAtMs: row.answered_at_ms }),
      });
      byEpisode.set(row.episode ?? "", list);
    }
  }
  return byEpisode;
};

const states = ["waiting", "done", "refused", "expired"] as const;
const stateOf = (state: string): DeskCommand["state"] =>
  states.find((known) => known === state) ?? "waiting";
