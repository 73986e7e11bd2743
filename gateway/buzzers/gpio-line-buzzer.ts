import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { BuzzerId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { errorText } from "../lines/error-text.ts";
import type { Timers } from "#platform/timers.ts";
import type { Buzzer, ReportFault } from "../ports.ts";
import { createSwitchedBuzzer, inOrder } from "./switched-buzzer.ts";

export interface GpioLineBuzzerOptions {
  readonly id: BuzzerId;
  /** As `gpiodetect` names it: gpiochip0. */
  readonly chip: string;
  readonly line: number;
  /** The siren sounds when the line is low. */
  readonly activeLow: boolean;
  readonly patterned: boolean;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** The gpiod tool; another path for tests. */
  readonly gpioset?: string;
}

/**
 * A siren on a GPIO line, by `gpioset` of Debian's gpiod. The kernel keeps a line only while the
 * process that asked for it lives, so `gpioset` is kept running and started again when it dies. It
 * dies with the gateway (`setpriv`, of util-linux), so that no orphan keeps the line from the next.
 * `gpioget` cannot read a line that is held: `ok` means that gpioset holds the line and is alive
 * after 200 ms, which it is not when chip or line are wrong or taken.
 *
 * Closing lets go of the line: what it then does is up to the board's pull resistor.
 */
export const createGpioLineBuzzer = (options: GpioLineBuzzerOptions): Buzzer => {
  const { id, timers } = options;
  const program = options.gpioset ?? "gpioset";
  let holder: Holder | undefined;
  let version: Promise<Result<1 | 2, Bilingual>> | undefined;

  const turn = inOrder(async (on: boolean): Promise<Result<void, Bilingual>> => {
    version ??= findVersion(program);
    const found = await version;
    if (!found.ok) {
      version = undefined;
      return found;
    }
    if (holder?.on === on && holder.isAlive()) return ok(undefined);
    // The line must be free before it can be asked for anew.
    const last = holder;
    holder = undefined;
    await last?.end();
    const started = holdLine(program, argumentsFor(found.value, options, on), on);
    holder = started;
    void started.died.then((cause) => {
      if (holder === started) restart(on, cause);
    });
    return ok(undefined);
  });

  /** Alive or dead, after as long as gpioset may take to find out. */
  const confirm = async (): Promise<Result<void, Bilingual>> => {
    const asked = holder;
    const cause = await Promise.race([asked?.died, settled(timers)]);
    return cause === undefined || asked !== holder ? ok(undefined) : err(notHeld(options, cause));
  };

  const restart = (on: boolean, cause: string): void => {
    options.reportFault({ key: `gpio-${id}`, present: true, text: notHeld(options, cause) });
    timers.after(restartDelayMs, () => {
      if (holder?.isAlive() === true || holder?.on !== on) return;
      void turn(on)
        .then(confirm)
        .then((confirmed) => {
          if (confirmed.ok)
            options.reportFault({ key: `gpio-${id}`, present: false, text: held(id) });
        });
    });
  };

  return createSwitchedBuzzer({
    ...options,
    contact: {
      turn,
      confirm,
      close: async () => {
        const last = holder;
        holder = undefined;
        await last?.end();
      },
    },
  });
};

/** gpioset fails within milliseconds when it cannot have the line; a busy small board is slower. */
const settleMs = 200;
const restartDelayMs = 1_000;

const settled = (timers: Timers): Promise<undefined> =>
  new Promise((resolve) => timers.after(settleMs, () => resolve(undefined)));

interface Holder {
  readonly on: boolean;
  readonly isAlive: () => boolean;
  /** Resolves with what it said when the process ends, for whatever reason. */
  readonly died: Promise<string>;
  readonly end: () => Promise<void>;
}

const holdLine = (program: string, args: readonly string[], on: boolean): Holder => {
  const child: ChildProcess = spawn("setpriv", ["--pdeathsig", "TERM", program, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  let alive = true;
  child.stderr?.on("data", (text) => (said += String(text)));
  const died = new Promise<string>((resolve) => {
    const end = (cause: string): void => {
      alive = false;
      resolve(said.trim() === "" ? cause : said.trim());
    };
    child.once("error", (error) => end(errorText(error)));
    child.once("close", (code, signal) => end(`gpioset ended: ${signal ?? code}`));
  });
  return {
    on,
    isAlive: () => alive,
    died,
    end: async () => {
      child.kill("SIGTERM");
      await died;
    },
  };
};

/** Version 2 of the tools has other options than 1.6, which Debian 12 has. */
const findVersion = async (program: string): Promise<Result<1 | 2, Bilingual>> => {
  try {
    const child = spawn(program, ["--version"], { stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    child.stdout.on("data", (text) => (said += String(text)));
    await once(child, "close");
    const major = /v(\d+)\./.exec(said)?.[1];
    if (major === "1" || major === "2") return ok(major === "1" ? 1 : 2);
    return err(noTool(`gpioset --version: ${said.trim().slice(0, 60)}`));
  } catch (error) {
    return err(noTool(errorText(error)));
  }
};

const argumentsFor = (
  version: 1 | 2,
  { chip, line, activeLow }: GpioLineBuzzerOptions,
  on: boolean,
): readonly string[] => {
  const value = `${line}=${on ? 1 : 0}`;
  const low = activeLow ? ["--active-low"] : [];
  return version === 1 ? ["--mode=signal", ...low, chip, value] : ["--chip", chip, ...low, value];
};

const noTool = (cause: string): Bilingual => ({
  zh: `无法使用 gpioset(${cause})。请安装:sudo apt install gpiod。`,
  en: `gpioset cannot be used (${cause}). Install it: sudo apt install gpiod.`,
});

const notHeld = (
  { id, chip, line }: { readonly id: BuzzerId; readonly chip: string; readonly line: number },
  cause: string,
): Bilingual => ({
  zh: `声光报警器 ${id} 的 GPIO ${chip} 线 ${line} 无法保持(${cause})。请用 gpioinfo 检查该线是否存在、是否被占用。`,
  en: `GPIO ${chip} line ${line} of sounder ${id} cannot be held (${cause}). Check with gpioinfo that the line exists and is free.`,
});

const held = (id: BuzzerId): Bilingual => ({
  zh: `声光报警器 ${id} 的 GPIO 恢复正常。`,
  en: `The GPIO line of sounder ${id} is held again.`,
});
