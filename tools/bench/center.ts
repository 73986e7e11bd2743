/**
 * What the center takes in, beside rows of text in one grouped insert; a storm it must page for; and
 * a thousand open pages, beside a server that only passes on. performance.md §5.
 */
import { Type } from "typebox";
import { Value } from "typebox/value";
import { newPostgres } from "#center/open-ground.testing.ts";
import { hasPostgres, startPostgres } from "#test/postgres-server.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median, percentile } from "./statistics.ts";
import type { Child } from "./workshop.ts";

/** Each turn, of ours and of the peer. */
const alarms = 20_000;
const stormMinutes = 10;
const pageCount = 1_000;
const alarmsToPages = 200;

/** Records, alarms, cases, clocks, pages, stream and receipts, committed before they are answered. */
export const center = (setting: Setting): Promise<readonly Row[]> =>
  onPlaces(setting, async (places) => {
    const rows: Row[] = [];
    for (const place of places) {
      rows.push(...(await taking(setting, place, "each home its own", alarms)));
      rows.push(...(await taking(setting, place, "ten alarms a home", alarms / 10)));
    }
    rows.push(...(await pages(setting)));
    return [...rows, ...(await storms(setting, places))];
  });

/** The last part of `center` alone. */
export const storm = (setting: Setting): Promise<readonly Row[]> =>
  onPlaces(setting, (places) => storms(setting, places));

/** On both at once: neither has much to do at this pace, and it takes ten minutes. */
const storms = async (setting: Setting, places: readonly Place[]): Promise<readonly Row[]> =>
  (await Promise.all(places.map((place) => stormOn(setting, place)))).flat();

/** On every database there is, or on the one that is asked for. */
const onPlaces = async (
  { database }: Setting,
  work: (places: readonly Place[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> => {
  const wantsServer = database !== "sqlite" && hasPostgres();
  const server = wantsServer ? await startPostgres({ fsync: true }) : undefined;
  try {
    return await work([
      ...(database === "postgres"
        ? []
        : [{ database: "SQLite", newUrl: () => Promise.resolve(undefined) }]),
      ...(server === undefined ? [] : [{ database: "PostgreSQL", newUrl: newOn(server.url) }]),
    ]);
  } finally {
    await server?.stop();
  }
};

interface Place {
  readonly database: string;
  /** An empty database of its own for each run; `undefined`: a file. */
  readonly newUrl: () => Promise<string | undefined>;
}

const newOn = (serverUrl: string) => async (): Promise<string | undefined> => {
  const { options } = await newPostgres(serverUrl)();
  return options.databaseUrl;
};

const round = Type.Object({
  perSecond: Type.Number(),
  cpuMicros: Type.Number(),
  longestBatchMs: Type.Number(),
  kept: Type.Integer(),
});
const times = Type.Object({ ours: Type.Array(round), peer: Type.Array(round) });

const taking = async (
  { workshop, say }: Setting,
  { database, newUrl }: Place,
  mix: string,
  homes: number,
): Promise<readonly Row[]> => {
  const where = `${database}, ${mix}`;
  const url = await newUrl();
  say(`center: ${alarms} alarms, ${where}`);
  const child = workshop.node("taker", [
    "tools/bench/center-taker.ts",
    await workshop.newFolder(),
    String(alarms),
    String(homes),
    ...(url === undefined ? [] : [url]),
  ]);
  const { ours, peer } = Value.Parse(times, await answerOf(child));
  const kept = ours.at(-1)?.kept ?? 0;
  say(`center: ${where}: ${ours.map((one) => Math.round(one.perSecond)).join(", ")} alarms/s`);
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

const deliveries = Type.Object({
  deliveriesWanted: Type.Integer(),
  samples: Type.Array(Type.Number()),
});

/** A part of `center` alone: from the alarm leaving its gateway to an open page; what never came counts as never. */
export const pages = async (setting: Setting): Promise<readonly Row[]> => {
  const ours = await readPages(setting, "canary");
  const peer = await readPages(setting, "bare");
  const row = (what: string, share: number): Row => ({
    bench: "center",
    what: `alarm → ${pageCount.toLocaleString("en-US")} open pages, 10/s, ${what}`,
    unit: "ms",
    ours: percentile(ours, share),
    peer: percentile(peer, share),
  });
  return [
    row("p50", 0.5),
    { ...row("p99", 0.99), target: { is: "at most", value: 50 } },
    { ...row("max", 1), note: "the peer commits nothing and asks nobody's rights" },
  ];
};

const readPages = async (
  { workshop, say }: Setting,
  what: "canary" | "bare",
): Promise<readonly number[]> => {
  say(`center: ${pageCount} open pages, ${what}`);
  const folder = await workshop.newFolder();
  const server = workshop.node("taker", ["tools/bench/center-pages.ts", what, folder]);
  const serving = await answerOf(server);
  const reader = workshop.node("generator", [
    "tools/bench/page-readers.ts",
    JSON.stringify(serving),
    String(pageCount),
    String(alarmsToPages),
  ]);
  const { deliveriesWanted, samples } = Value.Parse(
    deliveries,
    await Promise.race([answerOf(reader), server.ended]),
  );
  await server.stop();
  const missing = deliveriesWanted - samples.length;
  return [...samples, ...Array.from({ length: missing }, () => Infinity)];
};

/** A sample that is `null` in JSON was Infinity: it never came. */
const milliseconds = Type.Union([Type.Number(), Type.Null()]);
const stormResult = Type.Object({
  sent: Type.Integer(),
  kept: Type.Integer(),
  troubles: Type.Integer(),
  committedP99: milliseconds,
  shownP99: milliseconds,
  pagedP99: milliseconds,
  pagedMax: milliseconds,
});

const stormOn = async (
  { workshop, say, minutes: wanted = stormMinutes }: Setting,
  { database, newUrl }: Place,
): Promise<readonly Row[]> => {
  const url = await newUrl();
  const child = workshop.node(url === undefined ? "taker" : "generator", [
    "tools/bench/center-storm.ts",
    await workshop.newFolder(),
    String(wanted),
    ...(url === undefined ? [] : [url]),
  ]);
  const result = Value.Parse(
    stormResult,
    await answerOf(child, (minutes) => {
      say(`center: 5,000 alarms a minute, ${database}: ${minutes} of ${wanted} minutes`);
    }),
  );
  const row = (what: string, ours: number | null, atMost?: number): Row => ({
    bench: "center",
    what: `5,000 alarms a minute for ${wanted} min, ${database}: ${what}`,
    unit: "ms",
    ours: ours ?? Infinity,
    ...(atMost !== undefined && { target: { is: "at most", value: atMost } as const }),
  });
  return [
    {
      ...row("lost", result.sent - result.kept, 0),
      unit: "alarms",
      note: `${result.kept} of ${result.sent} with record, open case and page; ${result.troubles} times the database or the stream failed`,
    },
    row("committed p99", result.committedP99),
    row("on the stream p99", result.shownP99, 500),
    row("paged p99", result.pagedP99),
    row("paged max", result.pagedMax, 5_000),
  ];
};

/** What a child measured; numbers before it tell how far it is. */
const answerOf = (child: Child, onProgress?: (done: number) => void): Promise<unknown> =>
  Promise.race([
    new Promise((resolve) => {
      child.process.on("message", (message) => {
        if (typeof message === "number") onProgress?.(message);
        else resolve(message);
      });
    }),
    child.ended,
  ]);
