/** An InfluxDB 1.x of its own: Debian's server in a temporary folder, on 127.0.0.1. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { eventually } from "./eventually.ts";
import { freePort } from "./street-process.ts";

const AnswerSchema = Type.Object({
  results: Type.Array(
    Type.Object({
      series: Type.Optional(
        Type.Array(
          Type.Object({
            tags: Type.Optional(Type.Record(Type.String(), Type.String())),
            values: Type.Array(Type.Array(Type.Unknown())),
          }),
        ),
      ),
      error: Type.Optional(Type.String()),
    }),
  ),
});

export interface InfluxSeries {
  readonly tags?: Readonly<Record<string, string>>;
  /** The time first, then what was asked for. */
  readonly values: readonly (readonly unknown[])[];
}

export interface InfluxServer {
  readonly url: string;
  readonly start: () => Promise<void>;
  /** SIGSTOP: connections stay, nothing is answered; SIGCONT mends it. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly kill: () => Promise<void>;
  readonly query: (text: string) => Promise<readonly InfluxSeries[]>;
  readonly write: (line: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export const influxDatabase = "gas";

export const startInflux = async (): Promise<InfluxServer> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-influx-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, "influxdb.conf"), configOf(folder, port, await freePort()));
  let server: ChildProcess | undefined;

  const query = async (text: string): Promise<readonly InfluxSeries[]> => {
    const body = new URLSearchParams({ q: text, db: influxDatabase, epoch: "ms" });
    const response = await fetch(`${url}/query`, { method: "POST", body });
    const { results } = Value.Parse(AnswerSchema, await response.json());
    const error = results.find((one) => one.error !== undefined)?.error;
    if (error !== undefined) throw new Error(error);
    return results.flatMap(({ series }) => series ?? []);
  };
  const start = async (): Promise<void> => {
    server = spawn("/usr/bin/influxd", ["run", "-config", join(folder, "influxdb.conf")], {
      stdio: "ignore",
    });
    await eventually("InfluxDB answers", () =>
      fetch(`${url}/ping`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  };
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGKILL");
    await once(server, "exit");
  };
  await start();
  await query(`CREATE DATABASE ${influxDatabase}`);
  return {
    url,
    start,
    signal: (signal) => server?.kill(signal),
    kill,
    query,
    write: async (line) => {
      const response = await fetch(`${url}/write?db=${influxDatabase}&precision=ms`, {
        method: "POST",
        body: line,
      });
      if (!response.ok) throw new Error(await response.text());
    },
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const configOf = (folder: string, port: number, rpcPort: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
`;
