import type { BuzzerCommand } from "#domain/buzzer.ts";
import type { BuzzerId } from "#domain/ids.ts";
import { err, type Bilingual, type Result } from "#domain/result.ts";
import type { Timers } from "#platform/timers.ts";
import { isSameCommand } from "#rules/protection/decide.ts";
import type { Buzzer, GatewayFault, ReportFault } from "./ports.ts";

/** What a buzzer was told last, and whether the device has confirmed it. */
export interface BuzzerStatus {
  readonly id: BuzzerId;
  readonly command: BuzzerCommand;
  readonly confirmed: boolean;
  /** Told nothing yet: it is left as the last process left it until its detectors have been heard. */
  readonly held?: true;
}

export interface BuzzerBoard {
  /** Makes a buzzer follow a command from now on. Never waits, never throws; repeats cost nothing. */
  readonly set: (buzzer: BuzzerId, command: BuzzerCommand) => void;
  /** What the device makes of a command, once; the next `set` puts it back. For self-tests. */
  readonly attempt: (buzzer: BuzzerId, command: BuzzerCommand) => Promise<Result<void, Bilingual>>;
  readonly status: () => readonly BuzzerStatus[];
  readonly close: () => Promise<void>;
}

export interface BoardDeps {
  readonly reportFault: ReportFault;
  readonly timers: Timers;
}

/** A buzzer that did not confirm is set again this often, for as long as it takes. */
const retryAfterMs = 5_000;
/** One that confirmed and went back on it is told again sooner, though not as fast as it can answer. */
const undoneRetryMs = 500;
/** What a device does is read back this often: a sounder that falls silent is noticed within it. */
const readBackEveryMs = 5_000;
/**
 * A device that cannot be asked is told anew this often, for its answer: GB/T 45839-2025 wants a lost
 * part known within 100 s.
 */
const toldAnewEveryMs = 60_000;
/**
 * After a start, devices come back by their own clocks. One that need not sound is told so many times,
 * about 30 s, before its silence is a fault: well within those 100 s.
 */
const patientTells = 4;

/**
 * Actuators follow *state*: each buzzer is told its command until it has confirmed it, and is asked
 * or heard ever after; one that does otherwise is told again. What it has not been told yet it keeps.
 */
export const createBuzzerBoard = (buzzers: readonly Buzzer[], deps: BoardDeps): BuzzerBoard => {
  const outputs = new Map(buzzers.map((buzzer) => [buzzer.id, createOutput(buzzer, deps)]));
  const outputOf = (id: BuzzerId): Output => {
    const output = outputs.get(id);
    if (output === undefined) throw new Error(`there is no buzzer ${id}`);
    return output;
  };
  const stops = [
    deps.timers.every(readBackEveryMs, () => outputs.forEach((output) => output.readBack())),
    deps.timers.every(toldAnewEveryMs, () => outputs.forEach((output) => output.tellAnew())),
  ];

  return {
    set: (id, command) => outputOf(id).set(command),
    attempt: (id, command) => outputOf(id).attempt(command),
    status: () => Array.from(outputs.values(), (output) => output.status()),
    close: async () => {
      for (const stop of stops) stop();
      await Promise.all(Array.from(outputs.values(), (output) => output.close()));
    },
  };
};

type Output = ReturnType<typeof createOutput>;

const createOutput = (buzzer: Buzzer, { reportFault, timers }: BoardDeps) => {
  let command: BuzzerCommand | undefined;
  let reported: BuzzerCommand["state"] | undefined;
  let confirmed = false;
  let attempt = 0;
  let closed = false;
  let cancelRetry = (): void => {};

  const fault = createTeller(buzzer.id, reportFault);

  const drive = (): void => {
    if (command === undefined || closed) return;
    cancelRetry();
    attempt += 1;
    const mine = attempt;
    confirmed = false;
    reported = undefined;
    void tell(buzzer, command).then((result) => {
      if (mine !== attempt) return; // a newer command is under way
      // Confirmed and in the same breath undone: seen with a retained message that came late.
      const undone = result.ok && reported !== undefined && reported !== command?.state;
      confirmed = result.ok && !undone;
      fault(result.ok ? undefined : result.error, canWait(command, attempt));
      if (!confirmed) cancelRetry = timers.after(undone ? undoneRetryMs : retryAfterMs, drive);
    });
  };
  /** The device says what it does, asked or not: it may have lost its power, or someone pressed it. */
  const hear = (state: BuzzerCommand["state"]): void => {
    reported = state;
    if (command === undefined || !confirmed || state === command.state) return;
    fault(doesOtherwise(buzzer.id, state));
    drive();
  };
  buzzer.onReport?.(hear);

  return {
    set: (wanted: BuzzerCommand): void => {
      if (command !== undefined && isSameCommand(command, wanted)) return;
      command = wanted;
      drive();
    },
    attempt: async (tried: BuzzerCommand): Promise<Result<void, Bilingual>> => {
      cancelRetry();
      attempt += 1;
      command = tried;
      confirmed = false;
      return tell(buzzer, tried);
    },
    readBack: (): void => {
      const asked = attempt;
      void buzzer.readBack?.().then((answer) => {
        if (asked !== attempt || closed) return;
        if (answer.ok) {
          if (answer.value !== undefined) hear(answer.value);
        } else if (confirmed) {
          fault(answer.error);
          drive();
        }
      });
    },
    tellAnew: (): void => {
      if (buzzer.readBack === undefined && confirmed) drive();
    },
    status: (): BuzzerStatus =>
      command === undefined
        ? { id: buzzer.id, command: heldCommand(reported), confirmed: false, held: true }
        : { id: buzzer.id, command, confirmed },
    close: async (): Promise<void> => {
      closed = true;
      attempt += 1;
      cancelRetry();
      await buzzer.close();
    },
  };
};

const canWait = (command: BuzzerCommand | undefined, told: number): boolean =>
  command?.state === "off" && told <= patientTells;

/** Says what is wrong with one buzzer; what can wait, only once it has confirmed anything. */
const createTeller = (id: BuzzerId, reportFault: ReportFault) => {
  let everConfirmed = false;
  return (why: Bilingual | undefined, waits = false): void => {
    everConfirmed ||= why === undefined;
    if (everConfirmed || !waits) reportFault(confirmationFault(id, why));
  };
};

/** A driver that throws at once is as broken as one that rejects, and holds up no other. */
const tell = (buzzer: Buzzer, command: BuzzerCommand): Promise<Result<void, Bilingual>> =>
  Promise.try(() => buzzer.set(command)).catch((error: unknown) => err(broken(buzzer.id, error)));

const confirmationFault = (id: BuzzerId, trouble: Bilingual | undefined): GatewayFault => ({
  key: `buzzer:${id}`,
  present: trouble !== undefined,
  text: trouble ?? { zh: `蜂鸣器 ${id} 已确认`, en: `buzzer ${id} confirmed` },
});

/** What a buzzer nobody has told anything is taken to do: what it says of itself. */
const heldCommand = (reported: BuzzerCommand["state"] | undefined): BuzzerCommand =>
  reported === "on" ? { state: "on", pattern: "t3", cause: "always" } : { state: "off" };

const doesOtherwise = (id: BuzzerId, state: BuzzerCommand["state"]): Bilingual => ({
  zh: `蜂鸣器 ${id} 自行${state === "on" ? "鸣响" : "停止"},已重新下发指令;请检查其供电和接线`,
  en: `buzzer ${id} ${state === "on" ? "sounds" : "fell silent"} by itself and was told again; check its power and wiring`,
});

const broken = (id: BuzzerId, error: unknown): Bilingual => ({
  zh: `蜂鸣器 ${id} 驱动出错:${String(error)}`,
  en: `buzzer ${id} failed: ${String(error)}`,
});
