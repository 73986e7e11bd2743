/** One process of the gateway: its real parts, wired as `gateway/main.ts` does, minus the wires. */
import type { Notice } from "#domain/notice.ts";
import { gatewayId, type DetectorId } from "#domain/ids.ts";
import { epochMs, monoMs } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { Clock } from "#domain/time.ts";
import { detectorStatus } from "#gateway/detector-status.ts";
import type { Directory } from "#gateway/directory.ts";
import { createFaultBoard } from "#gateway/fault-board.ts";
import type { RenewableJournal } from "#gateway/journal/renewable-journal.ts";
import { createKeeper } from "#gateway/keeper.ts";
import { createPipeline } from "#gateway/pipeline.ts";
import { createPoints } from "#gateway/points.ts";
import type { Take } from "#gateway/ports.ts";
import { createProtection, type WiredBuzzer } from "#gateway/protection/protection.ts";
import { createMqttSource } from "#gateway/sources/mqtt-source.ts";
import type { CenterLink } from "#gateway/uplinks/center-link.ts";
import { createUplink, type Uplink } from "#gateway/uplinks/uplink.ts";
import type { Demand } from "#rules/protection/demand.ts";
import { reviveState, type DetectorRules, type DetectorState } from "#rules/step.ts";
import type { Process } from "./machine.ts";
import type { Planted } from "./planted.ts";
import { gatewayName } from "./street-center.ts";

export interface LifeParts {
  readonly process: Process;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly rulesFor: (detector: DetectorId | undefined) => DetectorRules;
  readonly drill: boolean;
  readonly journal: RenewableJournal;
  readonly link: CenterLink;
  readonly buzzers: readonly WiredBuzzer[];
  readonly planted: Planted | undefined;
  /** In the moment before it judges for the first time. */
  readonly onBegin: () => void;
  readonly onReport: (report: Report) => void;
}

/** Judgement asks for time every 250 ms (`gateway/pipeline.ts`); so does the reference. */
export const tickPeriodMs = 250;

export const startLife = async (parts: LifeParts) => {
  const { process, clock, planted } = parts;
  const { timers } = process;
  const journal = plantInJournal(parts);
  const faults = createFaultBoard(() => {});
  const reportFault = faults.report;
  let uplink: Uplink | undefined;
  const keeper = createKeeper({
    journal,
    timers,
    reportFault,
    onKept: (records) => uplink?.wake(records),
    onUnkept: (notice: Notice) => {
      if (planted !== "drop unwritten") uplink?.sendVolatile(notice);
    },
  });
  const known = new Map<DetectorId, DetectorState>();
  for (const { detector, json } of await journal.states().catch(() => [])) {
    const state = reviveState(json, clock.now());
    if (state.ok && planted !== "forget state") known.set(detector, state.value);
  }

  parts.onBegin();
  const protection = createProtection({ buzzers: parts.buzzers, clock, timers, reportFault });
  const points = createPoints({
    directory: parts.directory,
    known: { live: known, shadow: new Map() },
    rulesFor: (registered) => parts.rulesFor(registered?.id),
    now: clock.now,
    onStranger: () => {},
  });
  const statuses = () => Array.from(points.byId.values(), detectorStatus).map(plantInStatus(parts));
  uplink = createUplink({
    journal,
    link: plantInLink(parts),
    clock,
    timers,
    gateway: gatewayId(gatewayName),
    reportFault,
    status: () => ({
      drill: parts.drill,
      detectors: statuses(),
      faults: faults.standing().map(({ text: { zh, en } }) => ({ zh, en })),
    }),
  });
  const pipeline = createPipeline({
    gateway: gatewayId(gatewayName),
    drill: planted === "drill unmarked" ? false : parts.drill,
    clock: planted === "wall-clock durations" ? wallOnly(clock) : clock,
    timers,
    points,
    keeper,
    reportFault,
    sound: plantInSound(parts, protection.follow),
  });
  protection.begin();
  const source = createMqttSource({
    directory: parts.directory,
    clock,
    take: plantInTake(parts, (reports) => {
      reports.forEach(parts.onReport);
      return pipeline.take(reports);
    }),
  });
  return { process, source, keeper, uplink, statuses, faults };
};

export type Life = Awaited<ReturnType<typeof startLife>>;

const plantInJournal = ({ journal, planted }: LifeParts): RenewableJournal => {
  if (planted !== "keep no states" && planted !== "swallow disk errors") return journal;
  return {
    get id() {
      return journal.id;
    },
    append: async (records, states) => {
      const writing = journal.append(records, planted === "keep no states" ? [] : states);
      return planted === "swallow disk errors" ? writing.catch(() => []) : writing;
    },
    states: journal.states,
    pending: journal.pending,
    settle: journal.settle,
    renew: journal.renew,
    prune: journal.prune,
    counts: journal.counts,
    close: journal.close,
  };
};

const plantInLink = ({ journal, link, planted }: LifeParts): CenterLink => {
  if (planted === "receipts without hashes") {
    return {
      ...link,
      onMessage: (handler) => link.onMessage((topic, payload) => handler(topic, bare(payload))),
    };
  }
  if (planted === "boots untold") {
    return { ...link, publish: (topic, payload) => link.publish(topic, withoutBoots(payload)) };
  }
  return planted !== "settle before confirmed"
    ? link
    : {
        ...link,
        publish: (topic, payload) => {
          const { seq }: { seq?: string } = JSON.parse(payload);
          if (seq !== undefined) journal.settle({ upTo: Number(seq), holes: [] }).catch(() => {});
          return link.publish(topic, payload);
        },
      };
};

const bare = (receipt: string): string => {
  const message: { data: { ends?: unknown } } = JSON.parse(receipt);
  delete message.data.ends;
  return JSON.stringify(message);
};

const withoutBoots = (status: string): string => {
  const message: { data: { boots?: unknown } } = JSON.parse(status);
  delete message.data.boots;
  return JSON.stringify(message);
};

const plantInStatus =
  ({ planted }: LifeParts) =>
  (status: ReturnType<typeof detectorStatus>): ReturnType<typeof detectorStatus> => {
    if (planted === "pictures without alarms") return { ...status, episodes: [] };
    return planted === "silence is normal" && status.state === "unknown"
      ? { ...status, state: "normal" }
      : status;
  };

const plantInSound = (
  { planted, process }: LifeParts,
  follow: (detector: DetectorId, demand: Demand) => void,
) =>
  planted === "buzz after write"
    ? (detector: DetectorId, demand: Demand) =>
        void process.timers.after(30, () => follow(detector, demand))
    : follow;

const plantInTake =
  ({ planted }: LifeParts, take: Take): Take =>
  (reports) => {
    const kept = take(reports);
    if (planted !== "ack before commit") return kept;
    kept?.catch(() => {});
    return undefined;
  };

const wallOnly = (clock: Clock): Clock => ({
  now: () => {
    const { bootId, wallMs } = clock.now();
    return { bootId, wallMs: epochMs(wallMs), monoMs: monoMs(wallMs - 1_795_000_000_000) };
  },
});
