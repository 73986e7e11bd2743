/** What systemd wants to hear of a service: that it is ready, that it lives, that it stops. */
import { spawn, type ChildProcess } from "node:child_process";
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
  /** Another Perl than the system's, for tests. */
  readonly program?: string;
}

/**
 * The protocol of sd_notify(3). Node has no datagram sockets of its own: one child sends every word,
 * and the unit needs `NotifyAccess=all` for that. It is started once, because a disk that dies later
 * can start no program any more, and systemd would kill a gateway that still sounds. Signs of life
 * come from this very event loop, three in each watchdog time: when it hangs, they stop.
 */
export const openServiceManager = (
  environment: Readonly<Record<string, string | undefined>>,
  { timers, onTrouble, program = "perl" }: ServiceManagerDeps,
): ServiceManager => {
  const isThere = (environment["NOTIFY_SOCKET"] ?? "") !== "";
  if (!isThere) return { isThere, ready: () => {}, stopping: () => {} };
  const sender = createSender(program, environment, (why) => onTrouble(notTold(why)));
  const watchdogMs = Number(environment["WATCHDOG_USEC"] ?? 0) / 1_000;
  let stopPinging = (): void => {};
  return {
    isThere,
    ready: (status) => {
      sender.tell(`STATUS=${status}`);
      sender.tell("READY=1");
      if (watchdogMs > 0)
        stopPinging = timers.every(watchdogMs / 3, () => sender.tell("WATCHDOG=1"));
    },
    stopping: () => {
      stopPinging();
      sender.tell("STOPPING=1");
      sender.end();
    },
  };
};

/** Each line a datagram. Perl, because every Debian has it (perl-base is essential), Socket included. */
const sendLines = `
use Socket;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
(my $path = $ENV{NOTIFY_SOCKET}) =~ s/^@/\\0/;
while (<STDIN>) {
  chomp;
  send($socket, $_, 0, pack_sockaddr_un($path)) or die "send: $!";
}`;

const createSender = (
  program: string,
  environment: Readonly<Record<string, string | undefined>>,
  onTrouble: (why: string) => void,
) => {
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const started = spawn(program, ["-e", sendLines], {
      env: environment,
      stdio: ["pipe", "ignore", "inherit"],
    });
    const gone = (): void => {
      // The next word starts another.
      if (child === started) child = undefined;
    };
    started.once("error", (error) => {
      gone();
      onTrouble(error.message);
    });
    started.once("exit", (code, signal) => {
      gone();
      if (code !== 0) onTrouble(String(code ?? signal));
    });
    // A word on its way when it dies; that it died is told above.
    started.stdin?.on("error", () => {});
    started.unref();
    return started;
  };
  return {
    tell: (word: string): void => {
      try {
        child ??= start();
      } catch (error) {
        // EIO, ENOMEM, EPERM: Node throws these at once.
        onTrouble(String(error));
      }
      child?.stdin?.write(`${word}\n`);
    },
    end: () => child?.stdin?.end(),
  };
};

const notTold = (why: string): Bilingual => ({
  zh: `无法通知 systemd(${why});systemd 会以为服务没有就绪并重启它。请安装 perl-base 包`,
  en: `systemd could not be told (${why}); it will take the service for dead and restart it. Install the package perl-base`,
});
