/**
 * Local protection: what detectors ask for, people have done and the link does, turned into what each
 * buzzer shall do. It decides with `rules/protection` and acts through the buzzer board.
 */
import type { BuzzerCommand } from "#domain/buzzer.ts";
import type { BuzzerId, DetectorId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import type { StreetEventKind } from "#domain/street-event.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import {
  decideBuzzer,
  isSameCommand,
  type BuzzerPolicy,
  type ProtectionPolicy,
  type Situation,
} from "#rules/protection/decide.ts";
import { noDemand, type Demand } from "#rules/protection/demand.ts";
import { createBuzzerBoard, type BuzzerStatus } from "../buzzer-board.ts";
import type { Buzzer, ReportFault } from "../ports.ts";
import { heldFault, type Holding } from "./holding.ts";
import { createSelfTests, type SelfTestDeps } from "./self-tests.ts";

/** One buzzer, the detectors it sounds for (absent: all of this gateway), and what it is for. */
export interface WiredBuzzer {
  readonly buzzer: Buzzer;
  readonly serves?: ReadonlySet<DetectorId>;
  /** Absent: it sounds whenever the danger level is reached. */
  readonly policy?: BuzzerPolicy;
}

/** What the uplink knows of the center; see `Situation`. */
export type LinkPicture = Pick<Situation, "linkLostSinceMs" | "unconfirmedSinceMs">;

/** A buzzer does something else than before. */
export interface BuzzerChange {
  readonly buzzer: BuzzerId;
  readonly command: BuzzerCommand;
  /** Whose alarms it sounds for. */
  readonly detectors: readonly DetectorId[];
}

export interface ProtectionDeps {
  readonly buzzers: readonly WiredBuzzer[];
  readonly policy?: ProtectionPolicy;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** Asked every half second; absent: a gateway without a center, whose link is never missed. */
  readonly link?: () => LinkPicture;
  /** Whether any urgent alarm stands has changed. */
  readonly onOpen?: () => void;
  /** Told of every change, after the buzzer has been told. */
  readonly onChange?: (change: BuzzerChange) => void;
  /** What was recorded last of a buzzer by the process before; absent: nothing was. */
  readonly lastTold?: (buzzer: BuzzerId) => StreetEventKind | undefined;
  /** Detectors whose past could not be read: nothing that serves them is set off before they speak. */
  readonly holding?: Holding;
  readonly selfTests?: SelfTestDeps;
}

export interface Protection {
  /** Makes the buzzers follow what one detector asks for. Never waits, never throws. */
  readonly follow: (detector: DetectorId, demand: Demand) => void;
  /** From here on buzzers are told; before, demands are only gathered. */
  readonly begin: () => void;
  readonly status: () => readonly BuzzerStatus[];
  /** An urgent alarm stands, hushed or not: what a dead-man must know. */
  readonly isOpen: () => boolean;
  /** The past of some detectors is lost and they have not spoken since: an alarm may stand there. */
  readonly isPastLost: () => boolean;
  /** Who they are among `serves`; absent: among all. */
  readonly unheard: Holding["unheard"];
  readonly close: () => Promise<void>;
}

/** Our own choices, all overruled by the site file: noticed in 15 s and lost for 10 is within 30 s. */
export const defaultProtection: ProtectionPolicy = {
  linkLostAfter: seconds(10),
  noReceiptAfter: seconds(30),
  noAckAfter: seconds(120),
  patterns: { gas: "t3", co: "t4" },
  quietHours: { from: 22 * 60, to: 7 * 60 },
};

/** Time alone changes a command only through limits of whole seconds. */
const tickMs = 500;
const always: BuzzerPolicy = { causes: ["always"], level: "urgent", chirpsForFaults: false };
const sounding: ReadonlySet<StreetEventKind | undefined> = new Set([
  "buzzer-on",
  "buzzer-escalated",
]);
const nobodyLost: Holding = { unheard: () => [] };
const noLink = { linkLostSinceMs: undefined, unconfirmedSinceMs: undefined, deadMan: false };

export const createProtection = (deps: ProtectionDeps): Protection => {
  const { clock, timers, holding: { unheard } = nobodyLost } = deps;
  const policy = deps.policy ?? defaultProtection;
  const board = createBuzzerBoard(
    deps.buzzers.map(({ buzzer }) => buzzer),
    deps,
  );
  const alarming = new Set<DetectorId>();
  const outputs = deps.buzzers.map((wired) => createOutput(wired));
  let begun = false;

  const situation = (): Situation => ({ ...noLink, ...deps.link?.(), now: clock.now() });
  const drive = (output: Output, now: Situation): void => {
    const wanted = decideBuzzer(output.policy, output.asking.values(), now, policy);
    const before = output.command;
    if (before?.state !== "off" && holds(output, wanted)) return;
    if (tests.isTesting(output.id) && wanted.state === "off") return;
    output.command = wanted;
    board.set(output.id, wanted);
    if (!isNews(wanted, before, deps.lastTold?.(output.id))) return;
    deps.onChange?.({ buzzer: output.id, command: wanted, detectors: [...output.asking.keys()] });
  };
  /** Somebody it serves may still be in alarm, though nobody knows of it: it is not set off. */
  const holds = ({ id, serves }: Output, wanted: BuzzerCommand): boolean => {
    const waitedFor = wanted.state === "on" ? [] : unheard(serves);
    if (deps.holding !== undefined) deps.reportFault(heldFault(id, waitedFor));
    return waitedFor.length > 0;
  };
  const tick = (): void => {
    const now = situation();
    for (const output of outputs) drive(output, now);
    tests.run(now.now, () => outputs.every(({ command }) => command?.state === "off"));
  };
  const tests = createSelfTests(deps.selfTests, {
    ...deps,
    buzzers: outputs.map(({ id }) => id),
    attempt: board.attempt,
    release: (id) => {
      for (const output of outputs) if (output.id === id) drive(output, situation());
    },
  });
  const stopTicking = timers.every(tickMs, () => {
    if (begun) tick();
  });

  return {
    follow: (detector, demand) => {
      const wasOpen = alarming.size > 0;
      if (demand.urgent === "none") alarming.delete(detector);
      else alarming.add(detector);
      let now: Situation | undefined;
      for (const output of outputs) {
        if (output.serves !== undefined && !output.serves.has(detector)) continue;
        if (demand === noDemand) output.asking.delete(detector);
        else output.asking.set(detector, demand);
        if (begun) drive(output, (now ??= situation()));
      }
      if (alarming.size > 0 !== wasOpen) deps.onOpen?.();
    },
    begin: () => {
      begun = true;
      tick();
    },
    status: board.status,
    isOpen: () => alarming.size > 0,
    isPastLost: () => unheard(undefined).length > 0,
    unheard,
    close: async () => {
      stopTicking();
      await board.close();
    },
  };
};

/** Whether it does something else than people were told last, perhaps by the process before. */
const isNews = (
  wanted: BuzzerCommand,
  before: BuzzerCommand | undefined,
  lastTold: StreetEventKind | undefined,
): boolean =>
  before === undefined
    ? wanted.state === "on" || sounding.has(lastTold)
    : !isSameCommand(before, wanted);

const createOutput = ({ buzzer, serves, policy = always }: WiredBuzzer) => ({
  id: buzzer.id,
  serves,
  policy,
  asking: new Map<DetectorId, Demand>(),
  command: undefined as BuzzerCommand | undefined,
});
type Output = ReturnType<typeof createOutput>;
