/** Two real centers behind one real PostgreSQL and one real Mosquitto, and a real gateway. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { parse } from "yaml";
import { DeskAlarmSchema, type DeskAlarm } from "#domain/desk.ts";
import { freePort, startMosquitto } from "#gateway/uplinks/mosquitto.ts";
import { startPostgres, type PostgresServer } from "../postgres-server.ts";
import { eventually } from "./eventually.ts";
import { startGatewayAlone, type GatewayProcess } from "./gateway-process.ts";
import { openHeldWire, type HeldWire } from "./held-wire.ts";

export interface CenterProcess {
  readonly url: string;
  /** Its own wires to what both share. */
  readonly toDatabase: HeldWire;
  readonly toBroker: HeldWire;
  readonly signal: (signal: NodeJS.Signals) => Promise<void>;
  readonly isReady: () => Promise<boolean>;
  /** What a page that was opened at this center shows, home by home. */
  readonly page: () => ReadonlyMap<string, DeskAlarm>;
  readonly openPage: () => Promise<void>;
  /** The same center, started again. */
  readonly again: () => Promise<CenterProcess>;
}

export interface TwoCenters {
  readonly a: CenterProcess;
  readonly b: CenterProcess;
  readonly postgres: PostgresServer;
  readonly gateway: GatewayProcess;
  /** A home's detector says gas; resolves with the gateway's PUBACK. */
  readonly report: (home: string) => Promise<void>;
  /** Rows of the shared database. */
  readonly ask: <Row>(query: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** All homes have one alarm and one case each, and nothing waits at the gateway. */
  readonly everyHomeOnce: (homes: readonly string[], withinMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const password = "correct horse battery";
const Ports = Type.Object({ httpPort: Type.Number() });
const Status = Type.Object({
  link: Type.Object({ state: Type.String(), unconfirmed: Type.Number() }),
});

export const startTwoCenters = async ({ fsync = false } = {}): Promise<TwoCenters> => {
  const postgres = await startPostgres({ fsync });
  const brokerPort = await freePort();
  const broker = await startMosquitto(brokerPort);
  const folder = await mkdtemp(join(tmpdir(), "canary-two-"));
  const ends: (() => Promise<unknown>)[] = [];
  const start = (): Promise<CenterProcess> => startCenter({ postgres, brokerPort, folder, ends });
  const a = await start();
  const b = await start();
  const example = parse(await readFile("config/site.yaml", "utf8"));
  const gateway = await startGatewayAlone(
    {
      ...example,
      gateway: { ...example.gateway, id: "gw-1" },
      center: { ...example.center, gateways: [{ id: "gw-1" }] },
    },
    brokerPort,
  );
  const link = async () =>
    Value.Parse(Status, await (await fetch(`${gateway.url}/api/v1/status`)).json()).link;
  await eventually("the link is up", async () => (await link()).state === "up", 60_000);

  const ask = async <Row>(query: string, values: readonly unknown[] = []) => {
    const client = new Client({ connectionString: postgres.url });
    client.on("error", () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query(query, [...values]);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test knows its query
      return rows as readonly Row[];
    } finally {
      await client.end();
    }
  };
  return {
    a,
    b,
    postgres,
    gateway,
    ask,
    report: (home) => gateway.says(home, { ch4_lel: 30, status: ["alarm"] }),
    everyHomeOnce: async (homes, withinMs = 60_000) => {
      await eventually(
        "all stored",
        async () => {
          const rows = await ask<{ detector: string }>("select distinct detector from alarms");
          const known = new Set(rows.map(({ detector }) => detector));
          return homes.every((home) => known.has(home));
        },
        withinMs,
      );
      await eventually(
        "nothing waits at the gateway",
        async () => (await link()).unconfirmed === 0,
        withinMs,
      );
      const doubled = await ask(
        `select detector, count(distinct c.case_id) from alarms a join case_alarms c using (episode)
         where notice::json->'event'->>'rule' = 'device-alarm-gas'
         group by detector having count(*) <> 1`,
      );
      if (doubled.length > 0) throw new Error(`not once: ${JSON.stringify(doubled)}`);
    },
    close: async () => {
      await gateway.close();
      for (const end of ends) await end();
      await broker.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

interface Shared {
  readonly postgres: PostgresServer;
  readonly brokerPort: number;
  readonly folder: string;
  readonly ends: (() => Promise<unknown>)[];
}

const startCenter = async (shared: Shared): Promise<CenterProcess> => {
  const toDatabase = await openHeldWire(Number(new URL(shared.postgres.url).port));
  const toBroker = await openHeldWire(shared.brokerPort);
  const databaseUrl = new URL(shared.postgres.url);
  databaseUrl.port = String(toDatabase.port);
  const child = spawn(
    process.execPath,
    ["test/system/center-process.ts", shared.folder, "0", "0", `mqtt://127.0.0.1:${toBroker.port}`],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, CANARY_LOG: "fatal", CANARY_DATABASE_URL: databaseUrl.toString() },
    },
  );
  const pages = new AbortController();
  shared.ends.push(async () => {
    pages.abort();
    await signal(child, "SIGKILL");
    await toDatabase.close();
    await toBroker.close();
  });
  const ended = once(child, "exit").then(() => {
    throw new Error("the center ended before it was ready");
  });
  const [said]: string[] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  const url = `http://127.0.0.1:${Value.Parse(Ports, JSON.parse(said ?? "")).httpPort}`;
  const shown = new Map<string, DeskAlarm>();
  const isReady = () =>
    fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
  await eventually("the center is ready", isReady);
  return {
    url,
    toDatabase,
    toBroker,
    signal: (name) => signal(child, name),
    isReady,
    page: () => shown,
    openPage: () => openPage(url, pages.signal, shown),
    again: () => startCenter(shared),
  };
};

const signal = async (child: ChildProcess, name: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(name);
  if (name === "SIGKILL" || name === "SIGTERM") await gone;
};

/** A page on one stream: what was shown on it last, home by home. */
const openPage = async (
  url: string,
  ended: AbortSignal,
  shown: Map<string, DeskAlarm>,
): Promise<void> => {
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const stream = await fetch(`${url}/api/v1/stream`, { headers: { cookie }, signal: ended });
  if (!stream.ok || stream.body === null) throw new Error(`stream: ${stream.status}`);
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    let text = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        if (!event.startsWith("event: alarm")) continue;
        const data = /^data: (.*)$/m.exec(event)?.[1] ?? "";
        const alarm = Value.Parse(DeskAlarmSchema, JSON.parse(data));
        if (alarm.notice.event.rule !== "device-alarm-gas") continue;
        shown.set(alarm.notice.event.detector, alarm);
      }
    }
  };
  // Ends with its center.
  read(stream.body).catch(() => undefined);
};
