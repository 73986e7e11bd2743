/** Puts local protection together from the site file; see `protection.ts` for what it does. */
import { join } from "node:path";
import type { DetectorId } from "#domain/ids.ts";
import type { Clock } from "#domain/time.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { Timers } from "#platform/timers.ts";
import type { Directory } from "../directory.ts";
import type { KnownStates } from "../known-states.ts";
import type { Points } from "../points.ts";
import type { ReportFault } from "../ports.ts";
import type { UplinkState } from "../uplinks/uplink.ts";
import { protectionPolicy, selfTestPlan } from "../wiring/protection.ts";
import { openHardwareWatchdog } from "./hardware-watchdog.ts";
import { createHolding } from "./holding.ts";
import { createLinkPicture } from "./link-picture.ts";
import { createProtection, type Protection, type WiredBuzzer } from "./protection.ts";
import type { ProtectionRecords } from "./records.ts";
import { openSelfTestMemory } from "./self-test-memory.ts";

export interface ProtectionParts {
  readonly site: Site;
  readonly folder: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  readonly directory: Directory;
  readonly points: Points;
  readonly buzzers: readonly WiredBuzzer[];
  readonly records: ProtectionRecords;
  /** `all` when the journal could not be read, or had to be salvaged. */
  readonly lost: KnownStates["lost"];
  readonly onOpen: () => void;
  /** `undefined` before there is an uplink. */
  readonly uplink: () => UplinkState | undefined;
}

export const openProtection = (parts: ProtectionParts): Protection => {
  const { site, folder, records, points } = parts;
  const settings = site.gateway.protection;
  const watchdog = settings.watchdog && openHardwareWatchdog(settings.watchdog.device, parts);
  const protection = createProtection({
    ...parts,
    policy: protectionPolicy(settings),
    link: createLinkPicture(parts.clock, () => parts.uplink() ?? notYet, hadEscalated(parts)),
    onChange: records.buzzer,
    lastTold: (id) => records.lastTold(`buzzer:${id}`),
    holding: createHolding({
      file: join(folder, "unheard"),
      lost: lostDetectors(parts),
      isHeard: (id) => points.byId.get(id)?.state.heard ?? true,
    }),
    selfTests: {
      plan: selfTestPlan(settings),
      memory: openSelfTestMemory(join(folder, "self-tests.json")),
      onResult: records.selfTest,
    },
  });
  return {
    ...protection,
    close: async () => {
      watchdog?.close();
      await protection.close();
    },
  };
};

const notYet = { link: "lost", connected: false, alarmWaitsSinceMs: undefined } as const;

const hadEscalated = ({ buzzers, records }: ProtectionParts): boolean =>
  buzzers.some(({ buzzer }) => records.lastTold(`buzzer:${buzzer.id}`) === "buzzer-escalated");

const lostDetectors = ({ lost, directory }: ProtectionParts): readonly DetectorId[] =>
  lost === "all" ? directory.all.map(({ id }) => id) : (lost ?? []);
