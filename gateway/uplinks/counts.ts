import type { JournalId } from "#domain/ids.ts";
import type { Journal, JournalCounts, JournalRecord } from "#gateway/ports.ts";

export type Counts = ReturnType<typeof createCounts>;

/** The journal's numbers as last heard, so that a stalled disk holds up no status message. */
export const createCounts = (journal: Pick<Journal, "id" | "counts">) => {
  let known: { readonly id: JournalId; readonly lastSeq: number } | undefined;
  let pending = 0;
  let renewedFrom: JournalCounts["renewedFrom"];
  let underWay: Promise<void> | undefined;
  let behind: Promise<void> | undefined;

  const learn = (id: JournalId, lastSeq: number): void => {
    known = { id, lastSeq: known?.id === id ? Math.max(known.lastSeq, lastSeq) : lastSeq };
  };
  const ask = async (): Promise<void> => {
    const now = await journal.counts();
    learn(journal.id, now.lastSeq);
    ({ pending, renewedFrom } = now);
  };
  const begin = (): Promise<void> => {
    underWay = ask()
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };

  return {
    /**
     * Asks the journal; its own trouble it reports itself, and then the old numbers stay. One question
     * at a time, and all who come meanwhile share the next: counting costs the writer time that grows
     * with the backlog, and in an alarm storm it is asked after every alarm.
     */
    refresh: (): Promise<void> => {
      if (underWay === undefined) return begin();
      behind ??= underWay.then(() => {
        behind = undefined;
        return begin();
      });
      return behind;
    },
    saw: ({ journalId, seq }: JournalRecord): void => {
      learn(journalId, seq);
    },
    /** Undefined until the journal has answered once: a wrong number would look like a lost tail. */
    last: () => known,
    pending: () => pending,
    renewedFrom: () => renewedFrom,
  };
};
