import { setImmediate } from "node:timers/promises";
import type { StreamEvent } from "#domain/case-view.ts";
import type { DeskAlarm, DeskGateway } from "#domain/desk.ts";
import type { Store } from "../store/open-store.ts";
import {
  beginStretch,
  changesAfter,
  freshAlarmsAfter,
  isStillThere,
  newestTrail,
  type PlacedChange,
} from "../store/stream-log.ts";
import { areasOfAlarms, areasOfGateways } from "../rights/areas-of.ts";
import { casesNamed } from "../cases/read-cases.ts";
import { pagesNamed } from "../cases/read-pages.ts";
import { alarmsNamed } from "./read-alarms.ts";
import { readGateways, type GatewayView } from "./read-gateways.ts";
import { readStreet } from "./read-street.ts";

/** One event as a page gets it; without a position it cannot be asked for again. */
export interface PlacedEvent {
  readonly position?: number;
  readonly event: StreamEvent;
  /** Path of the area of what it is about: a page gets only those of its viewer's areas. */
  readonly area: string;
}

/** Not for the eyes: what this account may see has changed, or its sessions have. */
export interface RightsChange {
  readonly position: number;
  readonly account: string;
}

/** The database is not the one that pages were told of: they must load the desk anew. */
export interface Anew {
  readonly position: number;
  readonly anew: true;
}

export type Broadcasted = PlacedEvent | RightsChange | Anew;

export interface Broadcast {
  /** Something was committed: read it and tell every page. */
  readonly wake: () => void;
  /** Tells every page about all gateways, though nothing was committed: the center's own trouble. */
  readonly tellGateways: () => void;
  /** Alarms that no database has yet: told as often as they change, see `unstored.ts`. */
  readonly tellUnstored: (alarms: readonly DeskAlarm[]) => void;
  /** These are stored by now: every page is told what the database says of them. */
  readonly tellStored: (episodes: readonly string[]) => Promise<void>;
  readonly subscribe: (listener: (events: readonly Broadcasted[]) => void) => () => void;
  readonly listeners: () => number;
  /** What changed after `position`, as it is now; in order. */
  readonly replay: (position: number) => Promise<readonly Broadcasted[]>;
  /** Resolves when everything noted so far has been told. */
  readonly idle: () => Promise<void>;
}

export interface BroadcastParts {
  readonly store: Store;
  readonly view: () => GatewayView;
  readonly onTrouble: (error: unknown) => void;
}

/** Positions told in one go: bounds how long intake and sockets wait for the stream. */
const positionsPerRound = 500;
/** Fresh alarms that may overtake a backlog in one go; the others come in their order. */
const freshPerRound = 50;

/**
 * Reads what was committed, once for all pages, and hands it on in the order of positions. The
 * database is the only source, so that changes made by another center process are told as well.
 *
 * While a backlog comes in (a gateway after a night without a line) a new alarm does not wait behind
 * it: it is told at once without a position, and again in its turn with one, so that a page that
 * comes back with a position has missed nothing before it.
 *
 * A database that has gone back (a copy took over that was a moment behind) gives the same positions
 * again: whoever waits for what comes after the last one it knows would hear nothing for so long.
 */
export const openBroadcast = async (parts: BroadcastParts): Promise<Broadcast> => {
  const listeners = new Set<(events: readonly Broadcasted[]) => void>();
  let trail = await newestTrail(parts.store.db);
  let position = trail.at(-1)?.position ?? 0;
  // The last picture of the gateways, for the time when the database cannot be read.
  const withoutCenter = () => ({ ...parts.view(), centerFaults: [] });
  let gateways = await readGateways(parts.store.db, withoutCenter());
  let gatewayAreas = await areasOfGateways(parts.store.db);
  const findFresh = createFreshFinder(parts.store);

  const tell = (events: readonly Broadcasted[]): void => {
    for (const listener of listeners) listener(events);
  };
  const tellAsTheyAre = async (episodes: readonly string[]): Promise<void> => {
    const changes = episodes.map((ref) => ({ kind: "alarm", ref, position: 0 }) as const);
    const told = await compose(parts, changes);
    tell(told.flatMap((one) => ("event" in one ? [withoutPosition(one)] : [])));
  };
  const lookAtGateways = async (): Promise<void> => {
    gateways = await readGateways(parts.store.db, withoutCenter());
    gatewayAreas = await areasOfGateways(parts.store.db);
  };
  const beginAnew = async (): Promise<void> => {
    parts.onTrouble(new Error(`the database has gone back behind position ${position}`));
    // Above all that pages may have seen.
    const fromMs = Math.max(parts.view().nowMs, Math.ceil(position / 1_000) + 1);
    await parts.store.write((tx) => beginStretch(tx, fromMs));
    trail = await newestTrail(parts.store.db);
    position = trail.at(-1)?.position ?? 0;
    await lookAtGateways();
    tell([{ position, anew: true }]);
  };
  /** Answers whether there is more to read. */
  const readOn = async (): Promise<boolean> => {
    if (!(await isStillThere(parts.store.db, trail))) {
      await beginAnew();
      return true;
    }
    const read = await changesAfter(parts.store.db, position, positionsPerRound);
    const { changes, more } = read;
    if (changes.some((change) => change.kind === "gateway")) await lookAtGateways();
    const events = listeners.size === 0 ? [] : await compose(parts, changes);
    position = read.upTo;
    if (read.trail.length > 0) ({ trail } = read);
    if (events.length > 0) tell(events);
    if (more && listeners.size > 0) await tellAsTheyAre(await findFresh(position));
    return more;
  };
  const reader = createReader(readOn, parts.onTrouble);

  return {
    tellUnstored: (alarms) => tell(asUnstored(alarms, gatewayAreas)),
    tellStored: tellAsTheyAre,
    wake: reader.wake,
    tellGateways: () => tell(withCenterFaults(gateways, gatewayAreas, parts.view())),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners: () => listeners.size,
    replay: async (after) => compose(parts, (await changesAfter(parts.store.db, after)).changes),
    idle: reader.idle,
  };
};

/** One round after another, as long as there is more or somebody has called meanwhile. */
const createReader = (
  readOn: () => Promise<boolean>,
  onTrouble: (error: unknown) => void,
): Pick<Broadcast, "wake" | "idle"> => {
  let again = false;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        if (await readOn()) again = true;
      } catch (error) {
        onTrouble(error);
      }
      // Without a turn of the event loop neither a socket nor the next batch would get on.
      if (again) await setImmediate();
    } while (again);
    running = undefined;
  };
  return {
    wake: () => {
      again = true;
      running ??= run();
    },
    idle: async () => {
      await running;
    },
  };
};

/** Finds the alarms that came fresh behind a backlog, each once. */
const createFreshFinder = ({ db }: Store) => {
  let lookedUpTo = 0;
  return async (position: number): Promise<readonly string[]> => {
    const found = await freshAlarmsAfter(db, Math.max(lookedUpTo, position), freshPerRound);
    lookedUpTo = found.upTo;
    return found.episodes;
  };
};

type Areas = ReadonlyMap<string, string>;

const asUnstored = (alarms: readonly DeskAlarm[], areas: Areas): readonly PlacedEvent[] =>
  alarms.map((data) => ({
    area: areas.get(data.notice.where.gateway) ?? "/",
    event: { kind: "alarm", data },
  }));

const withCenterFaults = (
  gateways: readonly DeskGateway[],
  areas: Areas,
  { centerFaults }: GatewayView,
): readonly PlacedEvent[] =>
  gateways.map((gateway) => ({
    area: areas.get(gateway.id) ?? "/",
    event: {
      kind: "gateway",
      data: { ...gateway, faults: [...centerFaults, ...gateway.faults] },
    },
  }));

const withoutPosition = ({ area, event }: PlacedEvent): PlacedEvent => ({ area, event });

/** What changed, as it is now: a page that was away gets the state, not the history. */
const compose = async (
  parts: BroadcastParts,
  changes: readonly PlacedChange[],
): Promise<readonly Broadcasted[]> => {
  const { db } = parts.store;
  const refs = Map.groupBy(changes, (change) => change.kind);
  const named = (kind: PlacedChange["kind"]) => (refs.get(kind) ?? []).map(({ ref }) => ref);
  const areas = await areasOfAlarms(db, named("alarm"));
  const gatewayAreas = await areasOfGateways(db);
  const areaOf = (id: string): string => gatewayAreas.get(id) ?? "/";
  const told: Told = {
    alarm: asEvents("alarm", await alarmsNamed(db, named("alarm")), ({ episode }) => ({
      name: episode,
      area: areas.get(episode) ?? "/",
    })),
    gateway: asEvents(
      "gateway",
      await readGateways(db, parts.view(), named("gateway")),
      ({ id }) => ({ name: id, area: areaOf(id) }),
    ),
    street: asEvents("street", await readStreet(db, named("street")), ({ id, gateway }) => ({
      name: id,
      area: areaOf(gateway),
    })),
    case: asEvents("case", await casesNamed(db, named("case")), ({ id, area }) => ({
      name: id,
      area,
    })),
    page: asEvents("page", await pagesNamed(db, named("page")), ({ id, area }) => ({
      name: String(id),
      area,
    })),
  };
  return changes.flatMap(({ kind, ref, position }): readonly Broadcasted[] => {
    if (kind === "rights") return [{ position, account: ref }];
    const one = told[kind].get(ref);
    return one === undefined ? [] : [{ position, ...one }];
  });
};

type Told = Readonly<
  Record<
    Exclude<PlacedChange["kind"], "rights">,
    ReadonlyMap<string, Omit<PlacedEvent, "position">>
  >
>;

const asEvents = <Kind extends StreamEvent["kind"], Data>(
  kind: Kind,
  items: readonly Data[],
  whose: (item: Data) => { readonly name: string; readonly area: string },
) =>
  new Map(
    items.map((data) => {
      const { name, area } = whose(data);
      return [name, { area, event: { kind, data } }] as const;
    }),
  );
