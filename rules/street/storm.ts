import type { Bilingual } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { desk, membersOf, unchain, type Group } from "./groups.ts";
import type { Member, StreetEvent } from "./street-event.ts";

/** Windows and counts of a storm; source: `docs/people.md` §1.3 and ISA-18.2 flood (§6.2). */
export interface StormLimits {
  readonly withinMs: number;
  /** More than so many at one desk is a flood; it ends below `floodEndsBelow`. */
  readonly floodAbove: number;
  readonly floodEndsBelow: number;
  /** More than so many in one building, riser, floor or behind one link is a storm. */
  readonly stormAbove: number;
  readonly stormEndsBelow: number;
}

export const stormLimits: StormLimits = {
  withinMs: 600_000,
  floodAbove: 10,
  floodEndsBelow: 5,
  stormAbove: 5,
  stormEndsBelow: 3,
};

export interface GroupTurn {
  readonly group: Group;
  readonly events: readonly StreetEvent[];
}

/** Takes new alarms into a group, and tells when a storm begins, grows or ends. All members are kept. */
export const gather = (
  before: Group,
  arrived: readonly Member[],
  at: Instant,
  limits: StormLimits = stormLimits,
): GroupTurn => {
  const now = remember(before, arrived, at, limits);
  const isDesk = now.key === desk;
  const above = isDesk ? limits.floodAbove : limits.stormAbove;
  const endsBelow = isDesk ? limits.floodEndsBelow : limits.stormEndsBelow;
  if (now.storm === undefined) {
    if (now.alarms <= above) return { group: now, events: [] };
    const kind = isDesk ? "flood-begun" : "storm-begun";
    const newest = membersOf(now.recent);
    return {
      group: { ...now, storm: { newest, before: undefined } },
      events: [tell(kind, now, newest, at)],
    };
  }
  if (now.alarms < endsBelow) {
    const kind = isDesk ? "flood-ended" : "storm-ended";
    const everyone = unchain(now.storm);
    return { group: { ...now, storm: undefined }, events: [tell(kind, now, everyone, at)] };
  }
  if (arrived.length === 0) return { group: now, events: [] };
  const storm = { newest: arrived, before: now.storm };
  const grown = isDesk ? [] : [tell("storm-grew", now, arrived, at)];
  return { group: { ...now, storm }, events: grown };
};

const remember = (
  group: Group,
  arrived: readonly Member[],
  at: Instant,
  limits: StormLimits,
): Group => {
  const old = group.recent.findIndex((batch) => at.monoMs - batch.atMs < limits.withinMs);
  const gone = old === -1 ? group.recent : group.recent.slice(0, old);
  if (gone.length === 0 && arrived.length === 0) return group;
  const recent = group.recent.slice(gone.length);
  if (arrived.length > 0) recent.push({ atMs: at.monoMs, members: arrived });
  const forgotten = gone.reduce((sum, batch) => sum + batch.members.length, 0);
  return { ...group, recent, alarms: group.alarms - forgotten + arrived.length };
};

const tell = (
  kind: StreetEvent["kind"],
  { key, alarms }: Group,
  members: readonly Member[],
  at: Instant,
): StreetEvent => ({
  id: `${key}:${kind}:${at.bootId.slice(0, 8)}:${at.monoMs}`,
  kind,
  group: key,
  priority: kind === "storm-begun" || kind === "flood-begun" ? 2 : 4,
  text: words(kind, key, new Set(members.map((one) => one.detector)).size, alarms),
  at,
  members: [...new Set(members.map((one) => one.detector))],
  alarms,
});

const words = (
  kind: StreetEvent["kind"],
  group: string,
  homes: number,
  alarms: number,
): Bilingual => {
  if (kind === "storm-ended" || kind === "flood-ended") {
    return {
      zh: `报警潮结束:${group},共 ${homes} 台探测器。逐一核对仍未签收的报警。`,
      en: `The storm is over: ${group}, ${homes} detectors in all. Go through the alarms not yet signed for.`,
    };
  }
  return {
    zh: `报警集中:${group},${homes} 台探测器,10 分钟内 ${alarms} 条。是否同源(楼道、共用烟道、管网)?每条仍单独处理。`,
    en: `Many alarms at once: ${group}, ${homes} detectors, ${alarms} in ten minutes. One cause (stairwell, shared flue, main)? Each alarm still stands by itself.`,
  };
};
