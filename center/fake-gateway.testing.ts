/** A gateway as the center sees it: makes the messages a real one would send. */
import type { Lane } from "#domain/lane.ts";
import type { ActionEvent } from "#domain/action.ts";
import type { AlarmEvent, AlarmNotice } from "#domain/alarm.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { bootId, detectorId, episodeId, eventId, gatewayId } from "#domain/ids.ts";
import type { StreetNotice } from "#domain/notice.ts";
import type { Address } from "#domain/place.ts";
import { epochMs, monoMs, ppm } from "#domain/quantity.ts";
import type { StreetEventKind } from "#domain/street-event.ts";
import {
  gatewaySource,
  upTopic,
  type ActionMessage,
  type AlarmMessage,
  type StatusMessage,
  type StreetMessage,
} from "#domain/wire.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";

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
  readonly prev?: string;
  readonly hash?: string;
  /** By the gateway's wall clock, which may be wrong. */
  readonly wallMs?: number;
  readonly late?: boolean;
  /** A later boot that tells it; by default the one in which it happened. */
  readonly senderBoot?: string;
  readonly alarmClass?: AlarmEvent["alarmClass"];
  readonly held?: AlarmEvent["held"];
  readonly priority?: AlarmEvent["priority"];
  readonly test?: boolean;
  /** The gateway's whole site is staged. */
  readonly drill?: boolean;
  /** Default: 603 of one building. */
  readonly address?: Address;
}

/** Something done to the alarms of a detector. */
export interface Deed {
  readonly kind: ActionEvent["kind"];
  readonly detector?: string;
  readonly rule?: ActionEvent["rule"];
  readonly by?: string;
  readonly atMs: number;
  readonly seq?: number;
}

/** Something about many homes. */
export interface StreetHappening {
  readonly kind: StreetEventKind;
  readonly group?: string;
  readonly members?: readonly string[];
  readonly priority?: StreetNotice["street"]["priority"];
  readonly atMs: number;
  /** By the gateway's wall clock, which may be wrong. */
  readonly wallMs?: number;
  readonly seq?: number;
}

export interface Told {
  readonly topic: string;
  readonly payload: Uint8Array;
}

const bootedAtMs = 1_795_000_000_000;
/** The center of `open-ground.testing.ts` begins so long after; their clocks agree then. */
const groundBeginsMs = 100_000;

/** Whose words they are. */
interface Speaker {
  readonly id: string;
  readonly journal: string;
  readonly boot: string;
}

export interface StatusFacts {
  readonly atMs?: number;
  /** By the gateway's wall clock, which may be wrong. */
  readonly sentAtMs?: number;
  readonly boots?: readonly string[];
  readonly renewed?: StatusMessage["data"]["renewed"];
  readonly lastSeq?: number;
  readonly pending?: number;
  readonly drill?: boolean;
  readonly detectors?: readonly DetectorStatus[];
  /** Every detector there is: a whole picture. */
  readonly all?: readonly string[];
  readonly faults?: readonly { zh: string; en: string }[];
  readonly rules?: StatusMessage["data"]["rules"];
}

export const createFakeGateway = (id = "gw-1", journal = "journal-1", boot = "boot-1") => {
  const speaker = { id, journal, boot };
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
    action: (deed: Deed): Told => tell("action", actionMessage(speaker, deed)),
    street: (happening: StreetHappening): Told => tell("state", streetMessage(speaker, happening)),
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
    priority: happening.priority ?? 1,
    at: instantAt(happening.atMs ?? 0, happening.wallMs, speaker.boot),
    cause: {
      ruleSet: "test",
      source: { standard: "Canary", clause: "test", confidence: "h" },
      text: { zh: "一氧化碳超限", en: "CO above the limit" },
      inputs: { ppm: happening.co ?? 300 },
    },
    gas: "co",
    level: { gas: "co", ppm: ppm(happening.co ?? 300) },
    test: happening.test ?? false,
    ...(happening.held && { held: happening.held }),
  },
  where: {
    gateway: gatewayId(speaker.id),
    address: happening.address ?? { text: "喜安社区2栋1单元603" },
    position: { line: "mqtt", place: "kitchen" },
  },
  drill: happening.drill ?? false,
});

const message = (speaker: Speaker, happening: Happening): AlarmMessage => ({
  ...envelope(speaker, happening.id ?? eventName(happening), happening),
  late: happening.late ?? false,
  ...(happening.senderBoot !== undefined && { senderboot: happening.senderBoot }),
  type: "canary.alarm.v1",
  data: notice(speaker, happening),
});

const envelope = (
  speaker: Speaker,
  id: string,
  about: Pick<Happening, "atMs" | "seq" | "prev" | "hash">,
) => ({
  specversion: "1.0" as const,
  id,
  source: gatewaySource(gatewayId(speaker.id)),
  time: epochToRfc3339(epochMs(bootedAtMs + (about.atMs ?? 0))),
  datacontenttype: "application/json" as const,
  bootid: speaker.boot,
  monoms: String(about.atMs ?? 0),
  ...(about.seq !== undefined && { journalid: speaker.journal, seq: String(about.seq) }),
  ...(about.prev !== undefined && { prev: about.prev }),
  ...(about.hash !== undefined && { hash: about.hash }),
  durable: about.seq !== undefined,
  late: false,
});

const instantAt = (atMs: number, wallMs = bootedAtMs + atMs, boot = "boot-1") => ({
  bootId: bootId(boot),
  monoMs: monoMs(atMs),
  wallMs: epochMs(wallMs),
});

const actionMessage = (speaker: Speaker, deed: Deed): ActionMessage => {
  const { kind, atMs, detector = "kitchen", rule = "co", by = "李敏" } = deed;
  const id = `${detector}:${kind}:${rule}:${atMs}`;
  const at = instantAt(atMs);
  return {
    ...envelope(speaker, id, deed),
    type: "canary.action.v1",
    data: {
      action: { id, kind, detector: detectorId(detector), rule, by, reason: "换电池", at },
      where: { gateway: gatewayId(speaker.id) },
      drill: false,
    },
  };
};

export const streetNotice = (
  gateway: string,
  happening: StreetHappening,
  boot = "boot-1",
): StreetNotice => {
  const {
    kind,
    atMs,
    group = "building:喜安/2栋",
    members = ["kitchen"],
    priority = 2,
  } = happening;
  const street = {
    id: `${group}:${kind}:${boot === "boot-1" ? "" : `${boot}:`}${atMs}`,
    kind,
    group,
    priority,
    text: { zh: `${kind} ${atMs}`, en: `${kind} ${atMs}` },
    at: instantAt(atMs, happening.wallMs, boot),
    members: members.map(detectorId),
  };
  return { street, where: { gateway: gatewayId(gateway) }, drill: false };
};

const streetMessage = (speaker: Speaker, happening: StreetHappening): StreetMessage => {
  const data = streetNotice(speaker.id, happening, speaker.boot);
  return { ...envelope(speaker, data.street.id, happening), type: "canary.street.v1", data };
};

const status = (speaker: Speaker, facts: StatusFacts): StatusMessage => ({
  specversion: "1.0",
  id: `status-${facts.atMs ?? 0}`,
  source: gatewaySource(gatewayId(speaker.id)),
  time: epochToRfc3339(epochMs(bootedAtMs)),
  datacontenttype: "application/json",
  bootid: speaker.boot,
  monoms: String(facts.atMs ?? 0),
  journalid: speaker.journal,
  type: "canary.status.v1",
  data: {
    sentAtMs: facts.sentAtMs ?? bootedAtMs + groundBeginsMs,
    lastSeq: facts.lastSeq ?? 0,
    pending: facts.pending ?? 0,
    drill: facts.drill ?? false,
    detectors: [...(facts.detectors ?? [])],
    faults: [...(facts.faults ?? [])],
    ...(facts.rules && { rules: facts.rules }),
    ...(facts.renewed && { renewed: facts.renewed }),
    ...(facts.all && { all: [...facts.all] }),
    ...(facts.boots && { boots: [...facts.boots] }),
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
  episodes: readonly string[] = [],
): DetectorStatus => ({
  detector,
  state,
  ...(episodes.length > 0 && { episodes: [...episodes] }),
  heardAtMs: bootedAtMs,
  levels: [{ gas: "co", ppm: co }],
  position: { line: "mqtt", place: detector },
});
