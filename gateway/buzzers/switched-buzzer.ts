/**
 * A sounder that is only switched on and off: a relay, a coil, a line.
 *
 * Most sirens make their own sound when they get power, so by default the contact is simply held.
 * With `patterned` the contact itself beats T3 or T4; that is for bare piezo sounders on an
 * electronic output: T4 switches 130,000 times a day, which wears a mechanical relay out in one.
 */
import type { BuzzerCommand, BuzzerPattern } from "#domain/buzzer.ts";
import type { BuzzerId } from "#domain/ids.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import { ok } from "#domain/result.ts";
import { sleep, type Sleep, type Timers } from "#platform/timers.ts";
import type { Buzzer, ReportFault } from "../ports.ts";

/** The contact behind a buzzer. */
export interface Contact {
  /** Resolves once the device has taken it, as far as it can tell, or says why it has not. */
  readonly turn: (on: boolean) => Promise<Result<void, Bilingual>>;
  /** For a device whose failure shows later than its switching; not asked between beats. */
  readonly confirm?: () => Promise<Result<void, Bilingual>>;
  /** Whether it is on, asked of the device. */
  readonly read?: () => Promise<Result<boolean, Bilingual>>;
  readonly close: () => Promise<void>;
}

export interface SwitchedBuzzerOptions {
  readonly id: BuzzerId;
  readonly contact: Contact;
  /** Beat the pattern by switching; otherwise hold the contact and let the siren sound its own. */
  readonly patterned: boolean;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

/**
 * Milliseconds on, off, on, off …, then again from the start. The chirp is our own.
 * Source: NFPA 72 §18.4.2 (T3) and §29.5.1 (T4); `domain/buzzer.ts`.
 */
const patternMs: Record<BuzzerPattern, readonly number[]> = {
  t3: [500, 500, 500, 500, 500, 1_500],
  t4: [100, 100, 100, 100, 100, 100, 100, 5_000],
  chirp: [200, 59_800],
};

/**
 * Makes a {@link Buzzer} of a contact. Setting twice is harmless: a pattern under way goes on. A
 * contact that fails in mid-pattern is a fault, and the next beat tries again. Closing leaves a
 * sounding siren sounding, held, so that restarting the gateway silences no alarm.
 */
export const createSwitchedBuzzer = (options: SwitchedBuzzerOptions): Buzzer => {
  const { id, contact, timers } = options;
  const report = createSwitchFault(id, options.reportFault);
  let beat: Beat | undefined;
  let sounding = false;

  const turn = async (on: boolean): Promise<Result<void, Bilingual>> => {
    const turned = await contact.turn(on);
    report(turned);
    return turned;
  };
  const stopBeating = async (): Promise<void> => {
    const stopping = beat;
    beat = undefined;
    await stopping?.stop();
  };

  const turnAndConfirm = async (on: boolean): Promise<Result<void, Bilingual>> => {
    const turned = await turn(on);
    if (!turned.ok || contact.confirm === undefined) return turned;
    const confirmed = await contact.confirm();
    report(confirmed);
    return confirmed;
  };

  /** Only at rest: in mid-pattern a contact is off as often as on, and each beat tells its failure. */
  const readBackOf = (read: NonNullable<Contact["read"]>) => async () => {
    if (beat !== undefined) return ok(undefined);
    const on = await read();
    if (!on.ok) return on;
    return ok(beat !== undefined ? undefined : on.value ? ("on" as const) : ("off" as const));
  };

  return {
    id,
    ...(contact.read && { readBack: readBackOf(contact.read) }),
    set: inOrder(async (command: BuzzerCommand) => {
      sounding = command.state === "on";
      // A chirp that were held would be an alarm.
      const beats = options.patterned || (command.state === "on" && command.pattern === "chirp");
      if (command.state === "on" && beats) {
        if (beat?.pattern === command.pattern) return ok(undefined);
        await stopBeating();
        const turned = await turnAndConfirm(true);
        beat = startBeat(command.pattern, turn, timers);
        return turned;
      }
      await stopBeating();
      return turnAndConfirm(sounding);
    }),
    close: async () => {
      const wasBeating = beat !== undefined;
      await stopBeating();
      if (sounding && wasBeating) await turn(true);
      await contact.close();
    },
  };
};

/** Runs calls one after the other: a contact is switched to one state at a time. */
export const inOrder = <Argument, Value>(
  run: (argument: Argument) => Promise<Value>,
): ((argument: Argument) => Promise<Value>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const next = last.then(() => run(argument));
    // Whoever called hears of a failure; the next call only waits for its end.
    last = next.catch(() => {});
    return next;
  };
};

interface Beat {
  readonly pattern: BuzzerPattern;
  readonly stop: () => Promise<void>;
}

/** Goes on with a pattern whose first tone has just begun. */
const startBeat = (
  pattern: BuzzerPattern,
  turn: (on: boolean) => Promise<unknown>,
  timers: Timers,
): Beat => {
  let stopped = false;
  let pause: Sleep | undefined;
  const run = async (): Promise<void> => {
    const lengthsMs = patternMs[pattern];
    let switching: Promise<unknown> = Promise.resolve();
    for (let step = 0; ; step += 1) {
      // A tone is as long as it shall be, unless switching itself takes longer.
      pause = sleep(timers, lengthsMs[step % lengthsMs.length] ?? 0);
      await Promise.all([pause.ended, switching]);
      if (stopped) return;
      switching = turn(step % 2 === 1);
    }
  };
  const running = run();
  return {
    pattern,
    stop: async () => {
      stopped = true;
      pause?.wake();
      await running;
    },
  };
};

/** A failure while beating reaches nobody as a return value, so it is told as a fault. */
const createSwitchFault = (id: BuzzerId, reportFault: ReportFault) => {
  let failing = false;
  return (turned: Result<void, Bilingual>): void => {
    if (turned.ok && !failing) return;
    failing = !turned.ok;
    const text = turned.ok
      ? { zh: `声光报警器 ${id} 恢复正常。`, en: `Sounder ${id} works again.` }
      : turned.error;
    reportFault({ key: `buzzer-${id}`, present: failing, text });
  };
};
