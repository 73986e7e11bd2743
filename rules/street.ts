/**
 * The second door of judgement: many homes at once. It is called after `step` with the events of
 * the detectors, adds what no single detector can know, and hands every event on untouched.
 */
import type { AlarmEvent } from "#domain/alarm.ts";
import type { DetectorId, EpisodeId } from "#domain/ids.ts";
import type { Instant } from "#domain/time.ts";
import type { Command } from "./commands.ts";
import { findDrift, type Baseline } from "./street/drift.ts";
import { emptyGroup, groupsOf, type Group } from "./street/groups.ts";
import { lookForSharedCause } from "./street/shared-cause.ts";
import { gather } from "./street/storm.ts";
import type { Home, Member, StreetEvent } from "./street/street-event.ts";

export { baselinesOf, quarterMs } from "./baseline.ts";
export type { Baseline } from "./street/drift.ts";
export type { Home, StreetEvent, StreetEventKind } from "./street/street-event.ts";

export interface StreetState {
  readonly homes: ReadonlyMap<DetectorId, Home>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly downLinks: readonly string[];
  /** Detectors whose drift has been told. */
  readonly drifting: readonly DetectorId[];
  /** Alarms that stand and ring nobody yet: held back, or a test. They count from when they ring. */
  readonly unrung: ReadonlySet<EpisodeId>;
}

export type StreetInput =
  /** What `step` made of the detectors. */
  | { readonly kind: "events"; readonly events: readonly AlarmEvent[]; readonly at: Instant }
  /** A line, broker or gateway that many detectors are heard over has gone or come back. */
  | { readonly kind: "link"; readonly link: string; readonly up: boolean; readonly at: Instant }
  /** The quiet levels of a day. */
  | { readonly kind: "baselines"; readonly baselines: readonly Baseline[]; readonly at: Instant }
  /** Storms end when nothing comes: call it every minute or so. */
  | { readonly kind: "tick"; readonly at: Instant };

export interface StreetStep {
  readonly state: StreetState;
  readonly events: readonly StreetEvent[];
  /** To be given to `step` of these detectors. */
  readonly commands: readonly { readonly detector: DetectorId; readonly command: Command }[];
}

/**
 * A street at rest. Storms are not kept over a restart: they are found again from new alarms, and
 * from those that stand `unrung`.
 */
export const openStreet = (
  homes: readonly Home[],
  unrung: readonly EpisodeId[] = [],
): StreetState => ({
  homes: new Map(homes.map((home) => [home.detector, home])),
  groups: new Map(),
  downLinks: [],
  drifting: [],
  unrung: new Set(unrung),
});

/** Judges one input about many homes. Pure; changes no alarm of any home. */
export const stepStreet = (state: StreetState, input: StreetInput): StreetStep => {
  switch (input.kind) {
    case "events":
      return take(state, input.events, input.at);
    case "link":
      return relink(state, input.link, input.up, input.at);
    case "baselines":
      return compare(state, input.baselines, input.at);
    case "tick":
      return take(state, [], input.at);
  }
};

const take = (state: StreetState, events: readonly AlarmEvent[], at: Instant): StreetStep => {
  const { arrived, unrung } = findArrived(state.unrung, events);
  const byGroup = new Map<string, Member[]>();
  for (const { detector, episode, alarmClass } of arrived) {
    for (const key of groupsOf(state.homes.get(detector))) {
      const members = byGroup.get(key) ?? [];
      members.push({ detector, episode, alarmClass, atMs: at.monoMs });
      byGroup.set(key, members);
    }
  }
  if (byGroup.size === 0 && state.groups.size === 0) {
    const same = unrung === state.unrung;
    return { state: same ? state : { ...state, unrung }, events: [], commands: [] };
  }
  const groups = new Map(state.groups);
  const told: StreetEvent[] = [];
  for (const key of new Set([...groups.keys(), ...byGroup.keys()])) {
    const before = groups.get(key) ?? emptyGroup(key);
    const members = byGroup.get(key) ?? [];
    const turn = lookForSharedCause(gather(before, members, at), members, at, state.homes);
    if (turn.group.alarms === 0 && turn.group.storm === undefined) groups.delete(key);
    else groups.set(key, turn.group);
    told.push(...turn.events);
  }
  return { state: { ...state, groups, unrung }, events: told, commands: [] };
};

/**
 * What makes a crowd: real, and not held back by anyone, from the first time that it is both. What is
 * held back when it is raised rings later as a worsening, and would else be missing where its
 * neighbours are named.
 */
const findArrived = (
  before: ReadonlySet<EpisodeId>,
  events: readonly AlarmEvent[],
): { readonly arrived: readonly AlarmEvent[]; readonly unrung: ReadonlySet<EpisodeId> } => {
  if (events.length === 0) return { arrived: events, unrung: before };
  const unrung = new Set(before);
  const arrived = events.filter(({ kind, episode, test, held }) => {
    const rings = !test && held === undefined;
    if (kind === "raised" && !rings) unrung.add(episode);
    if (kind === "returned") unrung.delete(episode);
    if (kind === "returned" || !rings) return false;
    return unrung.delete(episode) || kind === "raised";
  });
  const same = unrung.size === before.size && [...unrung].every((one) => before.has(one));
  return { arrived, unrung: same ? before : unrung };
};

/**
 * A link that is down is one event that names its homes; their own silence is then noise, and
 * suppressed by design until the link is back. Gas and CO are never touched: `step` refuses that.
 */
const relink = (state: StreetState, link: string, up: boolean, at: Instant): StreetStep => {
  const known = state.downLinks.includes(link);
  if (known === !up) return { state, events: [], commands: up ? unsuppress(state, link) : [] };
  const members = homesOn(state, link);
  const event: StreetEvent = {
    id: `link:${link}:${up ? "up" : "down"}:${at.bootId.slice(0, 8)}:${at.monoMs}`,
    kind: up ? "link-up" : "link-down",
    group: `link:${link}`,
    priority: up ? 4 : 2,
    text: up
      ? {
          zh: `通信恢复:${link},${members.length} 台探测器。仍未出声的会单独报出。`,
          en: `The link is back: ${link}, ${members.length} detectors. Those that stay silent are told one by one.`,
        }
      : {
          zh: `通信中断:${link},影响 ${members.length} 台探测器,状态均为未知。检查线路、供电和网络。`,
          en: `The link is down: ${link}; ${members.length} detectors are unknown. Check wiring, supply and network.`,
        },
    at,
    members,
  };
  const downLinks = up
    ? state.downLinks.filter((one) => one !== link)
    : state.downLinks.concat(link);
  return {
    state: { ...state, downLinks },
    events: [event],
    commands: up ? unsuppress(state, link) : suppress(state, link),
  };
};

/** The classes whose events from behind a dead link say nothing new. */
const noise = ["silence", "reading-fault"] as const;

const homesOn = ({ homes }: StreetState, link: string): readonly DetectorId[] =>
  [...homes.values()].filter((home) => home.link === link).map((home) => home.detector);

const suppress = (state: StreetState, link: string): StreetStep["commands"] =>
  order(state, link, "suppress");
const unsuppress = (state: StreetState, link: string): StreetStep["commands"] =>
  order(state, link, "unsuppress");

const order = (
  state: StreetState,
  link: string,
  kind: "suppress" | "unsuppress",
): StreetStep["commands"] =>
  homesOn(state, link).flatMap((detector) =>
    noise.map((rule) => ({ detector, command: { kind, rule, cause: `link-down:${link}` } })),
  );

const compare = (state: StreetState, baselines: readonly Baseline[], at: Instant): StreetStep => {
  const found = findDrift(baselines);
  const drifting = found.map((one) => one.detector);
  const fresh = found.filter((one) => !state.drifting.includes(one.detector));
  const over = state.drifting.filter(
    (one) => !drifting.includes(one) && baselines.some((two) => two.detector === one),
  );
  const unheard = state.drifting.filter((one) => !over.includes(one) && !drifting.includes(one));
  const events = fresh
    .map((one): StreetEvent => tellDrift("drift", one.detector, one.level, at))
    .concat(over.map((one) => tellDrift("drift-over", one, undefined, at)));
  return { state: { ...state, drifting: drifting.concat(unheard) }, events, commands: [] };
};

const tellDrift = (
  kind: "drift" | "drift-over",
  detector: DetectorId,
  level: number | undefined,
  at: Instant,
): StreetEvent => ({
  id: `${detector}:${kind}:${at.bootId.slice(0, 8)}:${at.monoMs}`,
  kind,
  group: `detector:${detector}`,
  priority: kind === "drift" ? 3 : 4,
  text:
    kind === "drift"
      ? {
          zh: `零点漂移:${detector} 平时读数 ${level},明显偏离同型号邻居。用标气检查或更换。`,
          en: `Drift: ${detector} reads ${level} when nothing is wrong, far from others of its model. Check it with test gas or replace it.`,
        }
      : {
          zh: `零点漂移已消除:${detector}。`,
          en: `The drift is gone: ${detector}.`,
        },
  at,
  members: [detector],
});
