/** What many homes have in common: storms, causes, dead links. It stands beside the alarms. */
import { createHash } from "node:crypto";
import type { AlarmEvent } from "#domain/alarm.ts";
import type { DetectorId, EpisodeId, GatewayId } from "#domain/ids.ts";
import { noticeFacts, type StreetNotice } from "#domain/notice.ts";
import type { StreetEvent } from "#domain/street-event.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import {
  openStreet,
  quarterMs,
  stepStreet,
  type Baseline,
  type Home,
  type StreetInput,
  type StreetState,
} from "#rules/street.ts";
import type { Command } from "#rules/step.ts";
import type { Keeper } from "./keeper.ts";
import type { ReportFault } from "./ports.ts";
import { saveDrift, streetKey } from "./told-drift.ts";

export interface StreetWatchDeps {
  readonly gateway: GatewayId;
  readonly drill: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly homes: readonly Home[];
  /** What the detectors read when nothing is wrong, of those that have been heard for a day. */
  readonly baselines: () => readonly Baseline[];
  /** Links that were down when the last process ended, from what it left suppressed. */
  readonly downLinks: readonly string[];
  /** Detectors whose drift the last process has told. */
  readonly drifting?: readonly DetectorId[];
  /** Alarms that the last process left standing and that have rung nobody yet. */
  readonly unrung?: readonly EpisodeId[];
  readonly keeper: Pick<Keeper, "keep">;
  /** Carries out what the street's judgement asks of one detector. */
  readonly command: (detector: DetectorId, command: Command) => void;
  readonly reportFault: ReportFault;
}

export interface StreetWatch {
  /** What `step` made of the detectors in one turn. Never waits, never throws. */
  readonly see: (events: readonly AlarmEvent[]) => void;
  /** A line has died or is open again. Repeats are harmless. */
  readonly setLink: (link: string, up: boolean) => void;
  readonly close: () => void;
}

/** Storms end when nothing comes. */
const tickPeriodMs = 60_000;
/**
 * A line is back when it has stayed open for so long: a unit is read again within 10 s of its
 * return, and a line that is open but mute is closed again after 10 s. Lifting the suppression
 * earlier would ring for every home on it.
 */
const linkSettlesMs = 30_000;
/** The wire takes names up to 200 characters. */
const idLengthMax = 190;

export const createStreetWatch = (deps: StreetWatchDeps): StreetWatch => {
  const links = new Set(deps.homes.map(({ link }) => link).concat(deps.downLinks));
  const settling = new Map<string, () => void>();
  const nameEvent = createNamer();
  const { downLinks, drifting = [], unrung } = deps;
  let state: StreetState = { ...openStreet(deps.homes, unrung), downLinks, drifting };

  const judge = (input: StreetInput): void => {
    try {
      const next = stepStreet(state, input);
      const told = input.kind === "baselines" ? saveDrift(next.state.drifting) : undefined;
      state = next.state;
      keepEvents(deps, next.events.map(nameEvent), told);
      for (const { detector, command } of next.commands) deps.command(detector, command);
    } catch (error) {
      // The alarms of the homes have left already: a mistake here must not reach their senders.
      deps.reportFault(broken(error));
    }
  };
  const setLink = (link: string, up: boolean): void => {
    if (!links.has(link)) return; // nobody registered hangs on it; its own fault is shown
    if (!up) {
      settling.get(link)?.();
      settling.delete(link);
      judge({ kind: "link", link, up, at: deps.clock.now() });
    } else if (state.downLinks.includes(link) && !settling.has(link)) {
      const settled = (): void => {
        settling.delete(link);
        judge({ kind: "link", link, up, at: deps.clock.now() });
      };
      settling.set(link, deps.timers.after(linkSettlesMs, settled));
    }
  };
  const stopTicking = deps.timers.every(tickPeriodMs, () =>
    judge({ kind: "tick", at: deps.clock.now() }),
  );
  const stopComparing = deps.timers.every(quarterMs, () =>
    judge({ kind: "baselines", baselines: deps.baselines(), at: deps.clock.now() }),
  );

  return {
    see: (events) => {
      if (events.length > 0) judge({ kind: "events", events, at: deps.clock.now() });
    },
    setLink,
    close: () => {
      stopTicking();
      stopComparing();
      for (const cancel of settling.values()) cancel();
    },
  };
};

/** Events, and with those of drift what has been told by now: both on disk or neither. */
const keepEvents = (
  deps: StreetWatchDeps,
  events: readonly StreetEvent[],
  told: string | undefined,
): void => {
  if (events.length === 0) return;
  const notices = events.map((street): StreetNotice => ({
    street,
    where: { gateway: deps.gateway },
    drill: deps.drill,
  }));
  const records = notices.map((notice) => ({ lane: noticeFacts(notice).lane, notice }));
  // Nobody waits for an acknowledgement of these; the keeper reports and retries on its own.
  deps.keeper.keep(streetKey, records, told).catch(() => {});
};

/**
 * Two turns may fall into one instant, and an address may be longer than a name can be: neither may
 * cost an event.
 */
const createNamer = () => {
  let instant = Number.NaN;
  const given = new Set<string>();
  return (event: StreetEvent): StreetEvent => {
    if (event.at.monoMs !== instant) given.clear();
    instant = event.at.monoMs;
    const short = event.id.length <= idLengthMax ? event.id : shorten(event.id);
    let id = short;
    for (let count = 2; given.has(id); count += 1) id = `${short}:${count}`;
    given.add(id);
    return id === event.id ? event : { ...event, id };
  };
};

const shorten = (id: string): string =>
  `${id.slice(0, 100)}:${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;

const broken = (error: unknown) => ({
  key: "street-rules",
  present: true,
  text: {
    zh: `多户联判出错:${String(error)}。各户报警不受影响,请把此句交给开发方`,
    en: `judging many homes together failed: ${String(error)}. The alarms of each home are not touched; report this sentence`,
  },
});
