import type { Bilingual } from "#domain/result.ts";
import type { Answer, Question, Reply, Request, Round } from "./messages.ts";
import { openOrSalvage, type OpenedFile } from "./salvage.ts";
import type { JournalFile } from "./journal-file.ts";

export interface Writer {
  /** Writes all requests in one commit, then reads; answers every one of them. */
  readonly run: (requests: readonly Request[]) => Round;
}

export const createWriter = (path: string): Writer => {
  let file: JournalFile | undefined;

  const open = (wallMs: number): { file: JournalFile; news: Omit<Round, "replies"> } => {
    if (file !== undefined) return { file, news: { journalId: file.id } };
    const opened = openOrSalvage(path, wallMs);
    ({ file } = opened);
    return { file, news: tell(opened) };
  };

  return {
    run: (requests) => {
      try {
        const { file: current, news } = open(requests[0]?.wallMs ?? 0);
        const replies = answerAll(current, requests);
        // A renewed file has another id now than when it was opened.
        const journalId = current.id;
        if (requests.some(({ question }) => question.kind === "close")) file = undefined;
        return { ...news, journalId, replies };
      } catch (error) {
        // After a failed fsync the pages in memory may look clean without being on disk: start anew.
        const journalId = file?.id;
        closeQuietly(file);
        file = undefined;
        const failed = failure(error);
        return { journalId, replies: requests.map(({ number }) => ({ number, answer: failed })) };
      }
    },
  };
};

const tell = ({ file, salvage }: OpenedFile): Omit<Round, "replies"> => {
  const checked = file.verify();
  const chainBreak: Bilingual | undefined = checked.ok ? undefined : checked.error.text;
  return {
    journalId: file.id,
    ...(salvage === undefined ? {} : { salvage }),
    ...(chainBreak === undefined ? {} : { chainBreak }),
  };
};

const answerAll = (file: JournalFile, requests: readonly Request[]): readonly Reply[] => {
  const writes = requests.filter(({ question }) => isWrite(question));
  const written =
    writes.length === 0 ? [] : file.transact(() => writes.map((request) => answer(file, request)));
  const reads = requests.filter(({ question }) => !isWrite(question));
  return [...written, ...reads.map((request) => answer(file, request))];
};

const isWrite = ({ kind }: Question): boolean =>
  kind === "append" || kind === "settle" || kind === "renew";

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
      return { kind: "rows", rows: file.append(question.records, question.states, wallMs) };
    case "settle":
      file.settle(question);
      return { kind: "done" };
    case "renew":
      file.renew(wallMs);
      return { kind: "done" };
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

const isOwnFault = (error: unknown): boolean =>
  error instanceof SyntaxError || codeOf(error).startsWith("SQLITE_CONSTRAINT");

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
