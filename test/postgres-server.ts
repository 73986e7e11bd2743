/** A PostgreSQL of its own: Debian's server in a temporary folder, on 127.0.0.1. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

export interface PostgresServer {
  /** An account that may create databases. */
  readonly url: string;
  /** As `systemctl restart` would, or after a power cut with `SIGKILL`. */
  readonly restart: (signal?: "SIGINT" | "SIGKILL") => Promise<void>;
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

const root = "/usr/lib/postgresql";
const programs = (): string | undefined => {
  const version = existsSync(root) ? readdirSync(root).sort().at(-1) : undefined;
  return version === undefined ? undefined : join(root, version, "bin");
};

/** The server refuses to run as root, so as root it runs as Debian's `postgres`. */
const asServer = (words: readonly string[]): readonly [string, readonly string[]] => {
  const [command = "", ...rest] = words;
  return process.getuid?.() === 0
    ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", ...words]]
    : [command, rest];
};

export const hasPostgres = (): boolean => programs() !== undefined;

/** `fsync: false` for tests that pull no plug. */
export const startPostgres = async ({ fsync }: { fsync: boolean }): Promise<PostgresServer> => {
  const bin = programs();
  if (bin === undefined) throw new Error("no PostgreSQL; apt-get install postgresql");
  // In memory where no plug is pulled: each test makes and drops a database of its own.
  const ground = !fsync && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(ground, "canary-postgres-"));
  chmodSync(folder, 0o700);
  if (process.getuid?.() === 0) spawnSync("chown", ["postgres", folder]);
  const data = join(folder, "data");
  const [initdb, initWords] = asServer([
    join(bin, "initdb"),
    "-D",
    data,
    "-U",
    "canary",
    "-A",
    "trust",
    "-N",
    "-E",
    "UTF8",
    "--locale=C",
  ]);
  const made = spawnSync(initdb, initWords, { encoding: "utf8", cwd: folder });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);

  const port = await freePort();
  const url = `postgres://canary@127.0.0.1:${port}/postgres`;
  const settings = [
    `fsync=${fsync ? "on" : "off"}`,
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=32MB",
    "wal_level=minimal",
    "max_wal_senders=0",
  ];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const flags = settings.flatMap((one) => ["-c", one]);
    const [postgres, words] = asServer([
      join(bin, "postgres"),
      "-D",
      data,
      "-p",
      String(port),
      "-k",
      folder,
      ...flags,
    ]);
    server = spawn(postgres, words, { stdio: "ignore", cwd: folder });
    await answers(url);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill(signal);
    await gone;
  };
  await start();
  return {
    url,
    restart: async (signal = "SIGINT") => {
      await end(signal);
      await start();
    },
    pid: () => server?.pid ?? -1,
    stop: async () => {
      await end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const answers = async (url: string): Promise<void> => {
  const giveUpMs = Date.now() + 60_000;
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on("error", () => {}); // a server that is still starting may hang up
    const up = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {}); // never connected
    if (up) return;
    if (Date.now() > giveUpMs) throw new Error("PostgreSQL does not answer");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
