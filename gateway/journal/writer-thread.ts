import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import { journalId, type JournalId } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import type { ReportFault } from "#gateway/ports.ts";
import { JournalError } from "./journal-error.ts";
import type { Answer, Question, Reply, Request, Round } from "./messages.ts";

export interface JournalDeps {
  readonly clock: Clock;
  readonly reportFault: ReportFault;
  /** Another writer script, for tests of its crash. */
  readonly writerScript?: URL;
}

export type Success = Exclude<Answer, { kind: "failed" }>;

export interface WriterThread {
  /** Everything asked in one turn of the event loop travels in one message. */
  readonly ask: (question: Question) => Promise<Success>;
  readonly journalId: () => JournalId;
  readonly salvage: () => Bilingual | undefined;
  readonly close: () => Promise<void>;
}

const ownScript = new URL("./journal-worker.ts", import.meta.url);

/**
 * Runs the writer and starts it again when it has crashed: what it was working on is rejected, and
 * the next question finds a new one.
 */
export const createWriterThread = (path: string, deps: JournalDeps): WriterThread => {
  const report = createReports(deps.reportFault);
  const askers = createAskers(report);
  let worker: Worker | undefined;
  let outbox: Request[] = [];
  let closed = false;
  // Until the file could be opened nothing is numbered, so nobody sees this one.
  let id = journalId(randomUUID());
  let salvage: Bilingual | undefined;

  const take = (round: Round): void => {
    if (round.journalId !== undefined) id = round.journalId;
    salvage ??= round.salvage;
    report.opened(round);
    for (const reply of round.replies) askers.answer(reply);
  };

  const start = (): Worker =>
    startWorker(path, deps.writerScript ?? ownScript, take, (why) => {
      worker = undefined;
      outbox = [];
      askers.abandon(new JournalError("WRITER_CRASHED", why));
    });

  const flush = (): void => {
    if (outbox.length === 0) return; // abandoned meanwhile
    worker ??= start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(outbox);
    outbox = [];
  };

  const ask = (question: Question): Promise<Success> => {
    if (closed) return Promise.reject(new JournalError("CLOSED", "the journal is closed"));
    const { number, answer } = askers.add(question);
    outbox.push({ number, wallMs: deps.clock.now().wallMs, question });
    if (outbox.length === 1) queueMicrotask(flush);
    return answer;
  };

  return {
    ask,
    journalId: () => id,
    salvage: () => salvage,
    close: async () => {
      if (closed) return;
      const done = ask({ kind: "close" });
      closed = true;
      // A file that cannot be closed cleanly is recovered at the next start; it was reported above.
      await done.catch(() => undefined);
      await worker?.terminate();
    },
  };
};

const startWorker = (
  path: string,
  script: URL,
  onRound: (round: Round) => void,
  onEnd: (why: string) => void,
): Worker => {
  const worker = new Worker(script, { workerData: path, name: "journal" });
  let why: string | undefined;
  worker.on("message", onRound);
  worker.on("error", (error) => {
    why = String(error);
  });
  worker.on("exit", (code) => {
    onEnd(why ?? `exit code ${code}`);
  });
  return worker;
};

interface Asker {
  readonly question: Question;
  readonly resolve: (answer: Success) => void;
  readonly reject: (error: JournalError) => void;
}

/** Who waits for which answer. */
const createAskers = (report: Reports) => {
  const waiting = new Map<number, Asker>();
  let lastNumber = 0;

  return {
    add: (question: Question): { readonly number: number; readonly answer: Promise<Success> } => {
      lastNumber += 1;
      const number = lastNumber;
      const { promise, resolve, reject } = Promise.withResolvers<Success>();
      waiting.set(number, { question, resolve, reject });
      return { number, answer: promise };
    },
    answer: ({ number, answer }: Reply): void => {
      const asker = waiting.get(number);
      waiting.delete(number);
      if (answer.kind === "failed") {
        const error = new JournalError(answer.code, answer.message);
        report.failed(error);
        asker?.reject(error);
        return;
      }
      if (asker?.question.kind === "append") report.written();
      asker?.resolve(answer);
    },
    abandon: (error: JournalError): void => {
      if (waiting.size === 0) return;
      const lost = [...waiting.values()];
      waiting.clear();
      report.failed(error);
      for (const { reject } of lost) reject(error);
    },
  };
};

type Reports = ReturnType<typeof createReports>;

/** Shows the journal's troubles once when they begin and once when they end. */
const createReports = (reportFault: ReportFault) => {
  let failing: string | undefined;
  return {
    opened: ({ salvage, chainBreak }: Round): void => {
      if (salvage !== undefined) {
        reportFault({ key: "journal-salvaged", present: true, text: salvage });
      }
      if (chainBreak !== undefined) {
        reportFault({ key: "journal-chain", present: true, text: chainBreak });
      }
    },
    failed: (error: JournalError): void => {
      if (failing === error.message) return;
      failing = error.message;
      reportFault({ key: "journal", present: true, text: error.text });
    },
    written: (): void => {
      if (failing === undefined) return;
      failing = undefined;
      reportFault({ key: "journal", present: false, text: writingAgain });
    },
  };
};

const writingAgain: Bilingual = {
  zh: "网关日志恢复写入,无需操作",
  en: "the gateway writes its journal again; nothing to do",
};
