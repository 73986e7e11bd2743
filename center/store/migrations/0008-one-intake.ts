import type { Kysely } from "kysely";

/** Imports that can be taken back, and reports from residents, staff and other systems. */
export const oneIntake = async (db: Kysely<unknown>): Promise<void> => {
  await createImports(db);
};

const createImports = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("imports")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("file_name", "text", (column) => column.notNull())
    .addColumn("file_sha256", "text", (column) => column.notNull())
    .addColumn("area_path", "text", (column) => column.notNull())
    .addColumn("rows", "integer", (column) => column.notNull())
    .addColumn("created_by", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("undone_by", "text")
    .addColumn("undone_at_ms", "bigint")
    .execute();
  await db.schema
    .createTable("import_items")
    .addColumn("import", "text", (column) => column.notNull().references("imports.id"))
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("ref", "text", (column) => column.notNull())
    .addColumn("before", "text")
    .addPrimaryKeyConstraint("import_items_pk", ["import", "kind", "ref"])
    .execute();
};
