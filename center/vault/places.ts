/** Where sealed words lie: what a rotation goes through, and what a stolen copy must not tell. */
import { sql } from "kysely";
import type { Reading, Writing } from "../store/open-store.ts";

export const placeOf = {
  phone: (person: string): string => `people.phone ${person}`,
  totp: (user: string): string => `second_factors.secret ${user}`,
  commandKey: (name: string): string => `signing_keys.private_pem ${name}`,
} as const;

interface Place {
  readonly of: (key: string) => string;
  /** Rows beyond `after` whose text does not begin with `mark`, by key, at most `limit`. */
  readonly unsealed: (
    db: Reading,
    mark: string,
    page: { readonly after: string; readonly limit: number },
  ) => Promise<readonly { readonly key: string; readonly text: string }[]>;
  readonly write: (tx: Writing, key: string, text: string) => Promise<void>;
}

const inColumn = (
  table: "people" | "second_factors" | "signing_keys",
  key: string,
  column: string,
  of: Place["of"],
): Place => ({
  of,
  unsealed: async (db, mark, { after, limit }) => {
    const { rows } = await sql<{ readonly key: string; readonly text: string }>`
      select ${sql.ref(key)} as "key", ${sql.ref(column)} as "text" from ${sql.table(table)}
      where ${sql.ref(column)} is not null and ${sql.ref(key)} > ${after}
        and substr(${sql.ref(column)}, 1, ${sql.lit(mark.length)}) <> ${mark}
      order by ${sql.ref(key)} limit ${limit}`.execute(db);
    return rows;
  },
  write: async (tx, name, text) => {
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${text}
      where ${sql.ref(key)} = ${name}`.execute(tx);
  },
});

export const places: readonly Place[] = [
  inColumn("people", "id", "phone", placeOf.phone),
  inColumn("second_factors", "user_name", "secret", placeOf.totp),
  inColumn("signing_keys", "name", "private_pem", placeOf.commandKey),
];
