import type { DeskEvent } from "#domain/desk.ts";
import type { Store } from "../store/open-store.ts";
import { changesAfter, lastPosition, type PlacedChange } from "../store/stream-log.ts";
import { areasOfAlarms, areasOfGateways } from "../rights/areas-of.ts";
import { alarmsNamed } from "./read-alarms.ts";
import { readGateways, type GatewayView } from "./read-gateways.ts";
import { readStreet } from "./read-street.ts";

/** One event as a page gets it; without a position it cannot be asked for again. */
export interface PlacedEvent {
  readonly position?: number;
  readonly event: DeskEvent;
  /** Path of the area of what it is about: a page gets only those of its viewer's areas. */
  readonly area: string;
}

/** Not for the eyes: what this account may see has changed, or its sessions have. */
export interface RightsChange {
  readonly position: number;
  readonly account: string;
}

export type Broadcasted = PlacedEvent | RightsChange;

export interface Broadcast {
  /** Something was committed: read it and tell every page. */
  readonly wake: () => void;
  /** Tells every page about all gateways, though nothing was committed: the center's own trouble. */
  readonly tellGateways: () => void;
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

/**
 * Reads what was committed, once for all pages, and hands it on in the order of positions. The
 * database is the only source, so that changes made by another center process are told as well.
 */
export const openBroadcast = async (parts: BroadcastParts): Promise<Broadcast> => {
  const listeners = new Set<(events: readonly Broadcasted[]) => void>();
  let position = await lastPosition(parts.store.db);
  // The last picture of the gateways, for the time when the database cannot be read.
  const withoutCenter = () => ({ ...parts.view(), centerFaults: [] });
  let gateways = await readGateways(parts.store.db, withoutCenter());
  let gatewayAreas = await areasOfGateways(parts.store.db);
  let again = false;
  let running: Promise<void> | undefined;

  const tell = (events: readonly Broadcasted[]): void => {
    for (const listener of listeners) listener(events);
  };
  const readOn = async (): Promise<void> => {
    const { changes, upTo } = await changesAfter(parts.store.db, position);
    if (changes.some((change) => change.kind === "gateway")) {
      gateways = await readGateways(parts.store.db, withoutCenter());
      gatewayAreas = await areasOfGateways(parts.store.db);
    }
    const events = listeners.size === 0 ? [] : await compose(parts, changes);
    position = upTo;
    if (events.length > 0) tell(events);
  };
  const run = async (): Promise<void> => {
    do {
      again = false;
      await readOn().catch(parts.onTrouble);
    } while (again);
    running = undefined;
  };

  return {
    wake: () => {
      again = true;
      running ??= run();
    },
    tellGateways: () => {
      const { centerFaults } = parts.view();
      tell(
        gateways.map((gateway) => ({
          area: gatewayAreas.get(gateway.id) ?? "/",
          event: {
            kind: "gateway",
            data: { ...gateway, faults: [...centerFaults, ...gateway.faults] },
          },
        })),
      );
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners: () => listeners.size,
    replay: async (after) => compose(parts, (await changesAfter(parts.store.db, after)).changes),
    idle: async () => {
      await running;
    },
  };
};

/** What changed, as it is now: a page that was away gets the state, not the history. */
const compose = async (
  parts: BroadcastParts,
  changes: readonly PlacedChange[],
): Promise<readonly Broadcasted[]> => {
  const refs = Map.groupBy(changes, (change) => change.kind);
  const named = (kind: PlacedChange["kind"]) => (refs.get(kind) ?? []).map(({ ref }) => ref);
  const alarms = new Map(
    (await alarmsNamed(parts.store.db, named("alarm"))).map((alarm) => [alarm.episode, alarm]),
  );
  const gateways = new Map(
    (await readGateways(parts.store.db, parts.view(), named("gateway"))).map((gateway) => [
      gateway.id,
      gateway,
    ]),
  );
  const street = new Map(
    (await readStreet(parts.store.db, named("street"))).map((view) => [view.id, view]),
  );
  const alarmAreas = await areasOfAlarms(parts.store.db, named("alarm"));
  const gatewayAreas = await areasOfGateways(parts.store.db);
  return changes.flatMap(({ kind, ref, position }): readonly Broadcasted[] => {
    if (kind === "rights") return [{ position, account: ref }];
    const alarm = alarms.get(ref);
    const gateway = gateways.get(ref);
    const view = street.get(ref);
    if (kind === "alarm") {
      const area = alarmAreas.get(ref) ?? "/";
      return alarm === undefined ? [] : [{ position, area, event: { kind, data: alarm } }];
    }
    if (kind === "street") {
      const area = gatewayAreas.get(view?.gateway ?? "") ?? "/";
      return view === undefined ? [] : [{ position, area, event: { kind, data: view } }];
    }
    const area = gatewayAreas.get(ref) ?? "/";
    return gateway === undefined ? [] : [{ position, area, event: { kind, data: gateway } }];
  });
};
