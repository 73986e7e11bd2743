/** Alarms for tests: a kitchen in 喜安社区 with carbon monoxide, changed as the story needs it. */
import type { DeskAlarm, DeskGateway, StreetView } from "#domain/desk.ts";

type Event = DeskAlarm["notice"]["event"];

/** 03:14:00 in Chengdu on 2026-11-22. */
export const nightMs = Date.UTC(2026, 10, 21, 19, 14, 0);

export interface Story {
  readonly episode?: string;
  readonly address?: string | undefined;
  readonly condition?: DeskAlarm["condition"];
  readonly firstAtMs?: number;
  readonly lastAtMs?: number;
  readonly signedBy?: string;
  readonly version?: number;
  readonly drill?: boolean;
  readonly durable?: boolean;
  readonly late?: boolean;
  readonly present?: DeskAlarm["present"];
  readonly event?: Partial<Event>;
  /** No measured value: a fault, or a device that only says that it alarms. */
  readonly noLevel?: boolean;
  /** Never rang, for this reason. */
  readonly held?: DeskAlarm["held"];
  readonly actions?: DeskAlarm["actions"];
  /** Over by a person's word. */
  readonly ended?: DeskAlarm["ended"];
}

export const sampleAlarm = (story: Story = {}): DeskAlarm => {
  const episode = story.episode ?? "ep-1";
  const firstAtMs = story.firstAtMs ?? nightMs;
  const address = "address" in story ? story.address : "喜安社区2栋1单元603";
  return {
    episode,
    condition: story.condition ?? "active",
    notice: {
      event: {
        id: `${episode}-0`,
        episode,
        kind: "raised",
        detector: `det-${episode}`,
        rule: "co",
        alarmClass: "co",
        priority: 1,
        at: { bootId: "boot-1", monoMs: 1_000, wallMs: firstAtMs },
        cause: {
          ruleSet: "en-50291",
          source: { standard: "EN 50291-1", clause: "5.3.6", confidence: "m" },
          text: {
            zh: "一氧化碳 310 ppm,达到 300 ppm 持续 3 分钟",
            en: "carbon monoxide 310 ppm, at or above 300 ppm for 3 minutes",
          },
          inputs: { ppm: 310 },
        },
        ...(!story.noLevel && {
          gas: "co",
          level: { gas: "co", ppm: 310 },
          peak: { gas: "co", ppm: 318 },
        }),
        test: false,
        ...(story.held && { held: story.held }),
        ...story.event,
      },
      where: {
        gateway: "xian-01",
        ...(address !== undefined && {
          address: { text: address, community: "喜安社区", floor: "6" },
          profile: "canary-native",
        }),
        position: { line: "mqtt", place: `canary/v1/detectors/det-${episode}` },
      },
      drill: story.drill ?? false,
    },
    firstAtMs,
    lastAtMs: story.lastAtMs ?? firstAtMs,
    receivedAtMs: firstAtMs + 400,
    durable: story.durable ?? true,
    late: story.late ?? false,
    ...(story.held && { held: story.held }),
    ...(story.actions && { actions: story.actions }),
    ...(story.ended && { ended: story.ended }),
    ...(story.present && { present: story.present }),
    case: {
      id: `AJ-${episode}`,
      state: story.signedBy === undefined ? "reported" : "accepted",
      version: story.version ?? (story.signedBy === undefined ? 1 : 2),
      ...(story.signedBy !== undefined && {
        acceptedBy: story.signedBy,
        acceptedAtMs: firstAtMs + 9_000,
      }),
    },
  };
};

/** Natural gas in a kitchen, at the given share of the explosive limit. */
export const gasEvent = (lel: number, priority: 1 | 2 = 1): Partial<Event> => ({
  rule: "combustible",
  alarmClass: "gas",
  priority,
  gas: "methane",
  level: { gas: "methane", lel, lelPercentVolume: 5 },
  peak: { gas: "methane", lel, lelPercentVolume: 5 },
  cause: {
    ruleSet: "gb-15322",
    source: { standard: "GB 15322.2-2019", clause: "5.2", confidence: "m" },
    text: {
      zh: `天然气 ${lel} %LEL,达到报警设定值`,
      en: `natural gas ${lel} %LEL, at or above the alarm set point`,
    },
    inputs: { lel },
  },
});

/** Something that is wrong with a detector, without any gas. */
export const troubleEvent = (
  alarmClass: "fault" | "silence" | "power" | "test",
  zh: string,
  en: string,
): Partial<Event> => ({
  rule: "sensor-fault",
  alarmClass,
  priority: alarmClass === "test" ? 4 : 3,
  cause: {
    ruleSet: "canary",
    source: { standard: "Canary", clause: "silence", confidence: "h" },
    text: { zh, en },
    inputs: {},
  },
});

export const sampleGateway = (changes: Partial<DeskGateway> = {}): DeskGateway => ({
  id: "xian-01",
  link: "up",
  heardAtMs: nightMs,
  drill: false,
  detectors: 31,
  unknown: 2,
  pending: 0,
  missing: 0,
  faults: [],
  ...changes,
});

/** Six homes of one building in alarm within ten minutes. */
export const sampleStorm = (changes: Partial<StreetView> = {}): StreetView => ({
  id: "xian-01 storm building:喜安/2栋",
  gateway: "xian-01",
  topic: "storm",
  group: "building:喜安/2栋",
  stands: true,
  priority: 2,
  text: {
    zh: "报警集中:building:喜安/2栋,6 台探测器,10 分钟内 6 条。是否同源?每条仍单独处理。",
    en: "Many alarms at once: building:喜安/2栋, 6 detectors, 6 in ten minutes. Each alarm still stands by itself.",
  },
  firstAtMs: nightMs,
  lastAtMs: nightMs,
  members: ["det-ep-1", "det-ep-2", "det-ep-3", "det-ep-4", "det-ep-5", "det-ep-6"],
  drill: false,
  ...changes,
});
