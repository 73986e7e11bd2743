/** Shuts the gas where gas is: at once, told again until read back, and never opened from here. */
import type { DetectorId } from "#domain/ids.ts";
import type { DurationMs } from "#domain/quantity.ts";
import type { StreetEventKind } from "#domain/street-event.ts";
import type { Timers } from "#platform/timers.ts";
import type { Demand } from "#rules/protection/demand.ts";
import { createInsistence, readEvery, type Driven } from "./insist.ts";
import { broken, createTeller, type TellerDeps } from "./tell.ts";
import type { Valve, ValvePosition } from "./valve.ts";

/** One valve, the detectors it closes for (absent: all), and for which gases. */
export interface WiredValve {
  readonly valve: Valve;
  readonly serves?: ReadonlySet<DetectorId>;
  readonly closesOn: readonly ("gas" | "co")[];
  /** How long it may take until it reads back as shut. */
  readonly confirmWithin: DurationMs;
}

export interface ValveStatus {
  readonly id: string;
  /** `closing`: told, and not confirmed; `unknown`: it has not said. */
  readonly state: ValvePosition | "closing" | "unknown";
  readonly confirmed: boolean;
}

export interface Interlock {
  /** Follows what one detector asks for; hush does not open a valve. Never waits, never throws. */
  readonly follow: (detector: DetectorId, demand: Demand) => void;
  readonly status: () => readonly ValveStatus[];
  readonly close: () => Promise<void>;
}

export interface InterlockDeps extends TellerDeps {
  readonly timers: Timers;
  /** What was recorded last of a valve, perhaps by the process before; absent: nothing was. */
  readonly lastTold?: (valve: string) => StreetEventKind | undefined;
}

/** A valve that could not be read so often in a row may be anywhere. Our own choice: five seconds. */
const unreadMax = 10;
const underWay: ReadonlySet<StreetEventKind | undefined> = new Set([
  "valve-closing",
  "valve-unconfirmed",
  "valve-reopened",
]);

export const createInterlock = (wired: readonly WiredValve[], deps: InterlockDeps): Interlock => {
  const guards = wired.map((one) => createGuard(one, deps));
  return {
    follow: (detector, demand) => {
      for (const guard of guards) guard.follow(detector, demand);
    },
    status: () => guards.map((guard) => guard.status()),
    close: async () => {
      await Promise.all(guards.map((guard) => guard.end()));
    },
  };
};

const createGuard = (
  { valve, serves, closesOn, confirmWithin }: WiredValve,
  { timers, lastTold, ...deps }: InterlockDeps,
) => {
  const asking = new Set<DetectorId>();
  /** Told to close and not yet read back as shut. */
  let closing = false;
  /** Read since the start. */
  let position: ValvePosition | undefined;
  /** As it was known to be last, perhaps by the process before: it may have been opened meanwhile. */
  let lastKnown = lastTold?.(valve.id) === "valve-closed" ? ("closed" as const) : position;
  /** The process before ended while it told the valve to close: how that went is still to be told. */
  let owesEnd = underWay.has(lastTold?.(valve.id));
  let unread = 0;

  const teller = createTeller(valve.id, asking, deps);
  const driven = drivenBy(valve);
  const closer = createInsistence(driven, confirmWithin, timers, teller.late);
  const shut = (): void => {
    if (closing) return;
    closing = true;
    owesEnd = false;
    // Whether it was opened while nobody looked can only be seen before it is told.
    if (position === undefined && lastKnown === "closed") reading.ask();
    closer.begin();
    teller.closing();
  };
  const hear = (now: ValvePosition | undefined): void => {
    const wasShut = lastKnown === "closed";
    position = now;
    lastKnown = now ?? lastKnown;
    if (now === "open" && (wasShut || owesEnd)) {
      teller.opened();
      // Where that fails the valve may be shut once more: the side to err on.
      if (asking.size === 0) void valve.takeBack?.().catch(() => {});
    }
    if (now === "closed" && (closing || owesEnd)) {
      closing = false;
      closer.end();
      teller.closed();
    } else if (now === "open" && asking.size > 0) {
      // Opened while gas stands, or found open: it is shut again as long as somebody asks.
      shut();
    }
    owesEnd &&= now === undefined;
  };
  const reading = readEvery<ValvePosition>(timers, driven, (read) => {
    unread = read.ok ? 0 : unread + 1;
    if (read.ok) return hear(read.value);
    closer.blame(read.error);
    if (unread >= unreadMax) position = undefined;
  });

  return {
    follow: (detector: DetectorId, demand: Demand): void => {
      if (serves !== undefined && !serves.has(detector)) return;
      const asks = closesOn.some((gas) => (gas === "gas" ? demand.gas : demand.urgent === "co"));
      if (!asks) {
        if (asking.delete(detector) && asking.size === 0) teller.over();
        return;
      }
      const isNew = !asking.has(detector);
      asking.add(detector);
      // Also a valve that said it was shut: that may be long ago.
      if (isNew) shut();
    },
    status: (): ValveStatus => ({
      id: valve.id,
      state: closing ? "closing" : (position ?? "unknown"),
      confirmed: !closing && position !== undefined,
    }),
    end: async (): Promise<void> => {
      reading.stop();
      closer.end();
      await valve.end();
    },
  };
};

const drivenBy = ({ id, close, readBack }: Valve): Driven<ValvePosition> => ({
  tell: close,
  readBack,
  broken: (error) => broken(id, error),
});
