/**
 * The center's intake against a bare grouped insert, in a process of its own:
 *
 *   node tools/bench/center-taker.ts <folder> <alarms> <homes> [postgres://…]
 *
 * Takes the same alarms in by turns: ours through `createIntake` (dedupe, records, alarms, cases,
 * clocks, stream, receipts), the peer as rows of text in one table. Sends one message with the times.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { Client } from "pg";
import { openSystemClock } from "#platform/system-clock.ts";
import { createIntake } from "#center/intake/intake.ts";
import type { UpDelivery } from "#center/intake/read-message.ts";
import { openStore } from "#center/store/open-store.ts";
import { alarmsOfHomes, gatewaysOfStorm } from "./storm.ts";

export interface TakingTimes {
  readonly ours: readonly Round[];
  readonly peer: readonly Round[];
}

interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly batches: number;
  readonly receipts: number;
  /** Alarms found in the database at the end of the round, of all rounds so far. */
  readonly kept: number;
}

const turns = 2;
/** So many are on their way and wait for their acknowledgement: what 16 gateways may send at once. */
const inFlightMax = 256 * gatewaysOfStorm;

const measure = async (
  folder: string,
  count: number,
  homes: number,
  url?: string,
): Promise<TakingTimes> => {
  const ours = await openOurs(folder, url);
  const peer = url === undefined ? openBareSqlite(folder) : await openBarePostgres(url);
  // Compiles what is to be measured.
  await timed(alarmsOfHomes("warm", Math.min(2_000, count)), ours);
  const rounds: { ours: Round[]; peer: Round[] } = { ours: [], peer: [] };
  for (let turn = 1; turn <= turns; turn += 1) {
    const alarms = alarmsOfHomes(`turn-${turn}`, count, homes);
    rounds.ours.push(await timed(alarms, ours));
    rounds.peer.push(await timed(alarms, peer));
  }
  await ours.close();
  await peer.close();
  return rounds;
};

interface Taker {
  readonly take: (delivery: UpDelivery) => Promise<void>;
  readonly counts: () => Promise<Pick<Round, "batches" | "receipts" | "kept">>;
  readonly close: () => Promise<void>;
}

const timed = async (alarms: readonly UpDelivery[], taker: Taker): Promise<Round> => {
  const startedMs = performance.now();
  const usedBefore = process.cpuUsage();
  let next = 0;
  const source = async (): Promise<void> => {
    for (let one = alarms[next++]; one !== undefined; one = alarms[next++]) await taker.take(one);
  };
  await Promise.all(Array.from({ length: inFlightMax }, source));
  const { user, system } = process.cpuUsage(usedBefore);
  return {
    perSecond: (alarms.length / (performance.now() - startedMs)) * 1_000,
    cpuMicros: (user + system) / alarms.length,
    ...(await taker.counts()),
  };
};

const openOurs = async (folder: string, databaseUrl: string | undefined): Promise<Taker> => {
  const store = await openStore({
    dataFolder: folder,
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (!store.ok) throw new Error(store.error.en);
  let batches = 0;
  let receipts = 0;
  const { take, idle } = createIntake({
    store: store.value,
    clock: openSystemClock(),
    sendReceipt: () => {
      receipts += 1;
    },
    onCommitted: () => {
      batches += 1;
    },
    onTrouble: (trouble) => {
      if (trouble !== undefined) throw new Error(trouble.en);
    },
  });
  return {
    take,
    counts: async () => {
      const { kept } = await store.value.db
        .selectFrom("case_alarms")
        .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
        .innerJoin("cases", "cases.id", "case_alarms.case_id")
        .select((eb) => eb.fn.countAll<number>().as("kept"))
        .executeTakeFirstOrThrow();
      return { batches, receipts, kept };
    },
    close: async () => {
      await idle();
      await store.value.close();
    },
  };
};

/** What one would write in an afternoon: everything that waits goes into one insert. */
const openBare = (
  insert: (rows: readonly (readonly [id: string, body: string])[]) => Promise<void>,
  kept: () => Promise<number>,
  close: () => Promise<void>,
): Taker => {
  const waiting: { readonly row: readonly [string, string]; readonly done: () => void }[] = [];
  let batches = 0;
  let running = false;
  const text = new TextDecoder();
  const run = async (): Promise<void> => {
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 1_000);
      await insert(batch.map(({ row }) => row));
      batches += 1;
      for (const { done } of batch) done();
    }
    running = false;
  };
  return {
    take: ({ payload }) => {
      const body = text.decode(payload);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the peer checks nothing
      const { id } = JSON.parse(body) as { readonly id: string };
      return new Promise((done) => {
        waiting.push({ row: [id, body], done });
        if (running) return;
        running = true;
        void run();
      });
    },
    counts: async () => ({ batches, receipts: 0, kept: await kept() }),
    close,
  };
};

const openBareSqlite = (folder: string): Taker => {
  const database = new Database(join(folder, "bare.sqlite"));
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE records (id TEXT PRIMARY KEY, body TEXT)");
  const add = database.prepare("INSERT INTO records VALUES (?, ?)");
  const addAll = database.transaction((rows: readonly (readonly [string, string])[]) => {
    for (const row of rows) add.run(row);
  });
  const count = database.prepare("SELECT count(*) FROM records").pluck();
  return openBare(
    async (rows) => addAll(rows),
    async () => Number(count.get()),
    async () => {
      database.close();
    },
  );
};

const openBarePostgres = async (url: string): Promise<Taker> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE TABLE bare_records (id TEXT PRIMARY KEY, body TEXT)");
  return openBare(
    async (rows) => {
      const places = rows.map((_, index) => `($${index * 2 + 1}, $${index * 2 + 2})`).join(", ");
      await client.query(`INSERT INTO bare_records VALUES ${places}`, rows.flat());
    },
    async () => Number((await client.query("SELECT count(*) FROM bare_records")).rows[0].count),
    () => client.end(),
  );
};

if (import.meta.main) {
  const [folder = ".", alarms = "20000", homes = alarms, url] = process.argv.slice(2);
  const times = await measure(folder, Number(alarms), Number(homes), url);
  if (process.send) process.send(times, () => process.disconnect());
  else console.log(JSON.stringify(times, undefined, 1));
}
