/** The center without a network: database, intake, desk and time moved by hand. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import type { Desk } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Actor } from "#domain/rights.ts";
import { parseReceipt, type Receipt } from "#domain/wire.ts";
import { createManualTime } from "#platform/manual-time.ts";
import type { GatewayView } from "./desk/read-gateways.ts";
import { readDesk } from "./desk/read-desk.ts";
import { createIntake } from "./intake/intake.ts";
import { openVault } from "./vault/open-vault.ts";
import type { Vault } from "./vault/seal.ts";
import { openStore, type Store, type StoreOptions } from "./store/open-store.ts";

/** A database of its own for one test. */
export interface TestDatabase {
  readonly options: StoreOptions;
  readonly drop: () => Promise<void>;
}

export type NewDatabase = () => Promise<TestDatabase>;

export const newSqlite: NewDatabase = async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "canary-center-"));
  return {
    options: { dataFolder },
    drop: () => rm(dataFolder, { recursive: true, force: true }),
  };
};

/** `serverUrl`: a PostgreSQL where the account may create databases. */
export const newPostgres =
  (serverUrl: string): NewDatabase =>
  async () => {
    const name = `canary_test_${randomUUID().replaceAll("-", "")}`;
    const ask = async (statement: string): Promise<void> => {
      const client = new Client({ connectionString: serverUrl });
      await client.connect();
      await client.query(statement);
      await client.end();
    };
    await ask(`create database ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return {
      options: { dataFolder: "", databaseUrl: url.toString() },
      drop: () => ask(`drop database ${name} with (force)`),
    };
  };

export const openTestStore = async (options: StoreOptions): Promise<Store> => {
  const store = await openStore(options);
  if (!store.ok) throw new Error(store.error.en);
  return store.value;
};

/** Opens what lies sealed in a test's database, with a key of its own. */
export const openTestVault = async (store: Store): Promise<Vault> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-key-"));
  const vault = await openVault(store, { file: join(folder, "personal-data.key") });
  await rm(folder, { recursive: true });
  if (!vault.ok) throw new Error(vault.error.en);
  return vault.value;
};

/** Somebody on duty over everything. */
export const officer = (name: string): Actor => ({
  name,
  grants: [{ role: "duty", area: "/" }],
});

export const openGround = async (
  newDatabase: NewDatabase = newSqlite,
  onCommitted: () => void = () => undefined,
) => {
  const database = await newDatabase();
  const store = await openTestStore(database.options);
  const time = createManualTime(1_795_000_100_000);
  const receipts: { readonly topic: string; readonly receipt: Receipt }[] = [];
  const troubles: (Bilingual | undefined)[] = [];
  const batches: number[] = [];
  const intake = createIntake({
    store,
    clock: time.clock,
    sendReceipt: (topic, payload) => {
      const receipt = parseReceipt(payload);
      if (!receipt.ok) throw new Error(`no receipt: ${payload}`);
      receipts.push({ topic, receipt: receipt.value });
    },
    onCommitted: ({ messages }) => {
      batches.push(messages);
      onCommitted();
    },
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const view = (): GatewayView => ({
    nowMs: time.clock.now().wallMs,
    registered: new Set(["gw-1", "gw-2"]),
    centerFaults: [],
  });

  return {
    databaseOptions: database.options,
    store,
    time,
    receipts,
    troubles,
    batches,
    take: intake.take,
    desk: (): Promise<Desk> => readDesk(store.db, view()),
    view,
    /** What the newest receipt says. */
    lastReceipt: (): Receipt["data"] => {
      const last = receipts.at(-1);
      if (last === undefined) throw new Error("no receipt was sent");
      return last.receipt.data;
    },
    countRows: async (
      table: "records" | "alarms" | "cases" | "case_alarms" | "refusals" | "audit",
    ) => {
      const row = await store.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return row.count;
    },
    /** The disk refuses writes, for real: SQLite only. */
    breakDisk: () => sql`pragma query_only = on`.execute(store.db),
    mendDisk: () => sql`pragma query_only = off`.execute(store.db),
    close: async () => {
      await intake.idle();
      await store.close();
      await database.drop();
    },
  };
};

export type Ground = Awaited<ReturnType<typeof openGround>>;
