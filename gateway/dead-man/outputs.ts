/** The dead-man's sirens, opened when it must sound and let go afterwards: lines belong to the gateway. */
import { spawn } from "node:child_process";
import { causeWords } from "#domain/buzzer.ts";
import { buzzerId, type BuzzerId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { DeadManOutputSite } from "#platform/site-file/protection-schema.ts";
import type { Timers } from "#platform/timers.ts";
import { createGpioLineBuzzer } from "../buzzers/gpio-line-buzzer.ts";
import { createModbusCoilBuzzer } from "../buzzers/modbus-coil-buzzer.ts";
import { openSerialRelayBuzzer } from "../buzzers/serial-relay-buzzer.ts";
import { createSwitchedBuzzer } from "../buzzers/switched-buzzer.ts";
import { openLine, type LineOptions } from "../lines/line.ts";
import type { Buzzer, ReportFault } from "../ports.ts";

export interface OutputWorld {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

export interface Siren {
  readonly sound: () => void;
  /** Off, confirmed, and let go. */
  readonly silence: () => Promise<void>;
}

const sounding = {
  state: "on",
  pattern: "t3",
  cause: "dead-man",
  text: causeWords["dead-man"],
} as const;

const retryMs = 500;
/** A siren that cannot be set off is left to whoever comes; the lines must be free again. */
const offAttempts = 10;

/** One output; tried again until it has confirmed. */
export const createSiren = (
  output: DeadManOutputSite,
  index: number,
  world: OutputWorld,
): Siren => {
  const id = buzzerId(`dead-man-${index + 1}`);
  let current: Buzzer | undefined;
  let ending: Promise<void> = Promise.resolve();

  const keepSounding = async (buzzer: Buzzer): Promise<void> => {
    await ending;
    const isWanted = (): boolean => current === buzzer;
    while (isWanted()) {
      const set = await buzzer.set(sounding);
      world.reportFault(outputFault(id, set));
      if (set.ok) return;
      await pause(world.timers);
    }
  };
  return {
    sound: () => {
      if (current !== undefined) return;
      current = openOutput(output, id, world);
      void keepSounding(current);
    },
    silence: () => {
      const buzzer = current;
      current = undefined;
      if (buzzer !== undefined) ending = setOff(buzzer, world.timers);
      return ending;
    },
  };
};

const setOff = async (buzzer: Buzzer, timers: Timers): Promise<void> => {
  for (let attempt = 0; attempt < offAttempts; attempt += 1) {
    if ((await buzzer.set({ state: "off" })).ok) break;
    await pause(timers);
  }
  await buzzer.close();
};

const pause = (timers: Timers): Promise<void> =>
  new Promise((resolve) => timers.after(retryMs, resolve));

const openOutput = (output: DeadManOutputSite, id: BuzzerId, world: OutputWorld): Buzzer => {
  const { timers, reportFault } = world;
  switch (output.kind) {
    case "command":
      return createSwitchedBuzzer({
        id,
        patterned: false,
        timers,
        reportFault,
        contact: { turn: (on) => run(on ? output.on : output.off), close: async () => {} },
      });
    case "gpio":
      return createGpioLineBuzzer({ ...world, ...output, id, patterned: output.pulsed });
    case "serial-relay": {
      const { path, baudRate, on, off, pulsed } = output;
      const frames = { baudRate, on, off };
      return openSerialRelayBuzzer({ id, path, frames, patterned: pulsed, timers, reportFault });
    }
    case "modbus-coil": {
      const line = openLine(id, lineOf(output), world);
      const { unit, coil, pulsed } = output;
      const buzzer = createModbusCoilBuzzer({
        ...world,
        id,
        line,
        unit,
        coil,
        replyTimeoutMs: 500,
        patterned: pulsed,
      });
      const close = async (): Promise<void> => {
        await buzzer.close();
        await line.close();
      };
      return { ...buzzer, close };
    }
  }
};

const lineOf = (
  output: Extract<DeadManOutputSite, { readonly kind: "modbus-coil" }>,
): LineOptions =>
  output.path === undefined
    ? { kind: "modbus-tcp", host: output.host ?? "127.0.0.1", port: output.port }
    : {
        kind: "modbus-rtu",
        path: output.path,
        baudRate: output.baudRate,
        parity: "none",
        stopBits: 1,
      };

/** A program that ends with 0 has done it. */
/** A command that does not end is ended: the next one must not wait behind it. */
const runWithinMs = 5_000;

const run = ([program = "", ...args]: readonly string[]): Promise<Result<void, Bilingual>> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: "ignore",
      timeout: runWithinMs,
      killSignal: "SIGKILL",
    });
    child.once("error", (error) => resolve(err(failed(program, error.message))));
    child.once("exit", (code, signal) =>
      resolve(code === 0 ? ok(undefined) : err(failed(program, String(signal ?? code)))),
    );
  });

const failed = (program: string, cause: string): Bilingual => ({
  zh: `看守程序的输出命令 ${program} 失败(${cause})`,
  en: `the dead-man's command ${program} failed (${cause})`,
});

const outputFault = (id: BuzzerId, set: Result<void, Bilingual>) => ({
  key: `dead-man-output:${id}`,
  present: !set.ok,
  text: set.ok ? { zh: `${id} 已鸣响`, en: `${id} sounds` } : set.error,
});
