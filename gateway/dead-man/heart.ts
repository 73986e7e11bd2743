/** The gateway's side of the dead-man: a beat every second, and an eye on whether it is heard. */
import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import type { ReportFault } from "../ports.ts";
import { socketFile } from "./settings.ts";
import { beatEveryMs, createLineReader, parseAnswer, type Answer, type Beat } from "./words.ts";

export interface HeartDeps {
  readonly folder: string;
  /** Starts the process when nobody answers; absent: systemd does. */
  readonly startIt: (() => void) | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** Whether an urgent alarm stands. */
  readonly isOpen: () => boolean;
  /** One stood when the dead-man was last told, and our own record of it is lost. */
  readonly isUnsure: () => boolean;
}

export interface Heart {
  /** At once, when an alarm begins or ends: whoever hangs in the next moment has said so. */
  readonly beat: () => void;
  readonly status: () => DeadManStatus;
  readonly close: () => Promise<void>;
}

export interface DeadManStatus {
  readonly state: "standing-by" | "sounding" | "gone";
  readonly pid?: number;
}

/** Answers that do not come for so long are a fault: nobody stands by. */
const goneAfterMs = 5_000;
const farewellMs = 1_000;
/** Starting a process takes a second or two on a small machine. */
const restartPauseMs = 5_000;

export const openHeart = (deps: HeartDeps): Heart => {
  const { clock, timers } = deps;
  const openedMs = clock.now().monoMs;
  let socket: Socket | undefined;
  let last: { readonly answer: Answer; readonly atMs: number } | undefined;
  let startedMs = Number.NEGATIVE_INFINITY;
  let farewell: (() => void) | undefined;

  const say = (beat: Beat): void => void socket?.write(`${JSON.stringify(beat)}\n`);
  const beat = (): void => say(whatIsKnown(deps));
  const isGone = (nowMs: number): boolean => nowMs - (last?.atMs ?? openedMs) > goneAfterMs;

  const startAnew = (): void => {
    const nowMs = clock.now().monoMs;
    if (deps.startIt === undefined || nowMs - startedMs < restartPauseMs) return;
    startedMs = nowMs;
    deps.startIt();
  };
  const dial = (): void => {
    const mine = connect(socketFile(deps.folder));
    socket = mine;
    const read = createLineReader((line) => {
      const answer = parseAnswer(line);
      if (answer !== undefined) last = { answer, atMs: clock.now().monoMs };
      farewell?.();
    });
    mine.setEncoding("utf8").on("data", (text) => read(String(text)));
    mine.once("connect", beat);
    mine.on("error", () => {
      mine.destroy();
      startAnew(); // nobody stands by
    });
    mine.once("close", () => {
      if (socket === mine) socket = undefined;
    });
    mine.unref();
  };
  const tick = (): void => {
    const nowMs = clock.now().monoMs;
    const gone = isGone(nowMs);
    deps.reportFault({ key: "dead-man", present: gone, text: gone ? goneText : backText });
    if (gone && socket !== undefined) {
      // It hangs: another takes its place, if it is ours to start.
      socket.destroy();
      startAnew();
    } else if (socket !== undefined) beat();
    if (socket === undefined) dial();
  };
  dial();
  const stopTicking = timers.every(beatEveryMs, tick);

  return {
    beat,
    status: () => {
      if (last === undefined || isGone(clock.now().monoMs)) return { state: "gone" };
      const { pid, sounding } = last.answer;
      return { state: sounding ? "sounding" : "standing-by", pid };
    },
    close: async () => {
      stopTicking();
      if (socket !== undefined) {
        const heard = new Promise<void>((resolve) => {
          farewell = resolve;
          socket?.once("close", () => resolve());
          timers.after(farewellMs, resolve);
        });
        say({ ...whatIsKnown(deps), bye: true });
        await heard;
      }
      socket?.destroy();
    },
  };
};

const whatIsKnown = ({ isOpen, isUnsure }: HeartDeps): Beat => {
  const unsure = isUnsure();
  return { open: unsure || isOpen(), ...(unsure && { unsure }) };
};

/** A process of its own, in a session of its own: it outlives whoever started it. */
export const startDeadMan = (folder: string): void => {
  const script = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--max-old-space-size=64", script, folder], {
    detached: true,
    stdio: "ignore",
  });
  child.on("error", () => {}); // it does not answer then, which is the fault
  child.unref();
};

const goneText: Bilingual = {
  zh: "独立看守进程没有应答:网关若停止工作将无人鸣响。请检查看守进程(systemctl status canary-dead-man)",
  en: "the dead-man does not answer: nobody would sound if the gateway stopped. Check it (systemctl status canary-dead-man)",
};
const backText: Bilingual = { zh: "独立看守进程就位", en: "the dead-man stands by" };
