import { sql, SqliteAdapter, type CreateTableBuilder, type Kysely } from "kysely";

/** Cases of their own: flow, members, timeline, clocks and pages. Cases from before keep id, state and signer. */
export const cases = async (db: Kysely<unknown>): Promise<void> => {
  await placeAlarms(db);
  await sql`create table cases_before as select * from cases`.execute(db);
  await db.schema.dropTable("cases").execute();
  await createCases(db);
  await createAround(db);
  await createClocks(db);
  await moveCases(db);
  await db.schema.dropTable("cases_before").execute();
};

/** Every alarm knows its area: its building's, else its gateway's, else everything. */
const placeAlarms = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .alterTable("alarms")
    .addColumn("area_path", "text", (column) => column.notNull().defaultTo("/"))
    .execute();
  await sql`
    update alarms set area_path = coalesce(
      (select areas.path from installations
        join points on points.id = installations.point
        join buildings on buildings.id = points.building
        join areas on areas.id = buildings.area
        where installations.detector = alarms.detector
          and installations.gateway = alarms.gateway
          and installations.removed_at_ms is null
        limit 1),
      (select areas.path from gateway_areas
        join areas on areas.id = gateway_areas.area
        where gateway_areas.gateway = alarms.gateway),
      '/')`.execute(db);
};

const createCases = async (db: Kysely<unknown>): Promise<void> => {
  const texts = ["kind", "source", "state", "level", "home", "family", "place", "area_path"];
  const numbers = [
    "version",
    "priority",
    "peak_priority",
    "is_open",
    "drill",
    "test",
    "pending_upper",
    "extended",
    "casualty",
    "plan",
  ];
  const times = ["created_at_ms", "entered_at_ms", "round_at_ms", "touched_at_ms"];
  const maybeTexts = [
    "source_ref",
    "report",
    "gas",
    "group_name",
    "household",
    "assignee",
    "team",
    "handler",
    "conclusion",
    "signed_by",
    "merged_into",
    "recurrence_of",
  ];
  const maybeTimes = [
    "signed_at_ms",
    "unsigned_since_ms",
    "upper_since_ms",
    "suspended_until_ms",
    "due_at_ms",
  ];
  let table: CreateTableBuilder<string, string> = db.schema
    .createTable("cases")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("episode", "text", (column) => column.unique().references("alarms.episode"));
  for (const name of texts) table = table.addColumn(name, "text", (column) => column.notNull());
  for (const name of numbers) {
    table = table.addColumn(name, "integer", (column) => column.notNull());
  }
  for (const name of times) table = table.addColumn(name, "bigint", (column) => column.notNull());
  for (const name of maybeTexts) table = table.addColumn(name, "text");
  for (const name of maybeTimes) table = table.addColumn(name, "bigint");
  await table.addUniqueConstraint("cases_by_source", ["source", "source_ref"]).execute();
  const onCases = (name: string) => db.schema.createIndex(name).on("cases");
  await onCases("cases_by_home").columns(["home", "family", "is_open"]).execute();
  await onCases("cases_by_time").columns(["created_at_ms", "id"]).execute();
  await onCases("cases_by_open").columns(["is_open", "area_path"]).execute();
  await onCases("cases_by_target").columns(["merged_into"]).execute();
};

const createAround = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("case_alarms")
    .addColumn("episode", "text", (column) => column.primaryKey().references("alarms.episode"))
    .addColumn("own_case", "text", (column) => column.notNull().references("cases.id"))
    .addColumn("case_id", "text", (column) => column.notNull().references("cases.id"))
    .addColumn("joined_at_ms", "bigint", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("rings", "integer", (column) => column.notNull())
    .addColumn("signed_by", "text")
    .addColumn("signed_at_ms", "bigint")
    .execute();
  await db.schema.createIndex("case_alarms_by_case").on("case_alarms").column("case_id").execute();
  await db.schema
    .createIndex("case_alarms_by_own_case")
    .on("case_alarms")
    .column("own_case")
    .execute();
  await db.schema
    .createTable("case_events")
    .addColumn("id", "bigint", (column) => column.primaryKey())
    .addColumn("case_id", "text", (column) => column.notNull().references("cases.id"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("step", "text")
    .addColumn("from_state", "text")
    .addColumn("to_state", "text")
    .addColumn("reason", "text")
    .addColumn("channel", "text", (column) => column.notNull())
    .addColumn("detail", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("case_events_by_case")
    .on("case_events")
    .columns(["case_id", "id"])
    .execute();
  await db.schema
    .createTable("evidence")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("case_id", "text", (column) => column.notNull().references("cases.id"))
    .addColumn("sha256", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .addColumn("media_type", "text", (column) => column.notNull())
    .addColumn("by_name", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("evidence_by_case").on("evidence").column("case_id").execute();
};

const createClocks = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable("timers")
    .addColumn("case_id", "text", (column) => column.notNull().references("cases.id"))
    .addColumn("clock", "text", (column) => column.notNull())
    .addColumn("step", "integer", (column) => column.notNull())
    .addColumn("repeats", "integer", (column) => column.notNull())
    .addColumn("base_at_ms", "bigint", (column) => column.notNull())
    .addColumn("due_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("timers_pk", ["case_id", "clock"])
    .execute();
  await db.schema.createIndex("timers_by_due").on("timers").column("due_at_ms").execute();
  await db.schema
    .createTable("pages")
    .addColumn("id", "bigint", (column) => column.primaryKey())
    .addColumn("case_id", "text", (column) => column.notNull().references("cases.id"))
    .addColumn("clock", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("channel", "text", (column) => column.notNull())
    .addColumn("roles", "text", (column) => column.notNull())
    .addColumn("area_path", "text", (column) => column.notNull())
    .addColumn("person", "text")
    .addColumn("priority", "integer", (column) => column.notNull())
    .addColumn("staged", "integer", (column) => column.notNull())
    .addColumn("text_zh", "text", (column) => column.notNull())
    .addColumn("text_en", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("error", "text")
    .execute();
  await db.schema.createIndex("pages_by_case").on("pages").column("case_id").execute();
  await db.schema.createIndex("pages_by_state").on("pages").columns(["channel", "state"]).execute();
  await db.schema
    .createTable("page_reads")
    .addColumn("page_id", "bigint", (column) => column.notNull().references("pages.id"))
    .addColumn("user_name", "text", (column) => column.notNull())
    .addColumn("delivered_at_ms", "bigint", (column) => column.notNull())
    .addColumn("read_at_ms", "bigint")
    .addPrimaryKeyConstraint("page_reads_pk", ["page_id", "user_name"])
    .execute();
};

/**
 * A case from before is one alarm. What its notice says is read with the databases' own JSON,
 * so that a million of them move without passing through this process. Signing was the last step
 * there was: no clock starts for what is signed for and over.
 */
const moveCases = async (db: Kysely<unknown>): Promise<void> => {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  const notice = (path: readonly string[]) =>
    isSqlite
      ? sql`json_extract(a.notice, ${sql.lit(`$.${path.join(".")}`)})`
      : sql`(a.notice::json #>> ${sql.lit(`{${path.join(",")}}`)})`;
  const yes = (path: readonly string[]) =>
    sql`case when cast(${notice(path)} as text) in ('1', 'true') then 1 else 0 end`;
  const open = sql`case when b.state = 'reported' then 1 else 0 end`;
  await sql`
    insert into cases (
      id, episode, kind, source, gas, state, version, priority, peak_priority, level, is_open,
      drill, test, home, family, place, area_path, signed_by, signed_at_ms, pending_upper, extended,
      casualty, plan, created_at_ms, entered_at_ms, round_at_ms, touched_at_ms, unsigned_since_ms)
    select
      b.id, b.episode, a.alarm_class, 'gateway', ${notice(["event", "gas"])}, b.state, b.version,
      a.priority, a.priority, 'community', 1,
      ${yes(["drill"])}, ${yes(["event", "test"])},
      'detector:' || a.gateway || '/' || a.detector,
      case when a.alarm_class in ('co', 'gas') then 'danger' else a.alarm_class end,
      coalesce(${notice(["where", "address", "text"])}, a.detector), a.area_path,
      b.accepted_by, b.accepted_at_ms, 0, 0, 0,
      case when b.state = 'reported' or a.on_desk = 1 then a.priority else 0 end,
      a.received_at_ms, coalesce(b.accepted_at_ms, a.received_at_ms), a.received_at_ms,
      coalesce(b.accepted_at_ms, a.received_at_ms),
      case when ${open} = 1 and a.on_desk = 1 then a.received_at_ms else null end
    from cases_before b join alarms a on a.episode = b.episode`.execute(db);
  await sql`
    insert into case_alarms (
      episode, own_case, case_id, joined_at_ms, version, rings, signed_by, signed_at_ms)
    select b.episode, b.id, b.id, a.received_at_ms, b.version,
      case when a.on_desk = 1 or b.state <> 'reported' then 1 else 0 end,
      b.accepted_by, b.accepted_at_ms
    from cases_before b join alarms a on a.episode = b.episode`.execute(db);
  await sql`
    insert into case_events (id, case_id, at_ms, actor, action, step, to_state, channel, detail)
    select row_number() over (order by a.received_at_ms, b.id), b.id, a.received_at_ms, a.gateway,
      'create', 'T01', 'reported', 'gateway', '{}'
    from cases_before b join alarms a on a.episode = b.episode`.execute(db);
  await sql`
    insert into case_events
      (id, case_id, at_ms, actor, action, step, from_state, to_state, channel, detail)
    select (select count(*) from cases_before) + row_number() over (order by accepted_at_ms, id),
      id, accepted_at_ms, accepted_by, 'accept', 'T02', 'reported', 'accepted', 'console', '{}'
    from cases_before where accepted_at_ms is not null and accepted_by is not null`.execute(db);
  await sql`
    insert into counters (name, value)
    select 'event', coalesce(max(id), 0) from case_events
    union all select 'page', 0`.execute(db);
};
