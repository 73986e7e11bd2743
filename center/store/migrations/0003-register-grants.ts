import { sql, type CreateTableBuilder, type Kysely } from "kysely";

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

/** A version for `If-Match`, and retiring instead of deleting. */
const versioned = <Table extends string, Column extends string>(
  table: CreateTableBuilder<Table, Column>,
) =>
  table
    .addColumn("version", "integer", (column) => column.notNull().defaultTo(1))
    .addColumn("retired_at_ms", "bigint");

const createPlaces = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("areas")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("parent", "text", (column) => column.references("areas.id"))
    .addColumn("path", "text", (column) => column.notNull().unique())
    .addColumn("name_zh", "text", (column) => column.notNull())
    .addColumn("name_en", "text", (column) => column.notNull())
    .$call(versioned)
    .execute();
  await db.schema
    .createTable("buildings")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("area", "text", (column) => column.notNull().references("areas.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("latitude", "double precision")
    .addColumn("longitude", "double precision")
    .$call(versioned)
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
    .$call(versioned)
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
    .$call(versioned)
    .execute();
  await db.schema.createIndex("points_by_household").on("points").column("household").execute();
  await db.schema.createIndex("points_by_building").on("points").column("building").execute();
};

const createDevices = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("gateway_areas")
    .addColumn("gateway", "text", (column) => column.primaryKey())
    .addColumn("area", "text", (column) => column.notNull().references("areas.id"))
    .addColumn("place", "text")
    .$call(versioned)
    .execute();
  await db.schema
    .createTable("installations")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("detector", "text", (column) => column.notNull())
    .addColumn("gateway", "text", (column) => column.notNull())
    .addColumn("point", "text", (column) => column.notNull().references("points.id"))
    .addColumn("profile", "text")
    .addColumn("serial", "text")
    .addColumn("made_at_ms", "bigint")
    .addColumn("installed_at_ms", "bigint", (column) => column.notNull())
    .addColumn("warm_until_ms", "bigint")
    .addColumn("calibrated_at_ms", "bigint")
    .addColumn("expires_at_ms", "bigint")
    .addColumn("removed_at_ms", "bigint")
    .addColumn("removed_why", "text")
    .addColumn("replaced_by", "text")
    .addColumn("origin", "text", (column) => column.notNull().defaultTo("hand"))
    .addColumn("version", "integer", (column) => column.notNull().defaultTo(1))
    .execute();
  // Whose alarm is where: asked for every alarm, by the detector's name.
  await db.schema
    .createIndex("installations_by_detector")
    .on("installations")
    .columns(["detector", "gateway"])
    .execute();
  await createLiveIndexes(db);
  await db.schema
    .createIndex("installations_by_point")
    .on("installations")
    .column("point")
    .execute();
};

/** What hangs somewhere now: one device a name, one a point, and a serial in one place only. */
const createLiveIndexes = async (db: Kysely<unknown>): Promise<void> => {
  await sql`create unique index installations_live_name on installations (gateway, detector)
    where removed_at_ms is null`.execute(db);
  await sql`create unique index installations_live_point on installations (point)
    where removed_at_ms is null`.execute(db);
  await sql`create unique index installations_live_serial on installations (serial)
    where removed_at_ms is null`.execute(db);
  await sql`create index installations_by_serial on installations (serial)`.execute(db);
  await sql`create index installations_due on installations (expires_at_ms)
    where removed_at_ms is null`.execute(db);
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
