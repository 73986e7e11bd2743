/** Runs exhaust fans for carbon monoxide, told again until read back; hands off while gas stands. */
import type { DetectorId } from "#domain/ids.ts";
import type { DurationMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { StreetEventKind } from "#domain/street-event.ts";
import type { Timers } from "#platform/timers.ts";
import type { Demand } from "#rules/protection/demand.ts";
import { decideFan, type FanOrder, type FanPolicy } from "#rules/protection/fan.ts";
import type { ReportFault } from "../ports.ts";
import type { ProtectionRecords } from "../protection/records.ts";
import { createInsistence, readEvery } from "../valves/insist.ts";
import type { Fan, FanState } from "./fan.ts";

/** One fan, the detectors it runs for (absent: all), and when it may. */
export interface WiredFan {
  readonly fan: Fan;
  readonly serves?: ReadonlySet<DetectorId>;
  readonly policy: FanPolicy;
  /** How long it may take until it reads back as told. */
  readonly confirmWithin: DurationMs;
}

export interface FanStatus {
  readonly id: string;
  /** `unknown`: it has not said. */
  readonly state: FanState | "unknown";
  readonly order: FanOrder;
  readonly confirmed: boolean;
}

export interface FanInterlock {
  /** Notes what one detector asks for, and does it once begun. Never waits, never throws. */
  readonly follow: (detector: DetectorId, demand: Demand) => void;
  /** Known alarms have asked: nothing is started for one home before the gas of another is known. */
  readonly begin: () => void;
  readonly status: () => readonly FanStatus[];
  readonly close: () => Promise<void>;
}

export interface FanDeps {
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  readonly record: ProtectionRecords["fan"];
  /** What was recorded last of a fan by the process before; absent: nothing was. */
  readonly lastTold?: (fan: string) => StreetEventKind | undefined;
  /**
   * Those among `serves` (absent: all) whose past could not be read and who have not spoken since:
   * gas may stand there. Asked once begun.
   */
  readonly unheard?: (serves: ReadonlySet<DetectorId> | undefined) => readonly DetectorId[];
}

const unsettled: ReadonlySet<StreetEventKind | undefined> = new Set([
  "fan-barred",
  "fan-unconfirmed",
]);

/** Who is waited for may have spoken without asking for anything. */
const askAgainEveryMs = 500;

export const createFanInterlock = (wired: readonly WiredFan[], deps: FanDeps): FanInterlock => {
  const guards = wired.map((one) => createGuard(one, deps));
  return {
    follow: (detector, demand) => {
      for (const guard of guards) guard.follow(detector, demand);
    },
    begin: () => {
      for (const guard of guards) guard.begin();
    },
    status: () => guards.map((guard) => guard.status()),
    close: async () => {
      await Promise.all(guards.map((guard) => guard.end()));
    },
  };
};

const createGuard = (wired: WiredFan, deps: FanDeps) => {
  const { fan, serves, policy } = wired;
  /** Only those who ask for something, or forbid it. */
  const demands = new Map<DetectorId, Demand>();
  let begun = false;
  let order: FanOrder = "leave";
  let told = deps.lastTold?.(fan.id);
  let startedByUs = told === "fan-running";
  let waitedFor: readonly DetectorId[] = [];
  const record = (kind: Parameters<FanDeps["record"]>[1], text: Bilingual): void => {
    told = kind;
    deps.record(fan.id, kind, text, [...demands.keys()]);
  };

  const drive = createDrive(wired, deps, {
    onDone: (state) => {
      if (state === "stopped") {
        startedByUs = false;
        order = "leave";
      }
      record(state === "running" ? "fan-running" : "fan-stopped", doneText(fan.id, state));
    },
    onLate: (why) => record("fan-unconfirmed", why),
    // It has lost its power, or somebody has switched it off.
    onFound: (state) => {
      if (begun && order === "run" && state === "stopped") drive.set("running");
    },
  });
  const obey = (): void => {
    const before = order;
    waitedFor = deps.unheard?.(serves) ?? [];
    order = decideFan(demands.values(), policy, startedByUs, waitedFor.length > 0);
    if (order === "run") {
      startedByUs = true;
      if (before !== "run") drive.set("running");
    } else if (order === "stop") drive.set("stopped");
    else drive.letGo();
    if (order === "bar" && before !== "bar") record("fan-barred", barredText(fan.id, waitedFor));
    if (order === "leave" && unsettled.has(told)) release();
  };
  /** It was barred, or did not confirm, and nothing is asked of it any more. */
  const release = (): void => {
    const { state } = drive.status();
    if (startedByUs && state === "running") record("fan-running", doneText(fan.id, state));
    else record("fan-released", releasedText(fan.id, state));
  };
  const stopWaiting = deps.timers.every(askAgainEveryMs, () => {
    if (waitedFor.length > 0) obey();
  });

  return {
    follow: (detector: DetectorId, demand: Demand): void => {
      if (serves !== undefined && !serves.has(detector)) return;
      if (demand.urgent === "none" && !demand.gasAround) demands.delete(detector);
      else demands.set(detector, demand);
      if (begun) obey();
    },
    begin: (): void => {
      begun = true;
      obey();
    },
    status: (): FanStatus => ({ id: fan.id, order, ...drive.status() }),
    end: async (): Promise<void> => {
      stopWaiting();
      await drive.end();
    },
  };
};

/** Tells one fan what was decided until it reads back so, and says what it reads otherwise. */
const createDrive = (
  { fan, confirmWithin }: WiredFan,
  { timers, reportFault }: FanDeps,
  then: {
    readonly onDone: (state: FanState) => void;
    readonly onLate: (why: Bilingual) => void;
    /** Read while nothing is under way. */
    readonly onFound: (state: FanState | undefined) => void;
  },
) => {
  let state: FanState | undefined;
  /** Told and not yet read back. */
  let wanted: FanState | undefined;
  const fault = (text: Bilingual | undefined): void =>
    reportFault({
      key: `fan:${fan.id}`,
      present: text !== undefined,
      text: text ?? doneText(fan.id, "running"),
    });
  const driven = {
    tell: () => fan.set(wanted ?? "stopped"),
    readBack: fan.readBack,
    broken: (error: unknown) => broken(fan.id, error),
  };
  const insistence = createInsistence(driven, confirmWithin, timers, (trouble) => {
    const why = trouble ?? unconfirmedText(fan.id);
    fault(why);
    then.onLate(why);
  });
  /** Nothing is told any more. */
  const letGo = (): void => {
    wanted = undefined;
    insistence.end();
    fault(undefined);
  };
  const reading = readEvery<FanState>(timers, driven, (read) => {
    if (!read.ok) return insistence.blame(read.error);
    state = read.value;
    if (wanted === undefined) return then.onFound(state);
    if (state !== wanted) return;
    letGo();
    then.onDone(state);
  });
  return {
    set: (next: FanState): void => {
      if (wanted === next) return;
      wanted = next;
      insistence.begin();
    },
    /** Also a command under way: it must not be repeated into the gas. */
    letGo,
    status: () => ({
      state: state ?? ("unknown" as const),
      confirmed: wanted === undefined && state !== undefined,
    }),
    end: async (): Promise<void> => {
      reading.stop();
      insistence.end();
      await fan.end();
    },
  };
};

const doneText = (id: string, state: FanState): Bilingual =>
  state === "running"
    ? { zh: `排风机 ${id} 已运行`, en: `fan ${id} is running` }
    : { zh: `排风机 ${id} 已停止`, en: `fan ${id} has stopped` };
const unconfirmedText = (id: string): Bilingual => ({
  zh: `排风机 ${id} 未确认,仍在重试。不要为它进入室内;请从室外通风`,
  en: `fan ${id} has not confirmed and is told again. Do not go in for it; ventilate from outside`,
});
const releasedText = (id: string, state: FanStatus["state"]): Bilingual => {
  const { zh, en } = stateWords[state];
  return {
    zh: `排风机 ${id} 已无启停要求,保持原状(${zh})`,
    en: `nothing is asked of fan ${id} any more; it is left as it is (${en})`,
  };
};
const stateWords: Readonly<Record<FanStatus["state"], Bilingual>> = {
  running: { zh: "运行", en: "running" },
  stopped: { zh: "停止", en: "stopped" },
  unknown: { zh: "状态未知", en: "state unknown" },
};
const barredText = (id: string, waitedFor: readonly DetectorId[]): Bilingual => {
  const names = waitedFor.slice(0, 10);
  return waitedFor.length === 0
    ? {
        zh: `一氧化碳超限,但同处有可燃气体:不启停排风机 ${id}(开关会打火花)。请从室外通风,不要碰开关`,
        en: `CO at the danger level, and a combustible gas beside it: fan ${id} is neither started nor stopped (its switch sparks). Ventilate from outside, touch no switch`,
      }
    : {
        zh: `一氧化碳超限,但报警记录读不出,${names.join("、")} 处有无可燃气体尚不知道:有读数之前不启停排风机 ${id}(开关会打火花)。请从室外通风,不要碰开关`,
        en: `CO at the danger level, but the journal could not be read and nobody knows whether gas stands at ${names.join(", ")}: fan ${id} is neither started nor stopped before they are heard (its switch sparks). Ventilate from outside, touch no switch`,
      };
};
const broken = (id: string, error: unknown): Bilingual => ({
  zh: `排风机 ${id} 驱动出错:${String(error)}。请检查接线`,
  en: `fan ${id} failed: ${String(error)}. Check its wiring`,
});
