/** What a center had begun when it was frozen or killed: done once, by whoever is there. */
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasMosquitto } from "#gateway/uplinks/mosquitto.ts";
import { hasPostgres } from "../postgres-server.ts";
import { eventually } from "./eventually.ts";
import { startTwoCenters, type TwoCenters } from "./two-centers.ts";

let two: TwoCenters;
let holder: Client;
afterEach(async () => {
  await holder.end().catch(() => undefined); // the server may be gone
  await two.close();
});

/** Whoever now writes to this table waits, holding everything it has claimed. */
const holdTable = async (table: string): Promise<() => Promise<void>> => {
  await holder.query("begin");
  await holder.query(`lock table ${table} in share mode`);
  return async () => {
    await holder.query("commit");
  };
};
const somebodyWaits = (): Promise<unknown> =>
  eventually("a center waits in the middle of its transaction", async () => {
    const rows = await two.ask(
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'relation'",
    );
    return rows.length > 0;
  });
const pagesOf = async (home: string): Promise<number> => {
  const [row] = await two.ask<{ count: string }>(
    `select count(distinct p.id) from pages p join case_alarms c using (case_id) join alarms a using (episode)
     where a.detector = $1 and p.clock = 'sign'`,
    [home],
  );
  return Number(row?.count);
};

/** What a claim of a center that does not move is worth, and a look. */
const leaseMs = 8_000;

describe.skipIf(!hasPostgres() || !hasMosquitto)("claims (needs PostgreSQL, Mosquitto)", () => {
  beforeEach(async () => {
    two = await startTwoCenters({ fsync: true });
    holder = new Client({ connectionString: two.postgres.url });
    holder.on("error", () => undefined);
    await holder.connect();
  });

  test("a center frozen while it holds claimed timers: the other pages within the lease, each once", async () => {
    const { a, b } = two;
    const homes = Array.from({ length: 5 }, (_, index) => `paged-${index}`);
    await Promise.all(homes.map(two.report));
    await two.everyHomeOnce(homes);
    const before = await Promise.all(homes.map(pagesOf));
    await b.signal("SIGSTOP");
    const release = await holdTable("pages");
    // Due now, and the next step only in an hour: one page each.
    await two.ask(
      "update timers set due_at_ms = 1, base_at_ms = base_at_ms + 3600000 where clock = 'sign'",
    );
    await somebodyWaits();
    await a.signal("SIGSTOP");
    await release();
    const from = performance.now();
    await b.signal("SIGCONT");
    await eventually(
      "paged by the other",
      async () => (await Promise.all(homes.map(pagesOf))).every((n, at) => n > (before[at] ?? 0)),
      leaseMs,
    );
    process.stdout.write(`frozen claim taken over in ${Math.round(performance.now() - from)} ms\n`);
    const paged = await Promise.all(homes.map(pagesOf));

    await a.signal("SIGCONT");
    await eventually("thawed and writing", a.isReady);
    expect(await Promise.all(homes.map(pagesOf))).toEqual(paged);
    expect(paged.map((n, at) => n - (before[at] ?? 0))).toEqual(homes.map(() => 1));
  });

  test("killed between commit and receipt: the gateway asks again, the other answers, one case", async () => {
    const { a, b } = two;
    await b.signal("SIGSTOP");
    const release = await holdTable("records");
    await two.report("committed");
    await somebodyWaits();
    a.toBroker.swallow(); // neither PUBACK nor receipt gets out
    await release();
    await eventually("committed", async () => {
      const rows = await two.ask("select 1 from alarms where detector = 'committed'");
      return rows.length > 0;
    });
    await a.signal("SIGKILL");
    await b.signal("SIGCONT");
    await two.everyHomeOnce(["committed"], 90_000);
  });

  for (const [how, signal] of [
    ["restarted", "SIGINT"],
    ["killed with -9", "SIGKILL"],
  ] as const) {
    test(`PostgreSQL ${how} under load: nothing acknowledged is lost, both centers recover by themselves`, async () => {
      const { a, b } = two;
      const homes: string[] = [];
      const over = new AbortController();
      const load = (async () => {
        for (let number = 0; !over.signal.aborted; number += 1) {
          await two.report(`load-${number}`);
          homes.push(`load-${number}`);
        }
      })();
      await eventually("under load", () => homes.length > 30, 60_000);
      await two.postgres.restart(signal);
      const atRestart = homes.length;
      await eventually("load goes on", () => homes.length > atRestart + 30, 60_000);
      over.abort();
      await load;
      await eventually("both are ready", async () => (await a.isReady()) && (await b.isReady()));
      await two.everyHomeOnce(homes, 90_000);
      const [holes] = await two.ask<{ count: string }>(
        "select count(*) from (select seq, lag(seq) over (order by seq) as before from records where journal is not null) r where seq > before + 1",
      );
      expect(Number(holes?.count)).toBe(0);
    });
  }
});
