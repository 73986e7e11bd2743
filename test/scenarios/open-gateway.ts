/**
 * The gateway's own parts — broker question, decoder, judge, buzzer board, keeper — with time moved
 * by hand and a journal whose disk can be told to fail. Only the wires are left out.
 */
import type { AlarmNotice } from "#domain/alarm.ts";
import type { Notice } from "#domain/notice.ts";
import { buzzerId, gatewayId, type DetectorId } from "#domain/ids.ts";
import { seconds, type DurationMs, type EpochMs } from "#domain/quantity.ts";
import { ok } from "#domain/result.ts";
import { lanes } from "#domain/lane.ts";
import { downTopic } from "#domain/wire.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";
import { createCommandTaker } from "#gateway/commands/take-command.ts";
import { takenName } from "#gateway/commands/taken.ts";
import { createDirectory } from "#gateway/directory.ts";
import { createEndedHolds, endedHoldsKey, type EndedHolds } from "#gateway/ended-holds.ts";
import { createFaultBoard } from "#gateway/fault-board.ts";
import { createMemoryJournal } from "#gateway/journal/memory-journal.ts";
import { createKeeper } from "#gateway/keeper.ts";
import { reviveStates } from "#gateway/known-states.ts";
import { createPipeline } from "#gateway/pipeline.ts";
import { createPoints, strangerFault, type Point, type Points } from "#gateway/points.ts";
import type { Buzzer, Journal, JournalRecord, ReportFault } from "#gateway/ports.ts";
import { createHolding } from "#gateway/protection/holding.ts";
import {
  createProtection,
  type LinkPicture,
  type WiredBuzzer,
} from "#gateway/protection/protection.ts";
import { createProtectionRecords } from "#gateway/protection/records.ts";
import type { SelfTestPlan } from "#rules/protection/self-test.ts";
import { createMqttSource } from "#gateway/sources/mqtt-source.ts";
import { detectorStatus } from "#gateway/detector-status.ts";
import { createManualTime, type ManualTime } from "#platform/manual-time.ts";
import { parseSite } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { Pipeline } from "#gateway/pipeline.ts";
import { chooseLimits, chooseTrial } from "#gateway/site-limits.ts";
import { readDrift, streetKey } from "#gateway/told-drift.ts";
import { readFileSync } from "node:fs";

export const exampleSite = (): Site => {
  const site = parseSite(readFileSync("config/site.yaml", "utf8"), "config/site.yaml", []);
  if (!site.ok) throw new Error("the example site is broken");
  return site.value;
};

/** What stands for the disk: healthy, refusing every write, or answering none. */
export type Disk = "well" | "failing" | "stalled";

export interface StoryGateway {
  readonly time: ManualTime;
  /** A native reading; resolves to what the broker would do with its PUBACK. */
  readonly says: (detector: string, reading: object | string) => Promise<"acked" | "refused">;
  /** Any topic and payload; undefined while the PUBACK is still withheld. */
  readonly publish: (
    topic: string,
    payload: string,
    from?: { readonly clientId: string; readonly username?: string },
  ) => { readonly answer: () => "acked" | "refused" | "waiting" };
  readonly buzzer: () => string;
  /** What the journal holds unconfirmed, lane by lane. */
  readonly records: () => Promise<readonly JournalRecord[]>;
  /** The alarms among them. */
  readonly alarms: () => Promise<readonly AlarmNotice[]>;
  /** Notices that left without being on disk. */
  readonly leftUnwritten: readonly Notice[];
  readonly faults: () => readonly string[];
  /** How many detectors are kept in memory, and how many states on disk. */
  readonly kept: () => Promise<{ readonly inMemory: number; readonly onDisk: number }>;
  /** What the status message tells of every detector. */
  readonly board: () => DetectorStatus[];
  readonly stateOf: (detector: string) => string | undefined;
  readonly points: () => Points;
  readonly endedHolds: () => EndedHolds;
  readonly pointOf: (detector: DetectorId) => Point | undefined;
  /** The gateway's own door for people and lines. */
  readonly pipeline: () => Pipeline;
  /** A message of the center on `down/command`. */
  readonly command: (payload: string) => void;
  readonly setDisk: (disk: Disk) => void;
  /** From now on the journal does not give the states it holds. */
  readonly loseStates: () => void;
  /** Ends the process without a word and starts it again over the same journal, perhaps with another site file. */
  readonly crashAndRestart: (site?: Site) => Promise<void>;
  readonly settle: () => Promise<void>;
}

const client = { clientId: "story", remoteAddress: "127.0.0.1" };

/** What protects beside the one buzzer that serves all. */
export interface StoryProtection {
  readonly buzzers: readonly WiredBuzzer[];
  readonly link: () => LinkPicture;
  readonly selfTests?: SelfTestPlan;
}

export const openGateway = async (
  site: Site = exampleSite(),
  protection?: StoryProtection,
): Promise<StoryGateway> => {
  const time = createManualTime(Date.UTC(2026, 10, 22, 0, 0, 0));
  const state: { disk: Disk } = { disk: "well" };
  let diskAnswers = Promise.withResolvers<void>();
  const journal = createMemoryJournal({
    beforeCommit: async () => {
      while (state.disk === "stalled") await diskAnswers.promise;
      if (state.disk === "failing") throw new Error("EIO: i/o error");
    },
  });
  const leftUnwritten: Notice[] = [];
  const faults = createFaultBoard(() => {});
  let statesLost = false;
  const given = (): Journal => ({
    ...journal,
    get id() {
      return journal.id;
    },
    states: () => (statesLost ? Promise.reject(new Error("EIO: i/o error")) : journal.states()),
  });
  const live = (next: Site) =>
    startLife(next, time, given(), leftUnwritten, faults.report, protection);
  let life = await live(site);

  const publish: StoryGateway["publish"] = (topic, payload, from) => {
    let answer: "acked" | "refused" | "waiting" = "acked";
    const waits = life.source.onPublish({
      topic,
      payload: new TextEncoder().encode(payload),
      qos: 1,
      retain: false,
      client: { ...client, ...from },
    });
    if (waits !== undefined) {
      answer = "waiting";
      waits.then(
        () => (answer = "acked"),
        () => (answer = "refused"),
      );
    }
    return { answer: () => answer };
  };
  const records = async (): Promise<readonly JournalRecord[]> =>
    (await Promise.all(lanes.map((lane) => journal.pending(lane, 0, 10_000)))).flat();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  return {
    time,
    publish,
    says: async (detector, reading) => {
      const payload = typeof reading === "string" ? reading : JSON.stringify(reading);
      const { answer } = publish(`canary/v1/detectors/${detector}/reading`, payload);
      await settle();
      const given = answer();
      return given === "waiting" ? "refused" : given;
    },
    buzzer: () => life.buzzer(),
    records,
    alarms: async () =>
      (await records()).flatMap(({ notice }) => ("event" in notice ? [notice] : [])),
    leftUnwritten,
    faults: () => faults.standing().map(({ key }) => key),
    kept: async () => ({
      inMemory: life.points.byId.size,
      onDisk: (await journal.states()).length,
    }),
    board: () => Array.from(life.points.byId.values(), detectorStatus),
    stateOf: (detector) => {
      const point = [...life.points.byId.values()].find(({ id }) => id === detector);
      return point && detectorStatus(point).state;
    },
    pipeline: () => life.pipeline,
    command: (payload) =>
      life.takeCommand(downTopic(gatewayId(site.gateway.id), "command"), payload),
    points: () => life.points,
    endedHolds: () => life.endedHolds,
    pointOf: (detector) => life.points.byId.get(detector),
    setDisk: (next) => {
      state.disk = next;
      diskAnswers.resolve();
      diskAnswers = Promise.withResolvers<void>();
    },
    loseStates: () => {
      statesLost = true;
    },
    crashAndRestart: async (next = site) => {
      time.dropTimers();
      life = await live(next);
    },
    settle,
  };
};

const startLife = async (
  site: Site,
  time: ManualTime,
  journal: Journal,
  leftUnwritten: Notice[],
  reportFault: ReportFault,
  story: StoryProtection | undefined,
) => {
  const { clock, timers } = time;
  const directory = createDirectory(site);
  const [limits, trial] = [chooseLimits(site), chooseTrial(site)];
  if (!limits.ok) throw new Error("the site's limits are broken");
  const silenceOf = (registered: { readonly silenceAfter: DurationMs } | undefined) => ({
    silenceAfter: registered?.silenceAfter ?? seconds(60),
  });
  let sounding = "never set";
  const buzzer: Buzzer = {
    id: buzzerId("duty-room"),
    set: async (command) => {
      sounding = command.state === "on" ? `on ${command.pattern}` : "off";
      return ok(undefined);
    },
    close: async () => {},
  };
  const keeper = createKeeper({
    journal,
    timers,
    reportFault,
    onKept: () => {},
    onUnkept: (notice) => leftUnwritten.push(notice),
  });
  const known = await reviveStates(
    journal,
    clock.now(),
    reportFault,
    trial.ok ? trial.value?.id : undefined,
  );
  const points = createPoints({
    directory,
    known,
    rulesFor: (registered) => ({ limits: limits.value, ...silenceOf(registered) }),
    trialFor: (registered) =>
      trial.ok && trial.value ? { limits: trial.value, ...silenceOf(registered) } : undefined,
    now: clock.now,
    onStranger: (id, { place }) => reportFault(strangerFault(id, place)),
  });
  const gateway = gatewayId(site.gateway.id);
  const records = createProtectionRecords({
    gateway,
    drill: site.drill,
    clock,
    keeper,
    known: known.own,
  });
  const tested = new Map<string, EpochMs>();
  const protection = createProtection({
    buzzers: story?.buzzers ?? [{ buzzer }],
    clock,
    timers,
    reportFault,
    holding: createHolding({
      file: "/nonexistent/unheard",
      lost: known.lost === "all" ? directory.all.map(({ id }) => id) : (known.lost ?? []),
      isHeard: (id) => points.byId.get(id)?.state.heard ?? true,
    }),
    ...(story && {
      link: story.link,
      onChange: records.buzzer,
      lastTold: (id) => records.lastTold(`buzzer:${id}`),
    }),
    ...(story?.selfTests && {
      selfTests: {
        plan: story.selfTests,
        memory: {
          last: (id) => tested.get(id),
          note: (id, at) => void tested.set(id, at),
        },
        onResult: records.selfTest,
      },
    }),
  });
  const endedHolds = createEndedHolds({
    saved: known.own?.get(endedHoldsKey),
    save: (json) => keeper.save([{ detector: endedHoldsKey, json }]),
    nowMs: () => clock.now().wallMs,
  });
  const pipeline = createPipeline({
    gateway,
    drill: site.drill,
    clock,
    timers,
    points,
    keeper,
    sound: protection.follow,
    reportFault,
    drifting: readDrift(known.own?.get(streetKey)),
    witness: endedHolds.note,
  });
  protection.begin();
  const source = createMqttSource({ directory, clock, take: pipeline.take });
  const takeCommand = createCommandTaker({
    gateway: gatewayId(site.gateway.id),
    drill: site.drill,
    clock,
    pipeline,
    points,
    keeper,
    reportFault,
    centerKey: site.gateway.center.commandKey,
    remembered: known.own?.get(takenName),
  });
  return { points, pipeline, endedHolds, source, takeCommand, buzzer: () => sounding };
};
