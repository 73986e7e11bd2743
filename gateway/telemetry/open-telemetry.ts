/** Telemetry as one part of the gateway: recorder, spool, store, budget, and what people are told of it. */
import type { TelemetryLoss } from "#domain/telemetry.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { ReportFault } from "#gateway/ports.ts";
import type { Timers } from "#platform/timers.ts";
import { diskBytesWritten } from "./disk-writes.ts";
import { createFillRate, enduranceOf } from "./endurance.ts";
import { createRecorder, type Recorder, type RecorderOptions } from "./recorder.ts";
import { createSpool } from "./spool.ts";
import type { StoreState, TelemetryStore } from "./store.ts";
import {
  budgetFault,
  lossText,
  putAsideFault,
  recordingFault,
  storeFault,
  thinningFault,
} from "./words.ts";

export interface TelemetryDeps extends RecorderOptions {
  /** Opens the store; it says when it had to put a damaged file aside. */
  readonly openStore: (onPutAside: (name: string) => void) => TelemetryStore;
  readonly budgetBytes: number;
  readonly flushMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

/** On the status page, in `/api/v1/status` and as metrics. */
export interface TelemetryStatus {
  readonly budgetBytes: number;
  readonly usedBytes: number;
  /** 0 to 1, of the budget. */
  readonly usedShare: number;
  /** With the center away, until the oldest readings are thinned; absent while it is not known. */
  readonly hoursLeft?: number;
  readonly text: Bilingual;
  /** Readings kept here that the center has not confirmed, and since when. */
  readonly backlog: {
    readonly readings: number;
    readonly blocks: number;
    readonly oldestMs?: number;
  };
  /** Blocks in memory that the store has not taken yet. */
  readonly unwritten: number;
  /** Newest first, at most 100; and all of them by why. */
  readonly losses: readonly (TelemetryLoss & Bilingual)[];
  readonly lostReadings: StoreState["lost"];
  /** Bytes the store has written to its disk since the start, and what that is in a day. */
  readonly writtenBytes: number;
  readonly writtenBytesPerDay?: number;
  /** The same for the whole process: journal, broker and store together. */
  readonly processWrittenBytes?: number;
}

export interface Telemetry {
  /** Never throws and never waits: the way of an alarm passes here. */
  readonly note: Recorder["note"];
  readonly store: TelemetryStore;
  /** Asks the store how it stands, as happens every minute: its thread starts with the first question. */
  readonly refresh: () => void;
  readonly status: () => TelemetryStatus;
  /** The store changed: what it says of itself is told on. */
  readonly noteState: (state: StoreState) => void;
  /** The disk is full: thins and drops until so many bytes are free again. */
  readonly giveBack: (bytes: number) => void;
  readonly close: () => Promise<void>;
}

const budgetMarks = [0.5, 0.8] as const;
/** A mark that was passed is taken back this far below it, so that it does not come and go. */
const calmShare = 0.05;
const dayMs = 86_400_000;
const refreshMs = 60_000;

export const openTelemetry = (deps: TelemetryDeps): Telemetry => {
  const { clock, timers, reportFault, budgetBytes } = deps;
  const report = createReporter(reportFault);
  const store = deps.openStore((name) => report(putAsideFault(name), true));
  const recorder = createRecorder(deps);
  const rate = createFillRate();
  const openedMs = clock.now().monoMs;
  let last: StoreState | undefined;
  const lossWatch = createLossWatch();
  let givingBack = false;

  const noteState = (state: StoreState): void => {
    last = state;
    rate.note(clock.now().monoMs, state.addedBytes);
    const { usedShare, text } = enduranceOf(state.usedBytes, budgetBytes, rate.bytesPerHour());
    for (const mark of budgetMarks) {
      if (usedShare >= mark) report(budgetFault(mark, text), true);
      else if (usedShare < mark - calmShare) report(budgetFault(mark, text), false);
    }
    const [newest] = state.losses;
    if (newest !== undefined) report(thinningFault(newest), lossWatch(state, clock.now().monoMs));
  };
  const noteTrouble = (error: unknown): void => report(storeFault(error), error !== undefined);
  const spool = createSpool({
    ...deps,
    recorder,
    store,
    onState: noteState,
    onTrouble: noteTrouble,
  });
  const refresh = (): void => {
    store.state().then(noteState, noteTrouble);
  };
  const stop = timers.every(refreshMs, refresh);

  return {
    store,
    noteState,
    refresh,
    note: (reading, circumstances) => {
      try {
        recorder.note(reading, circumstances);
      } catch (error) {
        // A mistake of ours in counting must not become one in alarming.
        report(recordingFault(error), true);
      }
    },
    giveBack: (bytes) => {
      if (givingBack) return;
      givingBack = true;
      store
        .giveBack(bytes)
        .then(noteState, noteTrouble)
        .finally(() => {
          givingBack = false;
        });
    },
    status: () =>
      statusOf(last, {
        budgetBytes,
        bytesPerHour: rate.bytesPerHour(),
        unwritten: spool.waiting(),
        overMs: clock.now().monoMs - openedMs,
      }),
    close: async () => {
      stop();
      await spool.close();
      await store.close();
    },
  };
};

const statusOf = (
  last: StoreState | undefined,
  facts: {
    readonly budgetBytes: number;
    readonly bytesPerHour: number | undefined;
    readonly unwritten: number;
    readonly overMs: number;
  },
): TelemetryStatus => {
  const { budgetBytes, bytesPerHour, overMs } = facts;
  const usedBytes = last?.usedBytes ?? 0;
  const { usedShare, hoursLeft, text } = enduranceOf(usedBytes, budgetBytes, bytesPerHour);
  const writtenBytes = last?.writtenBytes ?? 0;
  const processWrittenBytes = diskBytesWritten("process");
  return {
    budgetBytes,
    usedBytes,
    usedShare,
    ...(hoursLeft !== undefined && { hoursLeft }),
    text,
    backlog: {
      readings: last?.readings ?? 0,
      blocks: last?.blocks ?? 0,
      ...(last?.oldestMs !== undefined && { oldestMs: last.oldestMs }),
    },
    unwritten: facts.unwritten,
    losses: (last?.losses ?? []).map((loss) => Object.assign({}, loss, lossText(loss))),
    lostReadings: last?.lost ?? {},
    writtenBytes,
    // In its first minutes a start would look like a day.
    ...(overMs >= refreshMs && { writtenBytesPerDay: (writtenBytes / overMs) * dayMs }),
    ...(processWrittenBytes !== undefined && { processWrittenBytes }),
  };
};

/** True for a day after readings were lost or thinned; the status page and the center keep it. */
const createLossWatch = () => {
  let known: number | undefined;
  let lastMs: number | undefined;
  return ({ lost }: StoreState, nowMs: number): boolean => {
    const total = Object.values(lost).reduce((sum, readings) => sum + readings, 0);
    if (known !== undefined && total > known) lastMs = nowMs;
    known = total;
    return lastMs !== undefined && nowMs - lastMs < dayMs;
  };
};

type Fault = Omit<Parameters<ReportFault>[0], "present">;

/** Tells each fault when it comes, when its words change and when it goes. */
const createReporter = (reportFault: ReportFault) => {
  const shown = new Map<string, string>();
  return (fault: Fault, present: boolean): void => {
    if (present ? shown.get(fault.key) === fault.text.en : !shown.has(fault.key)) return;
    if (present) shown.set(fault.key, fault.text.en);
    else shown.delete(fault.key);
    reportFault({ ...fault, present });
  };
};
