/** The center's real intake, desk and database; its process can die and its database can fail. */
import { sql } from "kysely";
import { alarmPage } from "#center/desk/read-alarms.ts";
import { readDesk } from "#center/desk/read-desk.ts";
import { signAlarm } from "#center/desk/sign-alarm.ts";
import { createLinkWatch } from "#center/desk/watch-links.ts";
import { createIntake } from "#center/intake/intake.ts";
import { openStore, type Store } from "#center/store/open-store.ts";
import { registerGateways } from "#center/store/register-gateways.ts";
import { inMemory } from "#center/store/sqlite-database.ts";
import { beginStretch } from "#center/store/stream-log.ts";
import type { Desk, DeskAlarm } from "#domain/desk.ts";
import type { Timers } from "#platform/timers.ts";
import { never, startProcess, type Machine, type Process } from "./machine.ts";
import type { Packet } from "./network.ts";
import type { Planted } from "./planted.ts";
import type { Random } from "./random.ts";

/** `hiccup`: one transaction fails, the next works again. */
export type DatabaseTrouble = "well" | "failing" | "stalled" | "hiccup";
/** Before or after the commit of what it is working on next. */
export type Death = "before-commit" | "after-commit";

/** One record the center has committed. */
export interface Committed {
  readonly id: string;
  readonly episode: string;
  /** The alarm it belongs to: one its gateway has forgotten goes on under a new name. */
  readonly alarm: string;
  readonly durable: number;
}

/** Seldomer than in `center/main.ts`: it costs a query each time, and a link is lost after 20 s. */
const linkWatchPeriodMs = 5_000;

export const gatewayName = "gw-1";

/** One database for all stories of this process, emptied for each. */
export const openCenterStore = async (): Promise<Store> => {
  const store = await openStore({ dataFolder: inMemory });
  if (!store.ok) throw new Error(store.error.en);
  return store.value;
};

/** Whatever tables the center has by now; what its migrations put into them is no story's. */
const empty = (store: Store): Promise<void> =>
  store.write(async (tx) => {
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_schema
      where type = 'table' and name not like 'sqlite_%' and name not like 'kysely_%'
    `.execute(tx);
    // So that the order of the tables does not matter.
    await sql`pragma defer_foreign_keys = on`.execute(tx);
    for (const { name } of rows) {
      if (name !== "counters") await sql`delete from ${sql.table(name)}`.execute(tx);
    }
    await tx.updateTable("counters").set({ value: 0 }).execute();
  });

export const createStreetCenter = async (parts: {
  readonly store: Store;
  readonly world: Timers;
  readonly machine: Machine;
  readonly random: Random;
  readonly planted: Planted | undefined;
  readonly send: (packet: Packet) => void;
  /** Called after each commit, before anybody is told. */
  readonly onCommitted: (fresh: readonly Committed[]) => void;
  readonly onDeath: () => void;
}) => {
  const { store, machine, planted, random } = parts;
  let trouble: DatabaseTrouble = "well";
  let death: Death | undefined;
  let mended = Promise.withResolvers<void>();
  let lastRow = 0;

  const noteFresh = async (): Promise<void> => {
    const { rows } = await sql<Committed & { n: number }>`
      select rowid as n, id, records.episode, durable, coalesce(
        (select episode_names.episode from episode_names where gateway_episode = records.episode),
        (select alarms.episode from alarms
          where json_extract(notice, '$.event.episode') = records.episode),
        records.episode
      ) as alarm
      from records where rowid > ${lastRow} order by rowid
    `.execute(store.db);
    lastRow = rows.at(-1)?.n ?? lastRow;
    parts.onCommitted(rows);
  };

  const answering = async (): Promise<void> => {
    if (trouble !== "stalled") return;
    await mended.promise;
    await answering(); // it may stall anew before anybody could write
  };

  const rolledBack = new Error("rolled back");
  const workInVain = async <Value>(work: Parameters<typeof store.write<Value>>[0]) => {
    let value: { readonly done: Value } | undefined;
    await store
      .write(async (tx) => {
        value = { done: await work(tx) };
        throw rolledBack;
      })
      .catch((error: unknown) => {
        if (error !== rolledBack) throw error;
      });
    return value;
  };

  const storeOf = (process: Process): Store => ({
    ...store,
    write: async (work) => {
      await answering();
      if (!process.alive()) return never();
      if (trouble === "failing") throw new Error("SQLITE_FULL: disk is full");
      if (trouble === "hiccup") {
        trouble = "well";
        await workInVain(work);
        throw new Error("SQLITE_IOERR: disk I/O error");
      }
      if (death === "before-commit") {
        await workInVain(work);
        parts.onDeath();
        return never();
      }
      if (planted === "receipt before commit" && random.chance(0.3)) {
        const value = await workInVain(work);
        if (value !== undefined) return value.done;
      }
      const value = await store.write(work);
      await noteFresh();
      if (death === "after-commit") {
        parts.onDeath();
        return never();
      }
      return value;
    },
    check: async () => {
      await answering();
      if (trouble === "failing") throw new Error("SQLITE_FULL: disk is full");
      return store.check();
    },
  });

  let running: { process: Process; take: (packet: Packet) => Promise<void> } | undefined;
  const seen = new Set<string>();

  const start = async (): Promise<void> => {
    const process = startProcess(parts.world);
    const own = storeOf(process);
    await store.write((tx) => beginStretch(tx, machine.clock.now().wallMs));
    await registerGateways(store, [gatewayName]);
    const intake = createIntake({
      store: own,
      clock: machine.clock,
      sendReceipt: (topic, payload) => parts.send({ topic, payload }),
      onCommitted: () => {},
      onTrouble: () => {},
    });
    const watch = createLinkWatch(own, machine.clock);
    process.timers.every(linkWatchPeriodMs, () => void watch().catch(() => {}));
    const encoder = new TextEncoder();
    running = {
      process,
      take: ({ topic, payload }) => {
        const text = planted === "show twice" ? asNew(payload, seen) : payload;
        return intake.take({ topic, payload: encoder.encode(text) });
      },
    };
  };

  await empty(store);
  await start();

  return {
    start,
    kill: (): void => {
      running?.process.kill();
      running = undefined;
      death = undefined;
    },
    alive: () => running !== undefined,
    dieAt: (moment: Death): void => {
      death = moment;
    },
    setTrouble: (next: DatabaseTrouble): void => {
      trouble = next;
      if (next === "stalled") return;
      mended.resolve();
      mended = Promise.withResolvers<void>();
    },
    take: (packet: Packet): Promise<void> => running?.take(packet) ?? never(),
    desk: (): Promise<Desk> =>
      readDesk(store.db, {
        nowMs: machine.clock.now().wallMs,
        registered: new Set([gatewayName]),
        centerFaults: [],
      }),
    /** All alarms, on the desk or not. */
    alarms: async (): Promise<readonly DeskAlarm[]> =>
      (await alarmPage(store.db, { openOnly: false, limit: 1_000 })).items,
    /** A person signs for the alarm that is shown first. */
    sign: async (): Promise<string | undefined> => {
      if (trouble !== "well" || running === undefined) return undefined;
      const alarms = await alarmPage(store.db, { openOnly: true, limit: 10 });
      const open = alarms.items.find((one) => one.case.state === "reported");
      if (open === undefined) return undefined;
      await store.write((tx) =>
        signAlarm(tx, {
          episode: open.episode,
          version: open.case.version,
          actor: { name: "duty", grants: [{ role: "duty", area: "/" }] },
          source: "here",
          nowMs: machine.clock.now().wallMs,
        }),
      );
      return open.episode;
    },
  };
};

export type StreetCenter = Awaited<ReturnType<typeof createStreetCenter>>;

/** The planted fault: what came before gets another name when it comes again. */
const asNew = (payload: string, seen: Set<string>): string => {
  const message: { type: string; id: string; data: { event?: { id: string; episode: string } } } =
    JSON.parse(payload);
  const { event } = message.data;
  if (event === undefined) return payload;
  if (!seen.has(message.id)) {
    seen.add(message.id);
    return payload;
  }
  const more = `~${seen.size}`;
  seen.add(message.id + more);
  event.id += more;
  event.episode += more;
  message.id += more;
  return JSON.stringify(message);
};
