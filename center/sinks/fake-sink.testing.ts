/** A time-series database as far as writing goes: real HTTP, one point per time and tags. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type SinkMood =
  | "well"
  | "down"
  | "frozen"
  /** Writes and then loses the answer. */
  | "forgetful"
  /** As InfluxDB says it of a password. */
  | "locked";

export const openFakeSink = async () => {
  const points = new Map<string, Map<string, string>>();
  const requests: number[] = [];
  let mood: SinkMood = "well";
  let isBad = (_line: string): boolean => false;
  let open = 0;
  let mostOpen = 0;

  const answer = (lines: readonly string[], response: ServerResponse): void => {
    if (mood === "down") response.destroy();
    else if (mood === "locked") response.writeHead(401).end('{"error":"authorization failed"}');
    else if (lines.some((line) => isBad(line))) {
      response.writeHead(400).end('{"error":"partial write: field type conflict dropped=1"}');
    } else if (mood !== "frozen") {
      requests.push(lines.length);
      for (const line of lines) keep(points, line);
      if (mood === "forgetful") response.destroy();
      else response.writeHead(204).end();
    }
  };
  const server = createServer((request, response) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.on("close", () => {
      open -= 1;
    });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(Buffer.concat(chunks).toString().split("\n"), response));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has one
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    points,
    /** Lines of each request that was written. */
    requests,
    open: () => open,
    mostOpen: () => mostOpen,
    be: (next: SinkMood) => {
      mood = next;
    },
    refuse: (lines: (line: string) => boolean) => {
      isBad = lines;
    },
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};

export type FakeSink = Awaited<ReturnType<typeof openFakeSink>>;

/** The same point again replaces the fields it names. */
const keep = (points: Map<string, Map<string, string>>, line: string): void => {
  const [tags = "", fields = "", at = ""] = line.split(/(?<!\\) /);
  const key = `${tags} ${at}`;
  const known = points.get(key) ?? new Map<string, string>();
  for (const field of fields.split(",")) {
    const [name = "", value = ""] = field.split("=");
    known.set(name, value);
  }
  points.set(key, known);
};
