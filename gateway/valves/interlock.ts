/** Shuts the gas where gas is: at once, told again until read back, and never opened from here. */
import type { DetectorId } from "#domain/ids.ts";
import type { DurationMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Timers } from "#platform/timers.ts";
import type { Demand } from "#rules/protection/demand.ts";
import type { ReportFault } from "../ports.ts";
import type { ProtectionRecords } from "../protection/records.ts";
import { createInsistence, readEvery } from "./insist.ts";
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

export interface InterlockDeps {
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  readonly record: ProtectionRecords["valve"];
}

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
  { timers, reportFault, record }: InterlockDeps,
) => {
  const asking = new Set<DetectorId>();
  let position: ValvePosition | undefined;
  /** Told to close and not yet read back as shut. */
  let closing = false;

  const fault = (text: Bilingual | undefined): void =>
    reportFault({
      key: `valve:${valve.id}`,
      present: text !== undefined,
      text: text ?? shutText(valve.id),
    });
  const driven = {
    tell: valve.close,
    readBack: valve.readBack,
    broken: (error: unknown) => broken(valve.id, error),
  };
  const closer = createInsistence(driven, confirmWithin, timers, (trouble) => {
    const why = trouble ?? unconfirmedText(valve.id);
    fault(why);
    record(valve.id, "valve-unconfirmed", why, [...asking]);
  });
  const shut = (): void => {
    if (closing) return;
    closing = true;
    closer.begin();
    record(valve.id, "valve-closing", closingText(valve.id), [...asking]);
  };
  const hear = (now: ValvePosition | undefined): void => {
    const before = position;
    position = now;
    if (closing && now === "closed") {
      closing = false;
      closer.end();
      fault(undefined);
      record(valve.id, "valve-closed", shutText(valve.id), [...asking]);
    } else if (!closing && now === "open") {
      if (before === "closed") {
        record(valve.id, "valve-opened-by-hand", openedText(valve.id), [...asking]);
      }
      // Opened while gas stands, or found open: it is shut again as long as somebody asks.
      if (asking.size > 0) shut();
    }
  };
  const stopReading = readEvery<ValvePosition>(timers, driven, (read) => {
    if (read.ok) hear(read.value);
    else closer.blame(read.error);
  });

  return {
    follow: (detector: DetectorId, demand: Demand): void => {
      if (serves !== undefined && !serves.has(detector)) return;
      const asks = closesOn.some((gas) => (gas === "gas" ? demand.gas : demand.urgent === "co"));
      if (!asks) return void asking.delete(detector);
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
      stopReading();
      closer.end();
      await valve.end();
    },
  };
};

const closingText = (id: string): Bilingual => ({
  zh: `燃气达到危险值,已下令关闭阀门 ${id}`,
  en: `gas at the danger level: valve ${id} was told to close`,
});
const unconfirmedText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 未确认关闭,仍在重试。请立即从室外手动关阀,并联系燃气公司`,
  en: `valve ${id} has not confirmed that it is shut and is told again. Close it by hand from outside now, and call the gas company`,
});
const shutText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 已关闭。只能现场确认安全后手动打开`,
  en: `valve ${id} is shut. It can only be opened by hand, on site, once it is safe`,
});
const openedText = (id: string): Bilingual => ({
  zh: `阀门 ${id} 已在现场被打开`,
  en: `valve ${id} was opened on site`,
});
const broken = (id: string, error: unknown): Bilingual => ({
  zh: `阀门 ${id} 驱动出错:${String(error)}。请到现场手动关阀`,
  en: `valve ${id} failed: ${String(error)}. Close it by hand on site`,
});
