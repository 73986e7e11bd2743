/** A VictoriaMetrics of its own: Debian's server in a temporary folder, on 127.0.0.1. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { eventually } from "./eventually.ts";
import { freePort } from "./street-process.ts";

/** One line of `/api/v1/export`. */
const SeriesSchema = Type.Object({
  metric: Type.Record(Type.String(), Type.String()),
  values: Type.Array(Type.Number()),
  timestamps: Type.Array(Type.Number()),
});
export type VictoriaSeries = Type.Static<typeof SeriesSchema>;

export interface VictoriaServer {
  readonly url: string;
  /** Every series of this name with its values and Unix milliseconds. */
  readonly series: (name: string) => Promise<readonly VictoriaSeries[]>;
  /** SIGSTOP: connections stay, nothing is answered; SIGCONT mends it. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly close: () => Promise<void>;
}

/** Repeats are folded as its operators are told to: `-dedup.minScrapeInterval=1ms`. */
export const startVictoria = async (): Promise<VictoriaServer> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-victoria-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    "/usr/bin/victoria-metrics",
    [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-retentionPeriod=10y",
      "-dedup.minScrapeInterval=1ms",
    ],
    { stdio: "ignore" },
  );
  await eventually("VictoriaMetrics answers", () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    url,
    series: async (name) => {
      // What was just written is searchable only after this; it is meant for tests.
      await fetch(`${url}/internal/force_flush`);
      const query = new URLSearchParams({ "match[]": name }).toString();
      const text = await (await fetch(`${url}/api/v1/export?${query}`)).text();
      const lines = text.split("\n").filter((line) => line !== "");
      return lines.map((line) => Value.Parse(SeriesSchema, JSON.parse(line)));
    },
    signal: (signal) => void server.kill(signal),
    close: async () => {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill("SIGKILL");
        await once(server, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
