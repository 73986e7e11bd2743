import type { Database } from "better-sqlite3";
import type { Instant } from "#domain/time.ts";
import { readingsIn } from "./halve.ts";
import { lostWith, type KeptBlock, type Shelf } from "./make-room.ts";
import { openNames } from "./names.ts";
import { blockJson } from "./pending-json.ts";
import { decodeStretches, encodeStretches } from "./stretch-codec.ts";
import { blocksPerRead, type Block, type Lost, type PendingBlock } from "./store.ts";

interface Row {
  readonly n: number;
  readonly series: number;
  readonly boot: number;
  readonly startMonoMs: number;
  readonly startWallMs: number;
  readonly readings: number;
  readonly level: number;
  readonly stretches: Buffer;
}

const columns =
  "n, series, boot, start_mono_ms AS startMonoMs, start_wall_ms AS startWallMs, readings, level, stretches";
/** The blocks of the file: the rows, what they add up to, and the pages they lie on. */
export const openShelf = (db: Database) => {
  const names = openNames(db);
  const counted = openCounts(db);
  const pages = openPages(db);
  const rows = db.prepare<[number, number], Row>(
    `SELECT ${columns} FROM block WHERE n > ? ORDER BY n LIMIT ?`,
  );
  const range = db.prepare<[], { first: number; last: number }>(
    `SELECT coalesce((SELECT min(n) FROM block), 0) AS first,
            coalesce((SELECT max(n) FROM block), 0) AS last`,
  );
  const whole = (row: Row) => ({
    n: row.n,
    series: names.series(row.series),
    bootId: names.boot(row.boot),
    startMonoMs: row.startMonoMs,
    startWallMs: row.startWallMs,
    stretches: decodeStretches(row.stretches),
  });
  const kept = (row: Row): KeptBlock => ({
    n: row.n,
    silenceMs: names.series(row.series).silenceMs,
    startWallMs: row.startWallMs,
    readings: row.readings,
    level: row.level,
    stretches: decodeStretches(row.stretches),
  });

  return {
    ...openThinning(db, kept),
    usedBytes: pages.usedBytes,
    /** Gives free pages back to the disk when there are more than `keepBytes` of them. */
    returnPages: pages.giveBack,
    counts: counted.now,
    range: () => range.get() ?? { first: 0, last: 0 },
    recount: counted.recount,
    drop: counted.drop,
    add: ({ series, bootId, startMonoMs, startWallMs, stretches }: Block): void =>
      counted.add([
        names.seriesNumber(series),
        names.bootNumber(bootId),
        Math.round(startMonoMs),
        Math.round(startWallMs),
        readingsIn(stretches),
        encodeStretches(stretches),
      ]),
    oldest: (limit: number) => rows.all(0, limit).map(kept),
    pending: (afterN: number, bytes: number, now: Instant): readonly PendingBlock[] => {
      const blocks: PendingBlock[] = [];
      let left = bytes;
      for (const row of rows.iterate(afterN, blocksPerRead)) {
        const json = blockJson(whole(row), now);
        if (blocks.length > 0 && json.length > left) break;
        left -= json.length;
        blocks.push({ n: row.n, readings: row.readings, json });
      }
      return blocks;
    },
    allLost: (): readonly Lost[] => {
      const lost: Lost[] = [];
      for (const row of rows.iterate(0, -1)) lost.push(lostWith(kept(row), "store-full"));
      return lost;
    },
  };
};

const openThinning = (
  db: Database,
  kept: (row: Row) => KeptBlock,
): Pick<Shelf, "thinnable" | "replace"> => {
  const finer = db.prepare<[number, number, number], Row>(
    `SELECT ${columns} FROM block WHERE n > ? AND level < ? ORDER BY n LIMIT ?`,
  );
  const update = db.prepare("UPDATE block SET level = ?, stretches = ? WHERE n = ?");
  /** Everything up to here is as thin as it gets; found anew after a restart. */
  let thinnedTo = 0;
  return {
    thinnable: (levelMax, limit) => {
      const found = finer.all(thinnedTo, levelMax, limit);
      if (found[0] !== undefined) thinnedTo = found[0].n - 1;
      return found.map(kept);
    },
    replace: (n, level, stretches) => void update.run(level, encodeStretches(stretches), n),
  };
};

/** Kept in memory, because they are asked for after every request. */
const openCounts = (db: Database) => {
  const insert = db.prepare<NewRow>(
    `INSERT INTO block (series, boot, start_mono_ms, start_wall_ms, readings, stretches)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare("DELETE FROM block WHERE n = ?");
  const all = db.prepare<[], { blocks: number; readings: number }>(
    "SELECT count(*) AS blocks, coalesce(sum(readings), 0) AS readings FROM block",
  );
  const readingsOf = db.prepare<[number], { readings: number }>(
    "SELECT readings FROM block WHERE n = ?",
  );
  const nothing = { blocks: 0, readings: 0 };
  let counts = all.get() ?? nothing;
  return {
    now: () => counts,
    /** A transaction was rolled back: counts anew. */
    recount: (): void => {
      counts = all.get() ?? nothing;
    },
    add: (row: NewRow): void => {
      insert.run(...row);
      counts = { blocks: counts.blocks + 1, readings: counts.readings + row[4] };
    },
    drop: (numbers: readonly number[]): void => {
      for (const n of numbers) {
        const readings = readingsOf.get(n)?.readings ?? 0;
        if (remove.run(n).changes === 0) continue;
        counts = { blocks: counts.blocks - 1, readings: counts.readings - readings };
      }
    },
  };
};

type NewRow = [
  series: number,
  boot: number,
  startMonoMs: number,
  startWallMs: number,
  readings: number,
  stretches: Uint8Array,
];

const openPages = (db: Database) => {
  const ask = (name: string): number => Number(db.pragma(name, { simple: true }));
  const pageSize = ask("page_size");
  return {
    usedBytes: () => (ask("page_count") - ask("freelist_count")) * pageSize,
    giveBack: (keepBytes: number): void => {
      if (ask("freelist_count") * pageSize <= keepBytes) return;
      db.exec("PRAGMA incremental_vacuum");
    },
  };
};
