import {
  CompiledQuery,
  PostgresAdapter,
  sql,
  type DialectAdapter,
  type InsertObject,
  type InsertQueryBuilder,
  type InsertResult,
} from "kysely";
import { inChunks } from "./chunks.ts";
import type { Writing } from "./open-store.ts";
import type { Tables } from "./tables.ts";

/**
 * What stands behind the values, without parameters: a conflict clause, what is returned. One table
 * has one of them.
 */
export type Finish<Name extends keyof Tables, Output> = (
  insert: InsertQueryBuilder<Tables, Name, InsertResult>,
) => InsertQueryBuilder<Tables, Name, Output>;

/** What has been written once, for each database. */
const textsByDatabase = new WeakMap<DialectAdapter, Map<string, string>>();

/**
 * Inserts whole rows, all with the same columns, many in one statement; answers what `finish` has it
 * return. Kysely writes each statement once: to build it again for every batch of a storm costs more
 * than to check what it holds.
 *
 * SQLite gets a place for each value. PostgreSQL gets the rows as one text of JSON: to read and plan
 * a statement with thousands of places costs it more than to write the rows.
 */
export const insertRows = async <Name extends keyof Tables, Output = InsertResult>(
  tx: Writing,
  table: Name,
  rows: readonly InsertObject<Tables, Name>[],
  finish?: Finish<Name, Output>,
): Promise<readonly Output[]> => {
  const [first] = rows;
  if (first === undefined) return [];
  const columns = Object.keys(first);
  checkRows(rows, columns);
  const { adapter } = tx.getExecutor();
  const texts = textsByDatabase.get(adapter) ?? new Map<string, string>();
  textsByDatabase.set(adapter, texts);
  const asJson = adapter instanceof PostgresAdapter;
  const returned: Output[] = [];
  for (const chunk of asJson ? inSlices(rows) : inChunks(rows)) {
    const key = `${asJson ? "" : chunk.length} ${table} ${columns.join()}`;
    const text = texts.get(key) ?? textOf(tx, table, { rows: chunk, columns, asJson, finish });
    texts.set(key, text);
    const values = asJson ? [rowsToJson(chunk)] : valuesOf(chunk);
    const { rows: output } = await tx.executeQuery<Output>(CompiledQuery.raw(text, values));
    returned.push(...output);
  }
  return returned;
};

const textOf = <Name extends keyof Tables, Output>(
  tx: Writing,
  table: Name,
  what: {
    readonly rows: readonly InsertObject<Tables, Name>[];
    readonly columns: readonly string[];
    readonly asJson: boolean;
    readonly finish: Finish<Name, Output> | undefined;
  },
): string => {
  const { rows, columns, asJson, finish } = what;
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const whole = asJson
    ? tx
        .insertInto(table)
        // The names of a row's own columns, which `Object.keys` does not say.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        .columns(columns as never)
        .expression(
          sql`select ${names} from json_populate_recordset(null::${sql.table(table)}, ${""}::json)`,
        )
    : tx.insertInto(table).values(rows);
  const { sql: text, parameters } = (finish?.(whole) ?? whole).compile();
  const count = asJson ? 1 : rows.length * columns.length;
  if (parameters.length !== count) throw new Error(`${table}: a conflict clause has parameters`);
  return text;
};

/** Text and values are made apart: what does not fit must not slip one column on. */
const checkRows = (rows: readonly object[], columns: readonly string[]): void => {
  for (const row of rows) {
    const own = Object.keys(row);
    if (own.length !== columns.length) throw new Error(`a row of other columns: ${columns.join()}`);
    for (const [index, column] of own.entries()) {
      if (column !== columns[index]) {
        throw new Error(`a row of other columns: ${column} for ${columns[index]}`);
      }
    }
    if (Object.values(row).includes(undefined)) {
      throw new Error(`a row without a value: ${columns.join()}`);
    }
  }
};

const valuesOf = (rows: readonly object[]): unknown[] => rows.flatMap((row) => Object.values(row));

/** So many rows in one text: some megabytes, which the server reads in some tens of milliseconds. */
const rowsInText = 2_048;

const inSlices = <Row>(rows: readonly Row[]): readonly Row[][] =>
  Array.from({ length: Math.ceil(rows.length / rowsInText) }, (_, index) =>
    rows.slice(index * rowsInText, (index + 1) * rowsInText),
  );

/** Half a character, which JSON can name and PostgreSQL refuses, becomes U+FFFD as on any other way. */
const rowsToJson = (rows: readonly object[]): string => {
  const text = JSON.stringify(rows);
  return text.includes("\\ud")
    ? JSON.stringify(rows, (_, value: unknown) =>
        typeof value === "string" ? value.toWellFormed() : value,
      )
    : text;
};
