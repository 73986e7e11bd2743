import { elapsed, seconds, atLeast, type MonoMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Store } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";

/**
 * Without any status for this long a gateway's link is lost.
 * Source: Canary; a gateway reports at least every 5 s, so three in a row are missing.
 */
export const linkLostAfter = seconds(20);

/**
 * Marks gateways as lost that have not been heard; answers those it marked. To be called about
 * once a second.
 *
 * Durations are our own monotonic clock's, counted from when we first saw the newest "heard at" in
 * the database: a wall clock that jumps, a restart, or another center process that hears the
 * gateway instead of us neither lose nor revive a link.
 */
export const createLinkWatch = (store: Store, clock: Clock): (() => Promise<readonly string[]>) => {
  const seen = new Map<string, { readonly heardAtMs: number; readonly since: MonoMs }>();

  return async () => {
    const now = clock.now().monoMs;
    const rows = await store.db
      .selectFrom("gateways")
      .select(["id", "heard_at_ms"])
      .where("link", "=", "up")
      .execute();
    const lost: { id: string; heardAtMs: number }[] = [];
    for (const { id, heard_at_ms: heardAtMs } of rows) {
      const last = seen.get(id);
      if (last?.heardAtMs !== heardAtMs) seen.set(id, { heardAtMs, since: now });
      else if (atLeast(elapsed(last.since, now), linkLostAfter)) lost.push({ id, heardAtMs });
    }
    return lost.length === 0 ? [] : markLost(store, lost);
  };
};

/** Not one that was heard in the meantime. */
const markLost = (
  store: Store,
  candidates: readonly { readonly id: string; readonly heardAtMs: number }[],
): Promise<readonly string[]> =>
  store.write(async (tx) => {
    const lost: string[] = [];
    for (const { id, heardAtMs } of candidates) {
      const row = await tx
        .updateTable("gateways")
        .set({ link: "lost" })
        .where("id", "=", id)
        .where("heard_at_ms", "=", heardAtMs)
        .where("link", "=", "up")
        .returning("id")
        .executeTakeFirst();
      if (row !== undefined) lost.push(id);
    }
    const alarms = await tx
      .selectFrom("alarms")
      .select("episode")
      .where("on_desk", "=", 1)
      .where("gateway", "in", lost.length === 0 ? [""] : lost)
      .execute();
    await noteChanges(tx, [
      ...lost.map((ref) => ({ kind: "gateway", ref }) as const),
      ...alarms.map(({ episode }) => ({ kind: "alarm", ref: episode }) as const),
    ]);
    return lost;
  });
