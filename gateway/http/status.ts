/** What the gateway answers when asked how it is. */
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { BuzzerStatus } from "../buzzer-board.ts";
import type { DeadManStatus, Heart } from "../dead-man/heart.ts";
import type { FaultBoard } from "../fault-board.ts";
import type { Keeper } from "../keeper.ts";
import type { StartTimes } from "../start/start-times.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Points } from "../points.ts";
import type { Protection } from "../protection/protection.ts";
import type { MqttSource } from "../sources/mqtt-source.ts";
import type { AppliedRules } from "../site-limits.ts";
import type { EndedHolds } from "../ended-holds.ts";
import { boardAlarms, type BoardAlarm } from "./alarms.ts";
import { boardEnded, boardHolds, type BoardEnded, type BoardHold } from "./holds.ts";
import type { Telemetry, TelemetryStatus } from "../telemetry/open-telemetry.ts";
import { detectorStatus } from "../detector-status.ts";
import type { FanInterlock, FanStatus } from "../fans/fan-interlock.ts";
import type { Interlock, ValveStatus } from "../valves/interlock.ts";
import type { Uplink } from "../uplinks/uplink.ts";

export interface GatewayStatus {
  readonly gateway: string;
  readonly street: Bilingual;
  readonly community: Bilingual;
  readonly drill: boolean;
  readonly rules: AppliedRules;
  readonly nowMs: number;
  readonly link: { readonly state: "up" | "lost"; readonly unconfirmed: number };
  /** Records the disk refused and that are tried again; their alarms have left all the same. */
  readonly unwritten: number;
  /** Open alarms, and those that have returned and wait for a signature or a reset. */
  readonly alarms: readonly BoardAlarm[];
  /** What people hold back for a time, also where no alarm is open. */
  readonly holds: readonly BoardHold[];
  /** What of it ended by its time, until its owner has seen that. */
  readonly endedHolds: readonly BoardEnded[];
  readonly detectors: readonly DetectorStatus[];
  readonly buzzers: readonly BuzzerStatus[];
  readonly valves: readonly ValveStatus[];
  readonly fans: readonly FanStatus[];
  /** Absent: the site file asks for none. */
  readonly deadMan?: DeadManStatus;
  /** `key` says what it is about: `line-bus-1`, `buzzer:duty-room`, `journal-write` … */
  readonly faults: readonly (Bilingual & { readonly key: string })[];
  /** Stored readings: room, endurance, backlog, losses, wear of the disk. */
  readonly telemetry: TelemetryStatus;
  /** How long it took until rules and buzzers were live: from process start and from power-on. */
  readonly start: StartTimes;
  /** Messages since the start, for the technician. */
  readonly counts: Readonly<Record<string, number>>;
}

export type ReadStatus = () => GatewayStatus;

export const createStatusReader =
  (parts: {
    readonly site: Site;
    readonly rules: AppliedRules;
    readonly clock: Clock;
    readonly pipeline: Pipeline;
    readonly points: Points;
    readonly endedHolds: Pick<EndedHolds, "all">;
    readonly buzzers: Protection;
    readonly valves: Interlock;
    readonly fans: FanInterlock;
    readonly deadMan: Heart | undefined;
    readonly faults: FaultBoard;
    readonly keeper: Keeper;
    readonly uplink: Uplink;
    readonly source: MqttSource;
    readonly telemetry: Pick<Telemetry, "status">;
    readonly start: StartTimes;
  }): ReadStatus =>
  () => {
    const { site, pipeline, uplink } = parts;
    const { link, unconfirmed } = uplink.state();
    const now = parts.clock.now();
    return {
      gateway: site.gateway.id,
      street: site.street.name,
      community: site.gateway.community,
      drill: site.drill,
      rules: parts.rules,
      nowMs: now.wallMs,
      link: { state: link, unconfirmed },
      unwritten: parts.keeper.unwritten(),
      alarms: boardAlarms(parts.points.byId.values(), now),
      holds: boardHolds(parts.points.byId.values(), now),
      endedHolds: boardEnded(parts.points.byId, parts.endedHolds.all()),
      detectors: Array.from(parts.points.byId.values(), detectorStatus),
      buzzers: parts.buzzers.status(),
      valves: parts.valves.status(),
      fans: parts.fans.status(),
      ...(parts.deadMan && { deadMan: parts.deadMan.status() }),
      faults: parts.faults.standing().map(({ key, text }) => ({ key, zh: text.zh, en: text.en })),
      telemetry: parts.telemetry.status(),
      start: parts.start,
      counts: { ...pipeline.counts, ...parts.source.counts },
    };
  };
