/** What the center takes in, beside rows of text in one grouped insert; and a storm it must page for. */
import { Type } from "typebox";
import { Value } from "typebox/value";
import { hasPostgres, startPostgres } from "#test/postgres-server.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median } from "./statistics.ts";

/** Each turn, of ours and of the peer. */
const alarms = 20_000;

const round = Type.Object({
  perSecond: Type.Number(),
  cpuMicros: Type.Number(),
  longestBatchMs: Type.Number(),
  kept: Type.Integer(),
});
const times = Type.Object({ ours: Type.Array(round), peer: Type.Array(round) });

/** performance.md §5: records, alarms, cases, clocks, pages, stream and receipts, committed first. */
export const center = async (setting: Setting): Promise<readonly Row[]> => {
  const rows = [
    ...(await taking(setting, "SQLite, each home its own", alarms)),
    ...(await taking(setting, "SQLite, ten alarms a home", alarms / 10)),
  ];
  if (!hasPostgres()) return rows;
  const server = await startPostgres({ fsync: true });
  try {
    return [
      ...rows,
      ...(await taking(setting, "PostgreSQL, each home its own", alarms, server.url)),
    ];
  } finally {
    await server.stop();
  }
};

const taking = async (
  { workshop, say }: Setting,
  where: string,
  homes: number,
  url?: string,
): Promise<readonly Row[]> => {
  say(`center: ${alarms} alarms, ${where}`);
  const child = workshop.node("taker", [
    "tools/bench/center-taker.ts",
    await workshop.newFolder(),
    String(alarms),
    String(homes),
    ...(url === undefined ? [] : [url]),
  ]);
  const answer = new Promise((resolve) => child.process.once("message", resolve));
  const { ours, peer } = Value.Parse(times, await Promise.race([answer, child.ended]));
  const kept = ours.at(-1)?.kept ?? 0;
  const row = (what: string, unit: string, key: "perSecond" | "cpuMicros"): Row => ({
    bench: "center",
    what: `${what}, ${where}`,
    unit,
    ours: median(ours.map((one) => one[key])),
    peer: median(peer.map((one) => one[key])),
  });
  return [
    {
      ...row("alarms taken in", "/s", "perSecond"),
      target: { is: "at least", value: 20_000 },
      note: `${kept} with their cases in the database`,
    },
    row("CPU of the center per alarm", "µs", "cpuMicros"),
    {
      bench: "center",
      what: `longest batch, ${where}`,
      unit: "ms",
      ours: Math.max(...ours.map(({ longestBatchMs }) => longestBatchMs)),
    },
  ];
};
