/** What being certain costs: commits beside the bare disk, and a backlog that drains while an alarm comes. */
import { spawnSync } from "node:child_process";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { backlog, drainAlone, drainToCenter, type Drained } from "./drain.ts";
import { drainReadings, storedReadings } from "./drain-readings.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { percentile } from "./statistics.ts";
import type { Child } from "./workshop.ts";

const measureMs = 4_000;
const slowFsyncMs = 20;

/** performance.md §2. The peer is the bare disk: append + fdatasync in the same process by turns. */
export const durable = async (setting: Setting): Promise<readonly Row[]> => {
  setting.say("durable: commits");
  const fast = await commits(setting, 0);
  const canTrace = spawnSync("strace", ["-f", "-e", "trace=none", "true"]).status === 0;
  setting.say(canTrace ? `durable: commits, fsync + ${slowFsyncMs} ms` : "durable: no strace");
  const slow = canTrace ? await commits(setting, slowFsyncMs) : undefined;
  setting.say(`durable: a backlog of ${backlog} drains, the gateway alone`);
  const alone = await drainAlone(setting);
  setting.say(`durable: a backlog of ${backlog} drains into the center`);
  const drain = await drainToCenter(setting);
  setting.say(`durable: ${storedReadings} stored readings drain into the center`);
  const readings = await drainReadings(setting);
  return [
    ...commitRows("", fast),
    ...(slow === undefined ? [] : commitRows(`, fsync + ${slowFsyncMs} ms`, slow)),
    row("the gateway alone drains, rows", "/s", alone.perSecond, {
      note: "to a receiver that answers and keeps nothing",
    }),
    row("CPU of the gateway per row", "µs", alone.cpuMicros),
    ...drainRows("alarms", drain, `${backlog} in the journal when the center appears`),
    ...drainRows("readings", readings, `${storedReadings} in the store, of 500 homes`),
  ];
};

const drainRows = (of: string, drain: Drained, note: string): readonly Row[] => [
  row(`backlog of ${of} drained, rows`, "/s", drain.perSecond, {
    target: { is: "at least", value: 20_000 },
    note,
  }),
  row(`CPU of the gateway per row, backlog of ${of}`, "µs", drain.cpuMicros),
  row(`new alarm → center, backlog of ${of}, p50`, "ms", percentile(drain.alarmMs, 0.5)),
  row(`new alarm → center, backlog of ${of}, max`, "ms", Math.max(...drain.alarmMs), {
    target: { is: "at most", value: 200 },
    note: `${drain.alarmMs.length} alarms`,
  }),
];

const row = (what: string, unit: string, ours: number, rest: Partial<Row> = {}): Row => ({
  bench: "durable",
  what,
  unit,
  ours,
  ...rest,
});

const times = Type.Object({
  bareMs: Type.Array(Type.Number()),
  commitMs: Type.Array(Type.Number()),
  groupedPerSecond: Type.Number(),
  loopDelayP99Ms: Type.Number(),
});

const commits = async ({ workshop }: Setting, delayMs: number) => {
  const folder = await workshop.newFolder();
  const writer = ["tools/bench/durable-writer.ts", folder, String(measureMs)];
  const slow = `fsync,fdatasync:delay_exit=${delayMs * 1_000}`;
  const tracing = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"];
  const child =
    delayMs === 0
      ? workshop.node("taker", writer)
      : workshop.spawn("taker", "strace", [
          ...tracing,
          "-e",
          `inject=${slow}`,
          process.execPath,
          ...writer,
        ]);
  return Value.Parse(times, await messageOf(child));
};

const messageOf = (child: Child): Promise<unknown> =>
  Promise.race([new Promise((resolve) => child.process.once("message", resolve)), child.ended]);

const commitRows = (
  when: string,
  { bareMs, commitMs, groupedPerSecond, loopDelayP99Ms }: Awaited<ReturnType<typeof commits>>,
): readonly Row[] => [
  row(`commit of one alarm, p50${when}`, "ms", percentile(commitMs, 0.5), {
    peer: percentile(bareMs, 0.5),
    target: { is: "at most", value: 1.2, times: true },
  }),
  row(`commit of one alarm, p99${when}`, "ms", percentile(commitMs, 0.99), {
    peer: percentile(bareMs, 0.99),
    target: { is: "at most", value: 2, times: true },
  }),
  row(`commits of 100 sources at once${when}`, "/s", groupedPerSecond),
  row(`event-loop delay p99 meanwhile${when}`, "ms", loopDelayP99Ms, {
    target: { is: "at most", value: 5 },
  }),
];
