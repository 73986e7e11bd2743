import type { AlarmNotice } from "#domain/alarm.ts";
import { bootId, detectorId, episodeId, eventId, gatewayId } from "#domain/ids.ts";
import { epochMs, monoMs, ppm } from "#domain/quantity.ts";
import type { Clock } from "#domain/time.ts";
import type { NewRecord } from "#gateway/ports.ts";

/** CO in the kitchen of flat 603, for tests and benchmarks; `id` tells one from another. */
export const sampleNotice = (id: string): AlarmNotice => ({
  event: {
    id: eventId(id),
    episode: episodeId(`episode-of-${id}`),
    kind: "raised",
    detector: detectorId("kitchen-603"),
    rule: "co",
    alarmClass: "co",
    priority: 1,
    at: { bootId: bootId("boot-1"), monoMs: monoMs(1_000), wallMs: epochMs(1_795_000_000_000) },
    cause: {
      ruleSet: "co-en-50291",
      source: { standard: "EN 50291-1", clause: "5.3.2", confidence: "h" },
      text: { zh: "一氧化碳 320 ppm 持续 3 分钟", en: "carbon monoxide at 320 ppm for 3 minutes" },
      inputs: { ppm: 320, minutes: 3 },
    },
    gas: "co",
    level: { gas: "co", ppm: ppm(320) },
    peak: { gas: "co", ppm: ppm(340) },
    test: false,
  },
  where: {
    gateway: gatewayId("gateway-1"),
    address: { text: "喜安社区2栋1单元603", building: "2", floor: "6", room: "603" },
    position: { line: "mqtt", place: "canary/v1/detectors/kitchen-603/reading" },
    profile: "native",
  },
  drill: false,
});

export const alarmRecord = (id: string): NewRecord => ({ lane: "alarm", notice: sampleNotice(id) });
export const stateRecord = (id: string): NewRecord => ({ lane: "state", notice: sampleNotice(id) });

/** A clock that stands still. */
export const fixedClock: Clock = {
  now: () => ({
    bootId: bootId("boot-1"),
    monoMs: monoMs(1_000),
    wallMs: epochMs(1_795_000_000_000),
  }),
};
