import { gatewayId } from "#domain/ids.ts";
import type { DetectorStatus } from "#domain/wire-shapes.ts";
import { createMemoryJournal, type MemoryJournalOptions } from "#gateway/journal/memory-journal.ts";
import type { GatewayFault, NewRecord } from "#gateway/ports.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { createScriptedCenter } from "./scripted-center.ts";
import { createUplink } from "./uplink.ts";

const gateway = gatewayId("gateway-1");
export const minutes = 60_000;
export const hours = 60 * minutes;

/** A gateway's uplink, its journal and a small center, with time that passes on demand. */
export const openStory = (
  options: { disk?: MemoryJournalOptions; detectors?: DetectorStatus[] } = {},
) => {
  const time = createManualTime();
  const journal = createMemoryJournal(options.disk);
  /** How far the center's wall clock is ahead of ours. */
  const centerAhead = { ms: 0 };
  const center = createScriptedCenter(gateway, () => time.clock.now().wallMs + centerAhead.ms);
  const faults = new Map<string, GatewayFault>();
  const uplink = createUplink({
    journal,
    link: center.link,
    clock: time.clock,
    timers: time.timers,
    gateway,
    status: () => ({ drill: false, detectors: options.detectors ?? [], faults: [] }),
    reportFault: (fault) => void faults.set(fault.key, fault),
  });
  const keep = async (records: readonly NewRecord[]): Promise<void> => {
    await journal.append(records, []);
    uplink.wake();
    await time.rest();
  };
  const connect = async (): Promise<void> => {
    center.setLine(true);
    await time.rest();
  };
  const shownFaults = (): readonly string[] =>
    [...faults.values()].filter(({ present }) => present).map(({ key }) => key);
  return { ...time, journal, center, uplink, keep, connect, faults, shownFaults, centerAhead };
};

export const many = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n + 1}`);
