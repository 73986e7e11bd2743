/** Gets alarm records onto the disk, and the word out when the disk will not have them. */
import type { AlarmNotice } from "#domain/alarm.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { Timers } from "#platform/timers.ts";
import type { Journal, JournalRecord, NewRecord, ReportFault, SavedState } from "./ports.ts";

export interface Keeper {
  /** Resolves once the records and the state are on disk. Rejects when the disk refused; it is tried again. */
  readonly keep: (
    detector: DetectorId,
    records: readonly NewRecord[],
    state: string,
  ) => Promise<void>;
  /** What is still to be written for a detector: a repeat of its message must not be acknowledged before. */
  readonly owed: (detector: DetectorId) => Promise<void> | undefined;
  /** Saves states that changed without an event; losing one costs a little of a dose, not an alarm. */
  readonly save: (states: readonly SavedState[]) => void;
  readonly unwritten: () => number;
  readonly close: () => Promise<void>;
}

export interface KeeperDeps {
  readonly journal: Journal;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** These records are on disk. */
  readonly onKept: (records: readonly JournalRecord[]) => void;
  /** A notice that is not on disk must leave all the same. */
  readonly onUnkept: (notice: AlarmNotice) => void;
}

/** A disk that takes longer than this is not waited for: the alarm leaves unwritten. */
const patienceMs = 1_000;
const retryAfterMs = 1_000;

interface Debt {
  readonly detector: DetectorId;
  readonly records: readonly NewRecord[];
  readonly state: string;
  /** It has left unwritten; the uplink repeats it on its own. */
  told: boolean;
}

export const createKeeper = (deps: KeeperDeps): Keeper => {
  const debts = createDebts(deps);
  return {
    keep: (detector, records, state) => debts.write({ detector, records, state, told: false }),
    owed: debts.of,
    save: (states) => {
      if (states.length === 0) return;
      deps.journal.append([], states).catch((error: unknown) => reportRefusal(deps, error));
    },
    unwritten: debts.records,
    close: async () => {
      await debts.close();
      await deps.journal.close();
    },
  };
};

/**
 * What is not on disk yet, oldest first. Never dropped: it is as long as there are alarms.
 *
 * One write at a time, everything owed together: were a second one under way when the first is
 * refused, the first would be written after it, and the older state would overwrite the newer.
 */
const createDebts = (deps: KeeperDeps) => {
  let debts: Debt[] = [];
  let paying: Promise<void> | undefined;
  let cancelRetry = (): void => {};

  const retryLater = (): void => {
    cancelRetry();
    cancelRetry = deps.timers.after(retryAfterMs, () => void pay().catch(() => {}));
  };

  /** One attempt to write everything that is owed, shared by all who ask meanwhile. */
  const pay = (): Promise<void> => {
    paying ??= (async () => {
      cancelRetry();
      const batch = [...debts];
      try {
        const kept = await writeBatch(deps, batch);
        debts = debts.slice(batch.length);
        deps.onKept(kept);
      } catch (error) {
        sendUnkept(deps, debts, error);
        throw error;
      } finally {
        paying = undefined;
        if (debts.length > 0) retryLater();
      }
    })();
    return paying;
  };

  /** An attempt already under way may not hold this debt: go on until it is written or refused. */
  const payFor = async (debt: Debt): Promise<void> => {
    while (debts.includes(debt)) await pay();
  };

  return {
    write: async (debt: Debt): Promise<void> => {
      debts.push(debt);
      // Counted for each: one that came while the disk was stalled waits no longer than the first.
      const cancelPatience = deps.timers.after(patienceMs, () =>
        sendUnkept(deps, [debt], "磁盘无响应 · the disk does not answer"),
      );
      try {
        await payFor(debt);
      } finally {
        cancelPatience();
      }
    },
    of: (detector: DetectorId): Promise<void> | undefined => {
      if (debts.length === 0) return undefined;
      const mine = debts.filter((debt) => debt.detector === detector);
      return mine.length === 0 ? undefined : Promise.all(mine.map(payFor)).then(() => {});
    },
    records: (): number => debts.reduce((sum, { records }) => sum + records.length, 0),
    close: async (): Promise<void> => {
      cancelRetry();
      if (debts.length > 0) await pay().catch(() => {});
      cancelRetry();
    },
  };
};

/** Records and states of a batch, on disk together or not at all. */
const writeBatch = async (
  deps: KeeperDeps,
  batch: readonly Debt[],
): Promise<readonly JournalRecord[]> => {
  const kept = await deps.journal.append(
    batch.flatMap((debt) => debt.records),
    batch.map(({ detector, state }) => ({ detector, json: state })),
  );
  deps.reportFault({
    key: "journal-write",
    present: false,
    text: { zh: "记录写入恢复正常", en: "the journal can be written again" },
  });
  return kept;
};

/** Sends alarms out unwritten, once each: when the disk refuses, and when it does not answer in time. */
const sendUnkept = (deps: KeeperDeps, debts: readonly Debt[], reason: unknown): void => {
  reportRefusal(deps, reason);
  for (const debt of debts) {
    if (debt.told) continue;
    debt.told = true;
    for (const { notice } of debt.records) deps.onUnkept(notice);
  }
};

const reportRefusal = ({ reportFault }: KeeperDeps, reason: unknown): void =>
  reportFault({
    key: "journal-write",
    present: true,
    text: {
      zh: `记录写不进磁盘:${String(reason)}。报警仍会发出,但未落盘;请检查磁盘`,
      en: `the journal cannot be written: ${String(reason)}. Alarms still go out, marked not durable; check the disk`,
    },
  });
