import { sql, type Kysely } from "kysely";

/** Where things are, who lives and works there, and which role somebody holds over which area. */
export const registerGrants = async (db: Kysely<unknown>): Promise<void> => {
  await createPlaces(db);
  await createDevices(db);
  await createPeople(db);
  // Whoever could log in before there were roles could do everything there was.
  for (const role of ["admin", "street_duty", "street_lead"]) {
    await sql`insert into grants (user_name, role, area) select name, ${role}, '/' from users`.execute(
      db,
    );
  }
};

const createPlaces = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("areas")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("parent", "text", (column) => column.references("areas.id"))
    .addColumn("path", "text", (column) => column.notNull().unique())
    .addColumn("name_zh", "text", (column) => column.notNull())
    .addColumn("name_en", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("buildings")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("area", "text", (column) => column.notNull().references("areas.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("latitude", "double precision")
    .addColumn("longitude", "double precision")
    .execute();
  await db.schema.createIndex("buildings_by_area").on("buildings").column("area").execute();
  await db.schema
    .createTable("households")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("building", "text", (column) => column.notNull().references("buildings.id"))
    .addColumn("riser", "text")
    .addColumn("floor", "text")
    .addColumn("room", "text")
    .addColumn("address", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("households_by_building")
    .on("households")
    .column("building")
    .execute();
  await db.schema
    .createTable("points")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("building", "text", (column) => column.notNull().references("buildings.id"))
    .addColumn("household", "text", (column) => column.references("households.id"))
    .addColumn("place", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("points_by_household").on("points").column("household").execute();
};

const createDevices = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("gateway_areas")
    .addColumn("gateway", "text", (column) => column.primaryKey())
    .addColumn("area", "text", (column) => column.notNull().references("areas.id"))
    .execute();
  await db.schema
    .createTable("installations")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("point", "text", (column) => column.notNull().references("points.id"))
    .addColumn("profile", "text")
    .addColumn("serial", "text")
    .addColumn("installed_at_ms", "bigint", (column) => column.notNull())
    .addColumn("expires_at_ms", "bigint")
    .addColumn("removed_at_ms", "bigint")
    .execute();
  await db.schema
    .createIndex("installations_by_detector")
    .on("installations")
    .columns(["gateway", "detector", "removed_at_ms"])
    .execute();
  await db.schema
    .createIndex("installations_by_point")
    .on("installations")
    .column("point")
    .execute();
};

const createPeople = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("people")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("phone", "text")
    .addColumn("area", "text", (column) => column.notNull().references("areas.id"))
    .addColumn("household", "text", (column) => column.references("households.id"))
    .addColumn("user_name", "text", (column) => column.unique().references("users.name"))
    .addColumn("flags", "text", (column) => column.notNull())
    .addColumn("erased_at_ms", "bigint")
    .execute();
  await db.schema.createIndex("people_by_household").on("people").column("household").execute();
  await db.schema
    .createTable("grants")
    .addColumn("user_name", "text", (column) => column.notNull().references("users.name"))
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("area", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("grants_pk", ["user_name", "role", "area"])
    .execute();
};
