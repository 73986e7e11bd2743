import type { Database } from "better-sqlite3";
import { bootId } from "#domain/ids.ts";
import type { Series } from "#domain/telemetry.ts";
import type { Instant } from "#domain/time.ts";
import { readingsIn } from "./halve.ts";
import type { KeptBlock, Shelf } from "./make-room.ts";
import { blockJson } from "./pending-json.ts";
import { decodeStretches, encodeStretches } from "./stretch-codec.ts";
import type { Block, Lost, PendingBlock } from "./store.ts";

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
/** Bounds a read whatever the blocks hold. */
const blocksPerRead = 500;

/** The blocks of the file: the rows, what they add up to, and the pages they lie on. */
export const openShelf = (db: Database) => {
  const names = openNames(db);
  const insert = db.prepare(
    `INSERT INTO block (series, boot, start_mono_ms, start_wall_ms, readings, stretches)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const rows = db.prepare<[number, number], Row>(
    `SELECT ${columns} FROM block WHERE n > ? ORDER BY n LIMIT ?`,
  );
  const finer = db.prepare<[number, number, number], Row>(
    `SELECT ${columns} FROM block WHERE n > ? AND level < ? ORDER BY n LIMIT ?`,
  );
  const update = db.prepare("UPDATE block SET level = ?, stretches = ? WHERE n = ?");
  const remove = db.prepare("DELETE FROM block WHERE n = ?");
  const count = db.prepare<[], { blocks: number; readings: number }>(
    "SELECT count(*) AS blocks, coalesce(sum(readings), 0) AS readings FROM block",
  );
  const readingsOf = db.prepare<[number], { readings: number }>(
    "SELECT readings FROM block WHERE n = ?",
  );
  let counts = count.get() ?? { blocks: 0, readings: 0 };
  /** Everything up to here is as thin as it gets; found anew after a restart. */
  let thinnedTo = 0;

  const kept = (row: Row): KeptBlock => ({
    n: row.n,
    silenceMs: names.series(row.series).silenceMs,
    startWallMs: row.startWallMs,
    readings: row.readings,
    level: row.level,
    stretches: decodeStretches(row.stretches),
  });
  const page = (name: string): number => Number(db.pragma(name, { simple: true }));
  const pageSize = page("page_size");

  const shelf: Shelf = {
    usedBytes: () => (page("page_count") - page("freelist_count")) * pageSize,
    thinnable: (afterN, levelMax, limit) => {
      const found = finer.all(Math.max(afterN, thinnedTo), levelMax, limit);
      if (found[0] !== undefined) thinnedTo = found[0].n - 1;
      return found.map(kept);
    },
    replace: (n, level, stretches) => void update.run(level, encodeStretches(stretches), n),
    oldest: (limit) => rows.all(0, limit).map(kept),
    drop: (numbers) => {
      for (const n of numbers) {
        const readings = readingsOf.get(n)?.readings ?? 0;
        if (remove.run(n).changes === 0) continue;
        counts = { blocks: counts.blocks - 1, readings: counts.readings - readings };
      }
    },
  };

  return {
    ...shelf,
    counts: () => counts,
    add: ({ series, bootId, startMonoMs, startWallMs, stretches }: Block): void => {
      const readings = readingsIn(stretches);
      insert.run(
        names.seriesNumber(series),
        names.bootNumber(bootId),
        Math.round(startMonoMs),
        Math.round(startWallMs),
        readings,
        encodeStretches(stretches),
      );
      counts = { blocks: counts.blocks + 1, readings: counts.readings + readings };
    },
    pending: (afterN: number, bytes: number, now: Instant): readonly PendingBlock[] => {
      const blocks: PendingBlock[] = [];
      let left = bytes;
      for (const row of rows.iterate(afterN, blocksPerRead)) {
        const { n, readings, startMonoMs, startWallMs } = row;
        const json = blockJson(
          {
            n,
            series: names.series(row.series),
            bootId: names.boot(row.boot),
            startMonoMs,
            startWallMs,
            stretches: decodeStretches(row.stretches),
          },
          now,
        );
        if (blocks.length > 0 && json.length > left) break;
        left -= json.length;
        blocks.push({ n, readings, json });
      }
      return blocks;
    },
    /** Gives free pages back to the disk when there are more than `keepBytes` of them. */
    returnPages: (keepBytes: number): void => {
      if (page("freelist_count") * pageSize <= keepBytes) return;
      db.exec("PRAGMA incremental_vacuum");
    },
    allLost: (): readonly Lost[] => {
      const lost: Lost[] = [];
      for (const row of rows.iterate(0, -1)) {
        const last = decodeStretches(row.stretches).at(-1);
        const toMs = row.startWallMs + (last === undefined ? 0 : last.atMs + last.forMs);
        lost.push({ reason: "store-full", fromMs: row.startWallMs, toMs, readings: row.readings });
      }
      return lost;
    },
  };
};

/** Series and boots, which every block has and few are different, by number. */
const openNames = (db: Database) => {
  const table = (name: "series" | "boot", column: "json" | "name") => {
    const all = db.prepare<[], { id: number; text: string }>(
      `SELECT id, ${column} AS text FROM ${name}`,
    );
    const insert = db.prepare(`INSERT INTO ${name} (${column}) VALUES (?) ON CONFLICT DO NOTHING`);
    const find = db.prepare<[string], { id: number }>(
      `SELECT id FROM ${name} WHERE ${column} = ?`,
    );
    const textById = new Map(all.all().map(({ id, text }) => [id, text]));
    return {
      // Asked anew each time: what a transaction that failed has inserted is not there.
      number: (text: string): number => {
        insert.run(text);
        const id = find.get(text)?.id;
        if (id === undefined) throw new Error(`telemetry: ${name} was not kept`);
        textById.set(id, text);
        return id;
      },
      text: (id: number): string => {
        const text = textById.get(id);
        if (text === undefined) throw new Error(`telemetry: no ${name} ${id}`);
        return text;
      },
    };
  };
  const series = table("series", "json");
  const boots = table("boot", "name");
  const parsed = new Map<string, Series>();

  return {
    seriesNumber: (one: Series): number => series.number(seriesText(one)),
    bootNumber: (name: string): number => boots.number(name),
    boot: (id: number) => bootId(boots.text(id)),
    series: (id: number): Series => {
      const text = series.text(id);
      const known = parsed.get(text);
      if (known !== undefined) return known;
      // Our own writing, by `seriesText`.
      const one: Series = JSON.parse(text);
      parsed.set(text, one);
      return one;
    },
  };
};

const seriesText = ({ detector, gas, mark, lelPercentVolume, silenceMs }: Series): string =>
  JSON.stringify({ detector, gas, mark, lelPercentVolume, silenceMs });
