/** Gets alarm records onto the disk, and the word out when the disk will not have them. */
import type { DetectorId } from "#domain/ids.ts";
import type { Notice } from "#domain/notice.ts";
import type { Timers } from "#platform/timers.ts";
import type { Journal, JournalRecord, NewRecord, ReportFault, SavedState } from "./ports.ts";

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
  /**
   * What is still to be written for a detector, tried again at once: a repeat of its message must
   * not be acknowledged before, nor its state be saved ahead of the record that explains it.
   */
  readonly owed: (detector: DetectorId) => Promise<void> | undefined;
  readonly isOwed: (detector: DetectorId) => boolean;
  /** Saves states that changed without an event; losing one costs a little of a dose, not an alarm. */
  readonly save: (states: readonly SavedState[]) => void;
  /** Records that the disk refused, or does not answer for, and that are tried again. */
  readonly unwritten: () => number;
  readonly close: () => Promise<void>;
}

export interface KeeperDeps {
  readonly journal: Journal;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
  /** Records are on disk. */
  readonly onKept: (records: readonly JournalRecord[]) => void;
  /** A notice that is not on disk must leave all the same. */
  readonly onUnkept: (notice: Notice) => void;
}

/** A disk that takes longer than this is not waited for: the alarm leaves unwritten. */
const patienceMs = 1_000;
const retryAfterMs = 1_000;

interface Debt {
  readonly detector: DetectorId;
  readonly records: readonly NewRecord[];
  /** Left out once a later state of this detector is on disk. */
  state: string | undefined;
  /** The attempt that is wanted or under way, shared by all who wait for it. */
  attempt: PromiseWithResolvers<void> | undefined;
  /** Its alarms have left without being on disk. */
  left: boolean;
  cancelPatience: () => void;
}

export const createKeeper = (deps: KeeperDeps): Keeper => {
  const debts = createDebts(deps);

  return {
    keep: debts.add,
    owed: (detector) => {
      const mine = debts.of(detector);
      return mine.length === 0 ? undefined : Promise.all(mine.map(debts.pay)).then(() => {});
    },
    isOwed: (detector) => debts.of(detector).length > 0,
    save: (states) => {
      if (states.length === 0) return;
      deps.journal.append([], states).catch((error: unknown) => reportRefusal(deps, error));
    },
    unwritten: debts.refused,
    close: async () => {
      await debts.close();
      await deps.journal.close();
    },
  };
};

/**
 * Everything that is not on disk yet, oldest first. Never dropped: it is as long as there are
 * alarms. One attempt at a time, each takes all that has come meanwhile; the journal writes what is
 * asked in one turn in one commit, and what it will not have holds up no other.
 */
const createDebts = (deps: KeeperDeps) => {
  let debts: Debt[] = [];
  let running = false;
  let cancelRetry = (): void => {};

  const run = async (): Promise<void> => {
    if (running) return;
    running = true;
    cancelRetry();
    while (debts.some(({ attempt }) => attempt !== undefined)) {
      const batch = [...debts];
      const outcomes = await Promise.allSettled(batch.map((debt) => write(deps.journal, debt)));
      const written = new Set(batch.filter((_, at) => outcomes[at]?.status === "fulfilled"));
      debts = debts.filter((debt) => !written.has(debt));
      for (const [at, debt] of batch.entries()) finish(deps, debt, outcomes[at]);
      forgetOldStates(batch, written);
      if (written.size > 0) deps.onKept(outcomes.flatMap(keptIn));
      if (debts.length === 0) reportWritten(deps);
    }
    running = false;
    if (debts.length > 0) cancelRetry = deps.timers.after(retryAfterMs, payAll);
  };

  const pay = (debt: Debt): Promise<void> => {
    debt.attempt ??= Promise.withResolvers<void>();
    const { promise } = debt.attempt;
    promise.catch(() => {}); // reported in `finish`; whoever waits hears it as well
    void run();
    return promise;
  };
  const payAll = (): void => debts.forEach((debt) => void pay(debt));

  return {
    add: (
      detector: DetectorId,
      records: readonly NewRecord[],
      state: string | undefined,
    ): Promise<void> => {
      const debt: Debt = {
        detector,
        records,
        state,
        attempt: undefined,
        left: false,
        cancelPatience: deps.timers.after(patienceMs, () => leave(deps, debt, noAnswer)),
      };
      debts.push(debt);
      return pay(debt);
    },
    pay,
    of: (detector: DetectorId): readonly Debt[] =>
      debts.filter((debt) => debt.detector === detector),
    refused: (): number =>
      debts.reduce((sum, { left, records }) => sum + (left ? records.length : 0), 0),
    close: async (): Promise<void> => {
      await Promise.allSettled(debts.map(pay));
      cancelRetry();
    },
  };
};

const noAnswer = "磁盘无响应 · the disk does not answer";

const keptIn = (
  outcome: PromiseSettledResult<readonly JournalRecord[]>,
): readonly JournalRecord[] => (outcome.status === "fulfilled" ? outcome.value : []);

const write = (
  journal: Journal,
  { records, detector, state }: Debt,
): Promise<readonly JournalRecord[]> =>
  journal.append(records, state === undefined ? [] : [{ detector, json: state }]);

/** Tells those who wait how the attempt ended. */
const finish = (
  deps: KeeperDeps,
  debt: Debt,
  outcome: PromiseSettledResult<unknown> | undefined,
): void => {
  const { attempt } = debt;
  debt.attempt = undefined;
  if (outcome?.status === "rejected") {
    leave(deps, debt, outcome.reason);
    attempt?.reject(outcome.reason);
    return;
  }
  debt.cancelPatience();
  attempt?.resolve();
};

/** Where a later state of the same detector is on disk, an earlier one must not be written over it. */
const forgetOldStates = (batch: readonly Debt[], written: ReadonlySet<Debt>): void => {
  const newest = new Map<DetectorId, number>();
  for (const [at, debt] of batch.entries()) if (written.has(debt)) newest.set(debt.detector, at);
  for (const [at, debt] of batch.entries()) {
    if (at < (newest.get(debt.detector) ?? 0)) debt.state = undefined;
  }
};

/** An alarm does not wait for a disk that refuses it or does not answer in time. */
const leave = (deps: KeeperDeps, debt: Debt, reason: unknown): void => {
  debt.cancelPatience();
  reportRefusal(deps, reason);
  if (debt.left) return; // the uplink repeats it until somebody has it
  debt.left = true;
  for (const { notice } of debt.records) deps.onUnkept(notice);
};

const reportWritten = ({ reportFault }: KeeperDeps): void =>
  reportFault({
    key: "journal-write",
    present: false,
    text: { zh: "记录写入恢复正常", en: "the journal can be written again" },
  });

const reportRefusal = ({ reportFault }: KeeperDeps, reason: unknown): void =>
  reportFault({
    key: "journal-write",
    present: true,
    text: {
      zh: `记录写不进磁盘:${String(reason)}。报警仍会发出,但未落盘;请检查磁盘`,
      en: `the journal cannot be written: ${String(reason)}. Alarms still go out, marked not durable; check the disk`,
    },
  });
