import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { inScope, isInScope, isServing, servesScope } from "./scoped.ts";

/** That a scope means the same in memory and in SQL, on whichever database. */
export const scopedContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`scopes on ${database}`, { timeout: 60_000 }, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = await openGround(newDatabase);
    });
    afterAll(() => ground.close());

    const asks = async (condition: ReturnType<typeof inScope>): Promise<boolean> => {
      const { rows } = await sql<{ yes: number }>`select 1 as yes where ${condition}`.execute(
        ground.store.db,
      );
      return rows.length === 1;
    };
    const path = (text: string) => sql<string>`${text}`;

    test.each([
      ["/pidu/anjing/xian/", ["/pidu/anjing/xian/"], true],
      ["/pidu/anjing/xian/g1/", ["/pidu/anjing/"], true],
      ["/pidu/anjing/xian/", ["/"], true],
      ["/pidu/anjing/", ["/pidu/anjing/xian/"], false],
      ["/pidu/anjing/xian2/", ["/pidu/anjing/xian/"], false],
      ["/pidu/anjing/xian2/", ["/pidu/anjing/xian/", "/pidu/anjing/xian2/"], true],
      ["/pidu/anjing/Xian/", ["/pidu/anjing/xian/"], false],
      ["/pidu/anjing/xian/", ["/pidu/anjing/%/"], false],
      ["/pidu/anjing/xian/", ["/pidu/anjing/xia_/"], false],
      ["/", ["/pidu/"], false],
      ["/pidu/", [], false],
    ])("a row at %s is seen from %j: %s", async (row, areas, seen) => {
      expect(await asks(inScope(path(row), areas))).toBe(seen);
    });

    test("SQL and memory are of one mind, whatever the names", async () => {
      const part = fc.oneof(
        fc.constantFrom("a", "A", "ab", "%", "_", "'", "西", "郫都"),
        fc
          .string({ unit: "grapheme", minLength: 1, maxLength: 3 })
          .filter((name) => !/[/\0]/.test(name)),
      );
      const area = fc.array(part, { maxLength: 4 }).map((parts) => ["", ...parts, ""].join("/"));
      await fc.assert(
        fc.asyncProperty(area, fc.array(area, { maxLength: 3 }), async (row, areas) => {
          expect(await asks(inScope(path(row), areas))).toBe(isInScope(row, areas));
          expect(await asks(servesScope(path(row), areas))).toBe(isServing(row, areas));
        }),
        { numRuns: 300 },
      );
    });
  });
};
