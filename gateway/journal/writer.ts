import { chainStart, type ChainEnd } from "./chain.ts";
import type { Answer, Kept, Question, Reply, Request, Round } from "./messages.ts";
import { copyOpenFile, putBack, PutBackError } from "./put-back.ts";
import { openOrSalvage, type OpenedFile } from "./salvage.ts";
import type { JournalFile, NewRow, Row } from "./journal-file.ts";

export interface Writer {
  /** Writes all requests in one commit, then reads; answers every one of them. */
  readonly run: (requests: readonly Request[]) => Round;
  /**
   * After opening, checks the chain a piece at a time, so that a long history holds up no alarm;
   * undefined when there is nothing left to check.
   */
  readonly checkPiece: () => Round | undefined;
  /** What is better done while nobody waits. */
  readonly rest: () => void;
}

/** Some 2 ms: so long may an alarm wait for the check. */
const recordsPerPiece = 100;
/** About a quarter of the log that SQLite itself writes back within a commit. */
const commitsPerWriteBack = 200;

/** `openFile`: another disk than the machine's, for simulations. */
export const createWriter = (path: string, openFile = openOrSalvage): Writer => {
  let file: JournalFile | undefined;
  let checkedTo: ChainEnd | undefined;
  let commitsInLog = 0;

  const open = (wallMs: number): OpenedFile => {
    if (file !== undefined) return { file };
    const opened = openFile(path, wallMs);
    ({ file } = opened);
    checkedTo = chainStart;
    return opened;
  };
  /** The file where its name leads to. */
  const openInPlace = (wallMs: number): OpenedFile => {
    const opened = open(wallMs);
    if (opened.file.isInPlace()) return opened;
    copyOpenFile(path, opened.file);
    close();
    const salvage = putBack(path, wallMs);
    return { ...open(wallMs), salvage };
  };
  const close = (): void => {
    checkedTo = undefined;
    closeQuietly(file);
    file = undefined;
  };

  return {
    run: (requests) => {
      try {
        const { file: current, salvage } = openInPlace(requests[0]?.wallMs ?? 0);
        const replies = answerAll(current, requests);
        if (requests.some(({ question }) => isWrite(question))) commitsInLog += 1;
        if (requests.some(({ question }) => question.kind === "renew")) checkedTo = undefined;
        if (requests.some(({ question }) => question.kind === "close")) close();
        return { journalId: current.id, replies, ...(salvage === undefined ? {} : { salvage }) };
      } catch (error) {
        const journalId = file?.id;
        // After a failed fsync pages in memory may look clean without being on disk: start anew.
        if (!(error instanceof PutBackError)) close();
        const failed = failure(error);
        return { journalId, replies: requests.map(({ number }) => ({ number, answer: failed })) };
      }
    },
    checkPiece: () => {
      if (file === undefined || checkedTo === undefined) return undefined;
      const before = checkedTo;
      const checked = attemptCheck(file, before);
      checkedTo =
        checked?.ok === true && checked.value.seq > before.seq ? checked.value : undefined;
      const nothing = { journalId: file.id, replies: [] };
      return checked?.ok === false ? { ...nothing, chainBreak: checked.error.text } : nothing;
    },
    rest: () => {
      if (file === undefined || commitsInLog < commitsPerWriteBack) return;
      commitsInLog = 0;
      try {
        file.writeBack();
      } catch {
        // Nothing is lost, it stands in the log; the next question opens anew and finds what is wrong.
        close();
      }
    },
  };
};

/** A disk that cannot be read now says so at the next question; the check is done at the next start. */
const attemptCheck = (
  file: JournalFile,
  from: ChainEnd,
): ReturnType<JournalFile["verify"]> | undefined => {
  try {
    return file.verify(from, recordsPerPiece);
  } catch {
    return undefined;
  }
};

const answerAll = (file: JournalFile, requests: readonly Request[]): readonly Reply[] => {
  const writes = appendsLast(requests.filter(({ question }) => isWrite(question)));
  const written =
    writes.length === 0 ? [] : file.transact(() => writes.map((request) => answer(file, request)));
  const reads = requests.filter(({ question }) => !isWrite(question));
  return [...written, ...reads.map((request) => answer(file, request))];
};

/** A renewal gives every record another hash: what comes with it is answered with the one that stays. */
const appendsLast = (writes: readonly Request[]): readonly Request[] => {
  const isAppend = ({ question }: Request): boolean => question.kind === "append";
  return [...writes.filter((one) => !isAppend(one)), ...writes.filter(isAppend)];
};

const isWrite = ({ kind }: Question): boolean =>
  kind === "append" || kind === "settle" || kind === "renew" || kind === "prune";

const answer = (file: JournalFile, { number, question, wallMs }: Request): Reply => {
  try {
    return { number, answer: ask(file, question, wallMs) };
  } catch (error) {
    // What concerns one request alone fails alone; anything about the file concerns all.
    if (!isOwnFault(error)) throw error;
    return { number, answer: failure(error) };
  }
};

const ask = (file: JournalFile, question: Question, wallMs: number): Answer => {
  switch (question.kind) {
    case "append":
      return { kind: "kept", kept: append(file, question, wallMs) };
    case "settle":
      return { kind: "settled", ...file.settle(question) };
    case "renew":
      file.renew(wallMs);
      return { kind: "done" };
    case "prune":
      return { kind: "pruned", records: file.prune(question.beforeWallMs, wallMs) };
    case "pending": {
      const { lane, afterSeq, limit } = question;
      return { kind: "rows", rows: file.pending(lane, afterSeq, limit) };
    }
    case "states":
      return { kind: "states", states: file.states() };
    case "counts":
      return { kind: "counts", ...file.counts() };
    case "close":
      file.close();
      return { kind: "done" };
  }
};

const append = (
  file: JournalFile,
  { records, states }: Extract<Question, { kind: "append" }>,
  wallMs: number,
): readonly Kept[] =>
  file.append(records, states, wallMs).map((row, at) => asKept(row, records[at]));

/** What the asker has already does not travel back to it. */
const asKept = ({ seq, prev, hash, ...first }: Row, asked: NewRow | undefined): Kept =>
  first.lane === asked?.lane && first.notice === asked.notice
    ? { seq, prev, hash }
    : { seq, prev, hash, first };

const isOwnFault = (error: unknown): boolean => codeOf(error).startsWith("SQLITE_CONSTRAINT");

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";

const failure = (error: unknown): Answer => ({
  kind: "failed",
  code: codeOf(error),
  message: error instanceof Error ? error.message : String(error),
});

const closeQuietly = (file: JournalFile | undefined): void => {
  try {
    file?.close();
  } catch {
    // The failure that led here is the one that is reported.
  }
};
