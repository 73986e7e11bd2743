import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestStore, type NewDatabase } from "../open-ground.testing.ts";
import { insertRows } from "./insert-rows.ts";
import type { Store } from "./open-store.ts";

/** What writing many rows at once promises, on whichever database. */
export const insertRowsContract = (database: string, newDatabase: NewDatabase): void => {
  let store: Store;
  let drop: () => Promise<unknown>;
  beforeEach(async () => {
    const fresh = await newDatabase();
    drop = fresh.drop;
    store = await openTestStore(fresh.options);
  });
  afterEach(async () => {
    await store.close();
    await drop();
  });

  const record = (
    index: number,
    changes: { readonly body?: string; readonly seq?: number } = {},
  ) => ({
    source: "/gw-1",
    id: `r-${String(index).padStart(5, "0")}`,
    gateway: "gw-1",
    journal: null,
    seq: index,
    lane: "alarm",
    episode: "",
    durable: 1,
    late: 0,
    body: `报警 ${index}`,
    received_at_ms: 1_795_000_000_000 + index,
    ...changes,
  });
  const all = () => store.db.selectFrom("records").selectAll().orderBy("id").execute();

  describe(`rows written together on ${database}`, { timeout: 30_000 }, () => {
    test("any number of them comes back as it was", async () => {
      // Neither a whole number of pieces of any size, nor less than the largest piece.
      const rows = Array.from({ length: 2_700 }, (_, index) => record(index));
      await store.write((tx) => insertRows(tx, "records", rows));
      await store.write((tx) => insertRows(tx, "records", []));
      expect(await all()).toEqual(rows);
    });

    test("whatever stands in a text comes back, and half a character as U+FFFD", async () => {
      const texts = [`'";\\n\t --`, "\\u0041", "甲烷 🔥", '{"a":"\\ud800"}', "", "null"];
      const rows = texts.map((body, index) => record(index, { body }));
      await store.write((tx) =>
        insertRows(tx, "records", [...rows, record(9, { body: "\ud800" })]),
      );
      expect((await all()).map(({ body }) => body)).toEqual([...texts, "\ufffd"]);
    });

    test("what stands behind the values holds: only what is new is written and answered", async () => {
      const write = (indexes: readonly number[]) =>
        store.write((tx) =>
          insertRows(
            tx,
            "records",
            indexes.map((index) => record(index)),
            (insert) =>
              insert
                .onConflict((conflict) => conflict.columns(["source", "id"]).doNothing())
                .returning("id"),
          ),
        );
      expect(await write([1, 2, 3])).toHaveLength(3);
      expect(await write([2, 3, 4, 5])).toEqual([{ id: "r-00004" }, { id: "r-00005" }]);
    });

    test("a row of other columns is refused, and nothing slips one column on", async () => {
      const { body, ...shorter } = record(2);
      const turned = { body, ...shorter };
      // Not what the type allows: a mistake that a cast or a spread could make.
      const wrong: ReturnType<typeof record>[] = [record(1), turned];
      await expect(store.write((tx) => insertRows(tx, "records", wrong))).rejects.toThrow(
        "a row of other columns",
      );
      expect(await all()).toEqual([]);
    });

    test("a conflict clause with a value of its own is refused: it would be the first row's for ever", async () => {
      await expect(
        store.write((tx) =>
          insertRows(tx, "stream_events", [{ position: 1, kind: "case", ref: "a" }], (insert) =>
            insert.onConflict((conflict) => conflict.column("position").doUpdateSet({ ref: "b" })),
          ),
        ),
      ).rejects.toThrow("a conflict clause has parameters");
    });
  });
};
