import { sql } from "kysely";
import type { Bilingual } from "#domain/result.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { Store } from "./open-store.ts";

/** So far a center's own clock may be off: less than any clock of a case notices. Canary's own choice. */
const ownIsGoodMs = 5_000;
/** An answer that took longer says little about the time. */
const answerMaxMs = 2_000;

export interface SharedTime {
  readonly clock: Clock;
  /** Asks again; to be called about once a minute. Answers what is wrong with this machine's clock. */
  readonly look: () => Promise<Bilingual | undefined>;
}

/**
 * The time that centers behind one PostgreSQL have in common: its own, where this machine's is off.
 * The one that is ahead would fire the clocks of all others' cases at once, up to the district, and
 * the one that is behind would hold them back as soon as it is alone. SQLite has one center.
 */
export const openSharedTime = async (store: Store, own: Clock): Promise<SharedTime> => {
  let offsetMs = 0;
  const look = async (): Promise<Bilingual | undefined> => {
    if (store.kind === "sqlite") return undefined;
    const before = own.now();
    const { rows } = await sql<{ readonly ms: number }>`
      select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms`.execute(store.db);
    const after = own.now();
    const [answer] = rows;
    const tookMs = after.monoMs - before.monoMs;
    if (answer !== undefined && tookMs <= answerMaxMs) {
      const offMs = answer.ms - (after.wallMs - tookMs / 2);
      offsetMs = Math.abs(offMs) < ownIsGoodMs ? 0 : Math.round(offMs);
    }
    return offsetMs === 0 ? undefined : isOff(offsetMs);
  };
  await look();
  return {
    look,
    clock: {
      now: () => {
        const now = own.now();
        return { ...now, wallMs: epochMs(now.wallMs + offsetMs) };
      },
    },
  };
};

const isOff = (offsetMs: number): Bilingual => {
  const seconds = Math.round(Math.abs(offsetMs) / 1_000);
  return {
    zh: `本中心的时钟${offsetMs > 0 ? "慢" : "快"} ${seconds} 秒,现按数据库的时间计时。请检查本机和数据库主机的时间同步(NTP)`,
    en: `this center's clock is ${seconds} s ${offsetMs > 0 ? "slow" : "fast"} against the database's, whose time is used. Check time synchronisation (NTP) of both machines`,
  };
};
