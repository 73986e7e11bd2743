/** Gets alarm records onto the disk, and the word out when the disk will not have them. */
import type { DetectorId } from "#domain/ids.ts";
import type { Notice } from "#domain/notice.ts";
import type { Timers } from "#platform/timers.ts";
import type { Journal, NewRecord, ReportFault, SavedState } from "./ports.ts";

export interface Keeper {
  /**
   * Resolves once the records and the state are on disk. Rejects when the disk refused; it is tried
   * again. What is about no detector is kept under a name of its own, which holds a colon.
   */
  readonly keep: (
    detector: DetectorId,
    records: readonly NewRecord[],
    state: string | undefined,
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
  /** Records are on disk. */
  readonly onKept: () => void;
  /** A notice that is not on disk must leave all the same. */
  readonly onUnkept: (notice: Notice) => void;
}

/** A disk that takes longer than this is not waited for: the alarm leaves unwritten. */
const patienceMs = 1_000;
const retryAfterMs = 1_000;

interface Debt {
  readonly detector: DetectorId;
  readonly records: readonly NewRecord[];
  readonly state: string | undefined;
}

export const createKeeper = (deps: KeeperDeps): Keeper => {
  const debts = createDebts(deps);
  const underWay = new Map<DetectorId, Promise<void>>();

  return {
    keep: (detector, records, state) => {
      const done = debts.write({ detector, records, state }).finally(() => {
        if (underWay.get(detector) === done) underWay.delete(detector);
      });
      underWay.set(detector, done);
      return done;
    },
    owed: (detector) => underWay.get(detector) ?? debts.of(detector),
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

/** What the disk refused, oldest first. Never dropped: it is as long as there are alarms. */
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
        await writeBatch(deps, batch);
        debts = debts.slice(batch.length);
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
      if (debts.length > 0) {
        debts.push(debt); // order is kept: behind what the disk refused before
        await payFor(debt);
        return;
      }
      try {
        await writeBatch(deps, [debt]);
      } catch (error) {
        debts.push(debt);
        retryLater();
        throw error;
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

/** Writes, or sends the alarms out unwritten: when the disk refuses, and when it does not answer in time. */
const writeBatch = async (deps: KeeperDeps, batch: readonly Debt[]): Promise<void> => {
  const records = batch.flatMap((debt) => debt.records);
  const sendUnkept = (reason: unknown): void => {
    reportRefusal(deps, reason);
    for (const { notice } of records) deps.onUnkept(notice);
  };
  const cancelPatience = deps.timers.after(patienceMs, () =>
    sendUnkept("磁盘无响应 · the disk does not answer"),
  );
  try {
    await deps.journal.append(
      records,
      batch.flatMap(({ detector, state }) =>
        state === undefined ? [] : [{ detector, json: state }],
      ),
    );
  } catch (error) {
    sendUnkept(error);
    throw error;
  } finally {
    cancelPatience();
  }
  deps.reportFault({
    key: "journal-write",
    present: false,
    text: { zh: "记录写入恢复正常", en: "the journal can be written again" },
  });
  deps.onKept();
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
