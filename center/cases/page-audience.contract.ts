import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roles } from "#domain/rights.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openGround, type Ground, type NewDatabase } from "../open-ground.testing.ts";
import { addPages, pagesFor } from "./pages.ts";
import { isMeantFor } from "./page-audience.ts";

/** That the list of pages and the live stream mean the same people, on whichever database. */
export const pageAudienceContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`whom a page is meant for on ${database}`, { timeout: 60_000 }, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = await openGround(newDatabase);
      await ground.take(createFakeGateway("gw-1").alarm({ seq: 1 }));
      await ground.store.db.deleteFrom("pages").execute();
    });
    afterAll(() => ground.close());

    const area = fc
      .array(fc.constantFrom("pidu", "anjing", "xian", "xian2", "%", "_"), { maxLength: 4 })
      .map((parts) => ["", ...parts, ""].join("/"));
    const page = fc.record({
      roles: fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 3 }),
      area,
      person: fc.option(fc.constantFrom("li", "wang"), { nil: undefined }),
    });
    const actor = fc.record({
      name: fc.constantFrom("li", "chen"),
      grants: fc.array(fc.record({ role: fc.constantFrom(...roles), area }), { maxLength: 3 }),
    });

    test("SQL and memory are of one mind, whatever roles, areas and names", async () => {
      await fc.assert(
        fc.asyncProperty(page, actor, async ({ person, ...told }, asker) => {
          const { db } = ground.store;
          await db.deleteFrom("pages").execute();
          await ground.store.write((tx) =>
            addPages(tx, [
              {
                ...told,
                ...(person !== undefined && { person }),
                caseId: "AJ-000001",
                clock: "sign",
                atMs: 1,
                priority: 1,
                staged: false,
                text: { zh: "请签收", en: "sign" },
                channels: [],
              },
            ]),
          );
          const listed = await pagesFor(db, asker, { unreadOnly: false, limit: 10 });
          const view = { ...told, ...(person !== undefined && { person }) };
          expect(listed.length === 1).toBe(isMeantFor(view, asker));
        }),
        { numRuns: 200 },
      );
    });
  });
};
