import type { DetectorId } from "#domain/ids.ts";
import { detectorId } from "#domain/ids.ts";
import type { Finding, ReadingFault } from "#domain/reading.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { SerialProfile } from "#firmware-config/profile.ts";
import { createFrameReader, strayBytes } from "#firmware-config/serial.ts";
import type { ReportFault, Running, Take } from "../ports.ts";
import type { OpenPort } from "./byte-port.ts";
import { createHandOver } from "./hand-over.ts";
import { openSerialPort } from "./serial-port.ts";
import { supervisePort } from "./supervised-port.ts";
import type { Timers } from "#platform/timers.ts";

export interface SerialSourceOptions {
  readonly id: string;
  /** Stable across re-plugging: /dev/serial/by-id/… */
  readonly path: string;
  readonly profile: SerialProfile;
  /** `undefined`: not registered, it gets its name from the line. */
  readonly detector: DetectorId | undefined;
  readonly take: Take;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** How the port is opened, when not by `path`: a test's own wire. */
  readonly openPort?: OpenPort;
}

export interface SerialSource extends Running {
  readonly stats: () => SerialStats;
}

export interface SerialStats {
  readonly open: boolean;
  readonly openings: number;
  readonly frames: number;
  /** Bytes that belonged to no frame: noise, cut-off frames, wrong checksums. */
  readonly discardedBytes: number;
}

/**
 * Reads one detector that speaks frames of its own on a serial line (Winsen and kin), asking it
 * where its mode wants that. When no whole frame has come for five intervals, a fault says so, and
 * says it again every five intervals: silence is never the answer.
 */
export const startSerialSource = (options: SerialSourceOptions): SerialSource => {
  const { id, path, profile, clock, timers, reportFault } = options;
  const detector = options.detector ?? detectorId(id);
  const handOver = createHandOver(id, options.take, reportFault);
  const intervalMs = profile.pollIntervalMs ?? defaultIntervalMs;
  let reader = createFrameReader(profile);
  let frames = 0;
  let discardedBytes = 0;
  let discardedSinceFrame: readonly number[] = [];

  const report = (findings: readonly Finding[]): void =>
    handOver([
      { detector, position: { line: id, place: path }, receivedAt: clock.now(), findings },
    ]);

  const onBytes = (bytes: Uint8Array): void => {
    const read = reader.push(bytes, clock.now().monoMs);
    discardedBytes += read.discarded.length;
    discardedSinceFrame = [...discardedSinceFrame, ...read.discarded].slice(-shownBytes);
    for (const findings of read.frames) {
      frames += 1;
      discardedSinceFrame = [];
      silence.restart();
      report(findings);
    }
  };

  const silenceFault = (): ReadingFault =>
    discardedSinceFrame.length > 0
      ? strayBytes(discardedSinceFrame)
      : { code: "no-reply", at: path, text: nothingCame(id, 5 * intervalMs) };
  const silence = createRepeater(timers, 5 * intervalMs, () =>
    report([{ kind: "fault", fault: silenceFault() }]),
  );
  const asking = createRepeater(timers, intervalMs, () => {
    if (profile.query === undefined) return;
    // A failed write ends the port; the supervision reports that and opens it again.
    void port.current()?.write(Uint8Array.from(profile.query));
  });
  const port = supervisePort({
    faultKey: `serial-${id}`,
    open:
      options.openPort ??
      openSerialPort({ path, baudRate: profile.baudRate, parity: "none", stopBits: 1 }, timers),
    onBytes,
    onOpen: () => {
      reader = createFrameReader(profile);
    },
    timers,
    reportFault,
  });

  return {
    stats: () => ({
      open: port.current() !== undefined,
      openings: port.openings(),
      frames,
      discardedBytes,
    }),
    close: async () => {
      silence.stop();
      asking.stop();
      await port.close();
    },
  };
};

/** Winsen modules send once a second. Source: ZE07-CO data sheet, active upload. */
const defaultIntervalMs = 1_000;
/** As many discarded bytes as help a technician: two frames. */
const shownBytes = 18;

const createRepeater = (timers: Timers, periodMs: number, run: () => void) => {
  let cancel: () => void;
  const restart = (): void => {
    cancel?.();
    cancel = timers.after(periodMs, () => {
      restart();
      run();
    });
  };
  restart();
  return { restart, stop: () => cancel() };
};

const nothingCame = (id: string, silentMs: number): Bilingual => ({
  zh: `串口探测器 ${id} 已 ${silentMs / 1_000} 秒没有数据。请检查供电、接线与工作模式(主动上传/问答)。`,
  en: `The serial detector ${id} has sent nothing for ${silentMs / 1_000} s. Check its power, wiring and mode (active upload or question and answer).`,
});
