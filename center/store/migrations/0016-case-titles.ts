import type { Kysely } from "kysely";

/** What a case is about, in English, where its place is a sentence of ours and no address. */
export const caseTitles = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema.alterTable("cases").addColumn("place_en", "text").execute();
};
