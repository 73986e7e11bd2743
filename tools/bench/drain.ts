/** A gateway with a long night behind it meets its center, while homes go on raising alarms. */
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { detectorId, gatewayId } from "#domain/ids.ts";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { fixedClock, sampleNotice } from "#gateway/journal/sample-notice.ts";
import type { NewRecord } from "#gateway/ports.ts";
import type { Came } from "./answering-center.ts";
import { detectorName } from "./jobs.ts";
import { followCommits } from "./listeners.ts";
import type { Arrivals } from "./paced.ts";
import { cpuMs } from "./processes.ts";
import type { Setting } from "./rounds.ts";
import { openPrepared, prepareCanary, type Prepared, type System } from "./systems.ts";
import type { Child } from "./workshop.ts";

export const backlog = 50_000;
const alarmsDuringDrain = 20;

export interface Drained {
  readonly perSecond: number;
  /** CPU time of the gateway, all threads, for each row of the backlog. */
  readonly cpuMicros: number;
  /** From the alarm reading until the center has it. */
  readonly alarmMs: readonly number[];
}

const size = { detectors: 100, connections: 1, buzzers: 1 };

/** Into the street center, until its page is told. */
export const drainToCenter = async (setting: Setting): Promise<Drained> => {
  const prepared = await prepareFilled(setting);
  const system = await openPrepared(setting.workshop, { ...size, center: true }, prepared);
  const ear = createEar();
  if (system.commits === undefined) throw new Error("the bench has started no center");
  // Both programs stand and the line is up.
  const meter = startMeter(system, await unconfirmedAt(prepared.gatewayHttp));
  const stream = await followCommits(system.commits, prepared.mqttPort, ear.arrivals);
  try {
    const alarmMs = await raiseAlarms(prepared.mqttPort, ear.hear);
    return { ...meter.read(await drained(prepared.gatewayHttp)), alarmMs };
  } finally {
    await stream.close();
    await system.close();
  }
};

/** Into a receiver that answers and keeps nothing: what is left is the gateway's own. */
export const drainAlone = async (setting: Setting): Promise<Drained> => {
  const { workshop } = setting;
  const prepared = await prepareFilled(setting);
  const script = ["tools/bench/answering-center.ts", prepared.environment.CANARY_CENTER_MQTT_PORT];
  const center = workshop.node("generator", script);
  await Promise.race([
    new Promise((resolve) => center.process.once("message", resolve)),
    center.ended,
  ]);
  const taken = followTaken(center);
  const system = await openPrepared(workshop, { ...size, center: false }, prepared);
  try {
    await taken.reach(() => taken.old() > 0);
    const meter = startMeter(system, backlog - taken.old());
    const alarmMs = await raiseAlarms(prepared.mqttPort, (detector) =>
      taken.reach(() => taken.hasFrom(detector)),
    );
    return { ...meter.read(await taken.reach(() => taken.old() >= backlog)), alarmMs };
  } finally {
    await system.close();
    await center.stop();
  }
};

/** What the receiver says has come; a number counts once, however often it comes. */
const followTaken = (center: Child) => {
  const seen = new Set<number>();
  const subjects = new Set<string>();
  let waiting: { readonly isThere: () => boolean; readonly tell: (atMs: number) => void }[] = [];
  center.process.on("message", (came: readonly Came[]) => {
    const atMs = performance.now();
    for (const { seq, subject } of came) {
      if (seq <= backlog) seen.add(seq);
      else subjects.add(subject);
    }
    for (const { tell } of waiting.filter(({ isThere }) => isThere())) tell(atMs);
    waiting = waiting.filter(({ isThere }) => !isThere());
  });
  return {
    old: () => seen.size,
    hasFrom: (detector: string) => subjects.has(detector),
    /** Resolves with the time at which it was so. */
    reach: (isThere: () => boolean): Promise<number> =>
      Promise.race([
        isThere()
          ? Promise.resolve(performance.now())
          : new Promise<number>((tell) => waiting.push({ isThere, tell })),
        center.ended,
      ]),
  };
};

const prepareFilled = async ({ workshop }: Setting): Promise<Prepared> => {
  const prepared = await prepareCanary(workshop, { ...size, center: true });
  await fillJournal(prepared);
  return prepared;
};

/** What has been taken until now is not counted. */
const startMeter = ({ pids }: System, rows: number) => {
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const startedMs = performance.now();
  const before = cpu();
  return {
    read: (drainedMs: number): Pick<Drained, "perSecond" | "cpuMicros"> => ({
      perSecond: (rows / (drainedMs - startedMs)) * 1_000,
      cpuMicros: ((cpu() - before) / rows) * 1_000,
    }),
  };
};

type Hear = (detector: string) => Promise<number>;

/** One after another; `hear` resolves with the time at which the center had this one. */
const raiseAlarms = async (mqttPort: number, hear: Hear): Promise<readonly number[]> => {
  const homes = await openHomes(mqttPort);
  const alarmMs: number[] = [];
  for (let index = 0; index < alarmsDuringDrain; index += 1)
    alarmMs.push(await homes.raise(detectorName(index), hear));
  await homes.close();
  return alarmMs;
};

export const openHomes = async (mqttPort: number) => {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { protocolVersion: 4 });
  return {
    /** Milliseconds from the reading until the center had the alarm. */
    raise: async (detector: string, hear: Hear): Promise<number> => {
      const sentMs = performance.now();
      const heard = hear(detector);
      await client.publishAsync(
        `canary/v1/detectors/${detector}/reading`,
        '{"co_ppm":1.5,"status":["alarm"]}',
        { qos: 1 },
      );
      return (await heard) - sentMs;
    },
    close: () => client.endAsync(true),
  };
};

/** Whoever asks for a detector is told when its alarm is at the center. */
export const createEar = () => {
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
    if ((await unconfirmedAt(httpPort)) === 0) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const unconfirmedAt = async (httpPort: number): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1/status`);
  return Value.Parse(unconfirmed, await response.json()).link.unconfirmed;
};
