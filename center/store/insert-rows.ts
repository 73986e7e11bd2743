import {
  CompiledQuery,
  type DialectAdapter,
  type InsertObject,
  type InsertQueryBuilder,
  type InsertResult,
} from "kysely";
import { inChunks } from "./chunks.ts";
import type { Writing } from "./open-store.ts";
import type { Tables } from "./tables.ts";

export type Insert<Name extends keyof Tables> = InsertQueryBuilder<Tables, Name, InsertResult>;

/** What has been written once, for each database. */
const textsByDatabase = new WeakMap<DialectAdapter, Map<string, string>>();

/**
 * Inserts whole rows, all with the same columns, many in one statement. Kysely writes each statement
 * once: to build it again for every batch of a storm costs more than to check what it holds.
 *
 * `finish` adds what stands behind the values, without parameters: a conflict clause. One table has
 * one of them.
 */
export const insertRows = async <Name extends keyof Tables & string>(
  tx: Writing,
  table: Name,
  rows: readonly InsertObject<Tables, Name>[],
  finish?: (insert: Insert<Name>) => Insert<Name>,
): Promise<void> => {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const { adapter } = tx.getExecutor();
  const texts = textsByDatabase.get(adapter) ?? new Map<string, string>();
  textsByDatabase.set(adapter, texts);
  for (const chunk of inChunks(rows)) {
    const key = `${chunk.length} ${table} ${columns.join()}`;
    const text = texts.get(key) ?? textOf(tx, table, chunk, finish);
    texts.set(key, text);
    await tx.executeQuery(CompiledQuery.raw(text, valuesOf(chunk, columns)));
  }
};

const textOf = <Name extends keyof Tables & string>(
  tx: Writing,
  table: Name,
  rows: readonly InsertObject<Tables, Name>[],
  finish: ((insert: Insert<Name>) => Insert<Name>) | undefined,
): string => {
  const insert = tx.insertInto(table).values(rows);
  const { sql, parameters } = (finish?.(insert) ?? insert).compile();
  const count = rows.length * Object.keys(rows[0] ?? {}).length;
  if (parameters.length !== count) throw new Error(`${table}: a conflict clause has parameters`);
  return sql;
};

const valuesOf = (rows: readonly object[], columns: readonly string[]): unknown[] => {
  const values: unknown[] = [];
  for (const row of rows) {
    const own = Object.entries(row);
    // Text and values were made apart: what does not fit must not slip one column on.
    if (own.length !== columns.length) throw new Error(`a row of other columns: ${columns.join()}`);
    for (const [index, [column, value]] of own.entries()) {
      if (column !== columns[index] || value === undefined) {
        throw new Error(`a row of other columns: ${column} for ${columns[index]}`);
      }
      values.push(value);
    }
  }
  return values;
};
