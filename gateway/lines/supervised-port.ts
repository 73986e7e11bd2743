import type { Bilingual } from "#domain/result.ts";
import type { ReportFault } from "../ports.ts";
import type { BytePort, OpenPort } from "./byte-port.ts";
import { sleep, type Sleep, type Timers } from "#platform/timers.ts";

/** A port that is kept open: opened in the background, opened again whenever it goes away. */
export interface SupervisedPort {
  /** The open port, or `undefined` while there is none. */
  readonly current: () => BytePort | undefined;
  /** How often it has been opened. */
  readonly openings: () => number;
  /** Closes and opens again: for a port that is open but has gone mute. */
  readonly reopen: (why: Bilingual) => void;
  readonly close: () => Promise<void>;
}

export interface SupervisionOptions {
  /** Names the port in faults. */
  readonly faultKey: string;
  readonly open: OpenPort;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onOpen?: (port: BytePort) => void;
  readonly onGone?: () => void;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

/** With the longest connect time-out (3 s) a port that is back is open within 5 s. */
const retryDelaysMs = [250, 500, 1_000, 2_000];

/**
 * Keeps one port open until `close`. Never throws for a port that is absent: a fault names it and
 * says what to check, and goes away when the port is open. At most one port is open at any time,
 * and the next is opened only after the last has been closed completely.
 */
export const supervisePort = (options: SupervisionOptions): SupervisedPort => {
  const { faultKey, timers, reportFault } = options;
  let current: BytePort | undefined;
  let openings = 0;
  let closed = false;
  let pause: Sleep | undefined;
  let leave: ((cause: Bilingual) => void) | undefined;

  const openOnce = async (): Promise<boolean> => {
    const gone = Promise.withResolvers<Bilingual>();
    const opened = await options.open({ onBytes: options.onBytes, onClose: gone.resolve });
    if (!opened.ok) {
      reportFault({ key: faultKey, present: true, text: opened.error });
      return false;
    }
    if (!closed) {
      current = opened.value;
      openings += 1;
      leave = gone.resolve;
      reportFault({ key: faultKey, present: false, text: isOpenAgain });
      options.onOpen?.(opened.value);
      const cause = await gone.promise;
      current = undefined;
      options.onGone?.();
      if (!closed) reportFault({ key: faultKey, present: true, text: cause });
    }
    await opened.value.close();
    return true;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    for (;;) {
      failures = (await openOnce()) ? 0 : failures + 1;
      if (closed) return;
      pause = sleep(timers, retryDelaysMs[Math.min(failures, retryDelaysMs.length - 1)] ?? 0);
      await pause.ended;
    }
  };
  const running = run();

  return {
    current: () => current,
    openings: () => openings,
    reopen: (why) => leave?.(why),
    close: async () => {
      closed = true;
      pause?.wake();
      leave?.(isOpenAgain);
      await running;
    },
  };
};

const isOpenAgain: Bilingual = { zh: "线路已打开。", en: "The line is open." };
