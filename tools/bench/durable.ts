/** What being certain costs: commits beside the bare disk, and a backlog that drains while an alarm comes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { detectorId, gatewayId } from "#domain/ids.ts";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { fixedClock, sampleNotice } from "#gateway/journal/sample-notice.ts";
import type { NewRecord } from "#gateway/ports.ts";
import { detectorName } from "./jobs.ts";
import { followCommits } from "./listeners.ts";
import type { Arrivals } from "./paced.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { percentile } from "./statistics.ts";
import { openPrepared, prepareCanary, type Prepared } from "./systems.ts";
import type { Child } from "./workshop.ts";

const measureMs = 4_000;
const slowFsyncMs = 20;
const backlog = 50_000;
const alarmsDuringDrain = 20;

/** performance.md §2. The peer is the bare disk: append + fdatasync in the same process by turns. */
export const durable = async (setting: Setting): Promise<readonly Row[]> => {
  setting.say("durable: commits");
  const fast = await commits(setting, 0);
  const canTrace = spawnSync("strace", ["-f", "-e", "trace=none", "true"]).status === 0;
  setting.say(canTrace ? `durable: commits, fsync + ${slowFsyncMs} ms` : "durable: no strace");
  const slow = canTrace ? await commits(setting, slowFsyncMs) : undefined;
  setting.say(`durable: a backlog of ${backlog} drains`);
  const drain = await drainBacklog(setting);
  return [
    ...commitRows("", fast),
    ...(slow === undefined ? [] : commitRows(`, fsync + ${slowFsyncMs} ms`, slow)),
    row("backlog of alarms drained, rows", "/s", drain.perSecond, {
      target: { is: "at least", value: 20_000 },
      note: `${backlog} in the journal when the center appears`,
    }),
    row("new alarm → center commit during the drain, p50", "ms", percentile(drain.alarmMs, 0.5)),
    row("new alarm → center commit during the drain, max", "ms", Math.max(...drain.alarmMs), {
      target: { is: "at most", value: 200 },
      note: `${drain.alarmMs.length} alarms`,
    }),
  ];
};

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

/** A gateway with a long night behind it meets its center; homes go on raising alarms. */
const drainBacklog = async (setting: Setting) => {
  const size = { detectors: 100, connections: 1, buzzers: 1, center: true };
  const prepared = await prepareCanary(setting.workshop, size);
  await fillJournal(prepared);
  const startedMs = performance.now();
  const system = await openPrepared(setting.workshop, size, prepared);
  const ear = createEar();
  if (system.commits === undefined) throw new Error("the bench has started no center");
  const stream = await followCommits(system.commits, prepared.mqttPort, ear.arrivals);
  const client = await connectAsync(`mqtt://127.0.0.1:${prepared.mqttPort}`, {
    protocolVersion: 4,
  });
  const alarmMs: number[] = [];
  try {
    for (let index = 0; index < alarmsDuringDrain; index += 1) {
      const detector = detectorName(index);
      const sentMs = performance.now();
      const heard = ear.hear(detector);
      await client.publishAsync(
        `canary/v1/detectors/${detector}/reading`,
        '{"co_ppm":1.5,"status":["alarm"]}',
        { qos: 1 },
      );
      alarmMs.push((await heard) - sentMs);
    }
    const drainedMs = await drained(prepared.gatewayHttp);
    return { perSecond: (backlog / (drainedMs - startedMs)) * 1_000, alarmMs };
  } finally {
    await client.endAsync(true);
    await stream.close();
    await system.close();
  }
};

/** Whoever asks for a detector is told when its alarm is at the center. */
const createEar = () => {
  const waiting = new Map<string, (atMs: number) => void>();
  const arrivals: Arrivals = {
    onBuzzer: () => {},
    onCommit: (detector, atMs) => waiting.get(detector)?.(atMs),
  };
  return {
    arrivals,
    hear: (detector: string): Promise<number> =>
      new Promise((resolve) => waiting.set(detector, resolve)),
  };
};

const fillJournal = async ({ environment }: Prepared): Promise<void> => {
  const path = join(environment.CANARY_DATA, "gateway", "journal.sqlite");
  const { journal } = await openJournal(path, { clock: fixedClock, reportFault: () => {} });
  for (let done = 0; done < backlog; done += 1_000) {
    await journal.append(
      Array.from({ length: 1_000 }, (_, index) => benchRecord(done + index)),
      [],
    );
  }
  await journal.close();
};

/** Five thousand homes that alarmed ten times each, as in a night without a line. */
const benchRecord = (index: number): NewRecord => {
  const notice = sampleNotice(`night-${index}`);
  const home = `night-home-${index % 5_000}`;
  return {
    lane: "alarm",
    notice: {
      ...notice,
      event: { ...notice.event, detector: detectorId(home) },
      where: {
        ...notice.where,
        gateway: gatewayId("gw-bench"),
        address: { text: home, building: "night", room: home },
      },
    },
  };
};

const unconfirmed = Type.Object({ link: Type.Object({ unconfirmed: Type.Number() }) });

const drained = async (httpPort: number): Promise<number> => {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1/status`);
    if (Value.Parse(unconfirmed, await response.json()).link.unconfirmed === 0)
      return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
