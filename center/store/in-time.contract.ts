import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { openTestStore, type NewDatabase, type TestDatabase } from "../open-ground.testing.ts";
import { inStretch, newestFirst, oldestFirst, type Stretch, type TimeOrder } from "./in-time.ts";
import type { Store } from "./open-store.ts";

interface Row {
  readonly atMs: number;
  readonly name: string;
  readonly kind: number;
}

/** That stretches lose no row and show none twice, however many share a millisecond. */
export const inTimeContract = (name: string, newDatabase: NewDatabase): void => {
  describe(`rows in the order of time on ${name}`, { timeout: 60_000 }, () => {
    const order: TimeOrder = { table: "walk", atMs: "walk.at_ms", name: "walk.name" };
    let database: TestDatabase;
    let store: Store;
    beforeAll(async () => {
      database = await newDatabase();
      store = await openTestStore(database.options);
      await sql`create table walk (at_ms bigint not null, name text primary key, kind integer)`.execute(
        store.db,
      );
      await sql`create index walk_in_time on walk (at_ms, name)`.execute(store.db);
    });
    afterAll(async () => {
      await store.close();
      await database.drop();
    });

    const plant = async (rows: readonly Row[]): Promise<void> => {
      await sql`delete from walk`.execute(store.db);
      if (rows.length === 0) return;
      const values = rows.map(({ atMs, name, kind }) => sql`(${atMs}, ${name}, ${kind})`);
      await sql`insert into walk values ${sql.join(values)}`.execute(store.db);
    };
    const read = async (kind: number, stretch: Stretch, way: "asc" | "desc", limit = 1_000) => {
      const { rows } = await sql<Row>`select at_ms as "atMs", name, kind from walk
        where kind = ${sql.lit(kind)} and ${inStretch(order, stretch)}
        order by at_ms ${sql.raw(way)}, name ${sql.raw(way)}
        limit ${limit}`.execute(store.db);
      return rows;
    };

    /** Few milliseconds for many rows; names by number, so that they sort alike everywhere. */
    const planted = fc
      .array(
        fc.record({ atMs: fc.integer({ min: 10, max: 16 }), kind: fc.integer({ min: 0, max: 2 }) }),
        { maxLength: 40 },
      )
      .map((rows): readonly Row[] =>
        rows
          .map((row, nth) => ({ ...row, name: `r-${String((nth * 17) % 41).padStart(2, "0")}` }))
          .toSorted((a, b) => a.atMs - b.atMs || (a.name < b.name ? -1 : 1)),
      );

    test("a period is read whole and once, from its first millisecond to before its last", async () => {
      await fc.assert(
        fc.asyncProperty(
          planted,
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 9, max: 17 }),
          fc.integer({ min: 9, max: 17 }),
          async (rows, rowsAtOnce, fromMs, untilMs) => {
            await plant(rows);
            const found: Row[] = [];
            const time = { fromMs, untilMs };
            const pages = oldestFirst(
              store.db,
              order,
              time,
              (stretch) => read(1, stretch, "asc"),
              rowsAtOnce,
            );
            for await (const page of pages) {
              expect(page.length).toBeLessThanOrEqual(rowsAtOnce);
              found.push(...page);
            }
            expect(found).toEqual(
              rows.filter(({ atMs, kind }) => kind === 1 && atMs >= fromMs && atMs < untilMs),
            );
          },
        ),
        { numRuns: 60 },
      );
    });

    test("pages follow each other from the newest to the oldest, however rare what they show", async () => {
      await fc.assert(
        fc.asyncProperty(
          planted,
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 1, max: 6 }),
          async (rows, limit, first) => {
            await plant(rows);
            const found: Row[] = [];
            for (;;) {
              const page = await newestFirst(
                store.db,
                order,
                { before: found.at(-1), limit },
                (stretch, most) => read(1, stretch, "desc", most),
                { first, most: 2 * first },
              );
              found.push(...page);
              if (page.length < limit) break;
              expect(page).toHaveLength(limit);
            }
            expect(found).toEqual(rows.filter(({ kind }) => kind === 1).toReversed());
          },
        ),
        { numRuns: 60 },
      );
    });
  });
};
