/** A gateway as the center sees it: makes the messages a real one would send. */
import type { AlarmEvent, AlarmNotice } from "#domain/alarm.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { bootId, detectorId, episodeId, eventId, gatewayId } from "#domain/ids.ts";
import { epochMs, monoMs, ppm } from "#domain/quantity.ts";
import {
  gatewaySource,
  upTopic,
  type AlarmMessage,
  type DetectorStatus,
  type Lane,
  type StatusMessage,
} from "#domain/wire.ts";

/** One thing that happens, told in few words; the rest is filled in. */
export interface Happening {
  readonly episode?: string;
  readonly kind?: AlarmEvent["kind"];
  readonly detector?: string;
  /** When it happened, ms since the gateway's boot; also its place in the order of events. */
  readonly atMs?: number;
  readonly co?: number;
  readonly id?: string;
  /** Absent: the gateway's disk failed, the message is not numbered. */
  readonly seq?: number;
  readonly late?: boolean;
  readonly alarmClass?: AlarmEvent["alarmClass"];
}

export interface Told {
  readonly topic: string;
  readonly payload: Uint8Array;
}

const bootedAtMs = 1_795_000_000_000;

/** Whose words they are. */
interface Speaker {
  readonly id: string;
  readonly journal: string;
}

export interface StatusFacts {
  readonly atMs?: number;
  readonly lastSeq?: number;
  readonly pending?: number;
  readonly detectors?: readonly DetectorStatus[];
  readonly faults?: readonly { zh: string; en: string }[];
}

export const createFakeGateway = (id = "gw-1", journal = "journal-1") => {
  const speaker = { id, journal };
  const tell = (lane: Lane, value: unknown): Told => ({
    topic: upTopic(gatewayId(id), lane),
    payload: new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)),
  });
  return {
    id,
    journal,
    tell,
    message: (happening: Happening): AlarmMessage => message(speaker, happening),
    alarm: (happening: Happening): Told => tell("alarm", message(speaker, happening)),
    status: (facts: StatusFacts = {}): Told => tell("state", status(speaker, facts)),
  };
};

const notice = (speaker: Speaker, happening: Happening): AlarmNotice => ({
  event: {
    id: eventId(happening.id ?? eventName(happening)),
    episode: episodeId(happening.episode ?? "ep-1"),
    kind: happening.kind ?? "raised",
    detector: detectorId(happening.detector ?? "kitchen"),
    rule: "co",
    alarmClass: happening.alarmClass ?? "co",
    priority: 1,
    at: {
      bootId: bootId("boot-1"),
      monoMs: monoMs(happening.atMs ?? 0),
      wallMs: epochMs(bootedAtMs + (happening.atMs ?? 0)),
    },
    cause: {
      ruleSet: "test",
      source: { standard: "Canary", clause: "test", confidence: "h" },
      text: { zh: "一氧化碳超限", en: "CO above the limit" },
      inputs: { ppm: happening.co ?? 300 },
    },
    gas: "co",
    level: { gas: "co", ppm: ppm(happening.co ?? 300) },
    test: false,
  },
  where: {
    gateway: gatewayId(speaker.id),
    address: { text: "喜安社区2栋1单元603" },
    position: { line: "mqtt", place: "kitchen" },
  },
  drill: false,
});

const message = (speaker: Speaker, happening: Happening): AlarmMessage => ({
  specversion: "1.0",
  id: happening.id ?? eventName(happening),
  source: gatewaySource(gatewayId(speaker.id)),
  time: epochToRfc3339(epochMs(bootedAtMs + (happening.atMs ?? 0))),
  datacontenttype: "application/json",
  bootid: "boot-1",
  monoms: String(happening.atMs ?? 0),
  ...(happening.seq !== undefined && { journalid: speaker.journal, seq: String(happening.seq) }),
  durable: happening.seq !== undefined,
  late: happening.late ?? false,
  type: "canary.alarm.v1",
  data: notice(speaker, happening),
});

const status = (speaker: Speaker, facts: StatusFacts): StatusMessage => ({
  specversion: "1.0",
  id: `status-${facts.atMs ?? 0}`,
  source: gatewaySource(gatewayId(speaker.id)),
  time: epochToRfc3339(epochMs(bootedAtMs)),
  datacontenttype: "application/json",
  bootid: "boot-1",
  monoms: String(facts.atMs ?? 0),
  journalid: speaker.journal,
  type: "canary.status.v1",
  data: {
    sentAtMs: bootedAtMs,
    lastSeq: facts.lastSeq ?? 0,
    pending: facts.pending ?? 0,
    drill: false,
    detectors: [...(facts.detectors ?? [])],
    faults: [...(facts.faults ?? [])],
  },
});

export type FakeGateway = ReturnType<typeof createFakeGateway>;

const eventName = ({ episode, kind, atMs }: Happening): string =>
  `${episode ?? "ep-1"}/${kind ?? "raised"}/${atMs ?? 0}`;

/** What a gateway says of one detector. */
export const detectorAt = (
  detector: string,
  co: number,
  state: DetectorStatus["state"] = "alarm",
): DetectorStatus => ({
  detector,
  state,
  heardAtMs: bootedAtMs,
  levels: [{ gas: "co", ppm: co }],
  position: { line: "mqtt", place: detector },
});
