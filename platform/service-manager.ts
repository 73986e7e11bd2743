/** What systemd wants to hear of a service: that it is ready, that it lives, that it stops. */
import { spawn } from "node:child_process";
import type { Bilingual } from "#domain/result.ts";
import type { Timers } from "./timers.ts";

export interface ServiceManager {
  /** Something waits to be told; without it every call is nothing. */
  readonly isThere: boolean;
  readonly ready: (status: string) => void;
  readonly stopping: () => void;
}

export interface ServiceManagerDeps {
  readonly timers: Timers;
  readonly onTrouble: (why: Bilingual) => void;
  /** Another program than Debian's `systemd-notify`, for tests. */
  readonly program?: string;
}

/**
 * The protocol of sd_notify(3). Node has no datagram sockets of its own, so `systemd-notify` sends
 * each word; the unit needs `NotifyAccess=all` for that. Signs of life come from this very event
 * loop, three in each watchdog time: when it hangs, they stop.
 */
export const openServiceManager = (
  environment: Readonly<Record<string, string | undefined>>,
  { timers, onTrouble, program = "systemd-notify" }: ServiceManagerDeps,
): ServiceManager => {
  const isThere = (environment["NOTIFY_SOCKET"] ?? "") !== "";
  if (!isThere) return { isThere, ready: () => {}, stopping: () => {} };
  const tell = (...words: readonly string[]): void => {
    const child = spawn(program, words, { stdio: "ignore" });
    child.once("error", (error) => onTrouble(notTold(error.message)));
    child.once("exit", (code) => {
      if (code !== 0) onTrouble(notTold(String(code)));
    });
  };
  const watchdogMs = Number(environment["WATCHDOG_USEC"] ?? 0) / 1_000;
  let stopPinging = (): void => {};
  return {
    isThere,
    ready: (status) => {
      tell("READY=1", `STATUS=${status}`);
      if (watchdogMs > 0) stopPinging = timers.every(watchdogMs / 3, () => tell("WATCHDOG=1"));
    },
    stopping: () => {
      stopPinging();
      tell("STOPPING=1");
    },
  };
};

const notTold = (why: string): Bilingual => ({
  zh: `systemd-notify 失败(${why});systemd 会以为服务没有就绪并重启它。请安装 systemd 包`,
  en: `systemd-notify failed (${why}); systemd will take the service for dead and restart it. Install the systemd package`,
});
