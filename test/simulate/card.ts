/**
 * The gateway's storage card. The journal's own SQL and writer run over an image in memory; one
 * commit is the smallest thing that can be there or not. Below that, SQLite and the kernel are
 * taken at their word here and tried for real in `test/system/journal-disk.test.ts` (fsync failing,
 * disk full and slow system calls under strace) and `test/system/journal-kill.test.ts` (SIGKILL).
 */
import SQLite, { type Database } from "better-sqlite3";
import { journalId } from "#domain/ids.ts";
import { JournalError } from "#gateway/journal/journal-error.ts";
import { journalOver, type JournalFile } from "#gateway/journal/journal-file.ts";
import type { Question, Reply, Request } from "#gateway/journal/messages.ts";
import { createJournal } from "#gateway/journal/open-journal.ts";
import type { RenewableJournal } from "#gateway/journal/renewable-journal.ts";
import { createWriter } from "#gateway/journal/writer.ts";
import type { Success } from "#gateway/journal/writer-thread.ts";
import type { Timers } from "#platform/timers.ts";
import type { Machine, Process } from "./machine.ts";
import type { Random } from "./random.ts";

/** `hiccup`: the next commit fails, and only that one. */
export type CardTrouble = "well" | "full" | "io-error" | "hiccup" | "slow" | "stalled";

/** One record as it lies on the card. */
export interface Kept {
  readonly seq: number;
  readonly eventId: string;
  readonly settled: number;
  readonly prev: string;
  readonly hash: string;
}

export interface CardContent {
  readonly records: readonly Kept[];
  readonly stateByDetector: ReadonlyMap<string, string>;
}

export interface Card {
  readonly openJournal: (process: Process, machine: Machine) => RenewableJournal;
  readonly setTrouble: (trouble: CardTrouble) => void;
  /**
   * The writer is gone. A commit under way was finished by the kernel, or was not; the newest
   * `lost` commits, though answered, never reached the flash (a card that lies).
   */
  readonly lose: (lost: number) => void;
  readonly records: () => readonly Kept[];
  readonly read: () => CardContent;
}

const imagesKept = 6;

export const createCard = (
  world: Timers,
  random: Random,
  onCommit: (records: readonly Kept[]) => void,
): Card => {
  let images: Buffer[] = [];
  let records: readonly Kept[] = [];
  let trouble: CardTrouble = "well";
  let waitingForAnswer: (() => void)[] = [];
  let finishUnseen = (): void => {};

  const save = (db: Database): void => {
    images = [...images.slice(1 - imagesKept), db.serialize()];
    records = readRecords(db);
    onCommit(records);
  };
  const whole = (): Database => new SQLite(images.at(-1) ?? ":memory:");

  const commit = <Value>(db: Database, work: () => Value): Value => {
    const now = trouble;
    if (now === "hiccup") trouble = "well";
    if (now === "full") throw new SQLite.SqliteError("disk is full", "SQLITE_FULL");
    const fails = now === "io-error" || now === "hiccup";
    if (fails && random.chance(0.5)) throw new SQLite.SqliteError("disk I/O error", "SQLITE_IOERR");
    const value = work();
    save(db);
    // On disk all the same, as after a failed fsync: the journal may find it there later.
    if (fails) throw new SQLite.SqliteError("fsync failed", "SQLITE_IOERR_FSYNC");
    return value;
  };

  const openFile = (_: string, wallMs: number): { readonly file: JournalFile } => {
    const db = whole();
    const file = journalOver(db, wallMs);
    if (images.length === 0) images = [db.serialize()];
    return {
      file: {
        get id() {
          return file.id;
        },
        transact: (work) => commit(db, () => file.transact(work)),
        append: file.append,
        settle: file.settle,
        renew: file.renew,
        prune: file.prune,
        states: file.states,
        pending: file.pending,
        counts: file.counts,
        verify: file.verify,
        // Nobody deletes a simulated card's file; `gateway/journal/file-lost.test.ts` does it for real.
        isInPlace: () => true,
        writeBack: file.writeBack,
        copyTo: file.copyTo,
        close: file.close,
      },
    };
  };

  const latencyMs = (writes: boolean): number => {
    if (trouble === "slow") return random.between(300, 6_000);
    return writes ? random.between(2, 25) : 0;
  };

  return {
    openJournal: (process, machine) => {
      const writer = createWriter("simulated card", openFile);
      const thread = createSimulatedThread(machine, {
        start: (requests, done) => {
          const finish = (): void => {
            if (!process.alive()) return;
            if (trouble === "stalled") waitingForAnswer.push(finish);
            else done(writer.run(requests));
          };
          finishUnseen = () => void writer.run(requests);
          const writes = requests.some(({ question }) => isWrite(question));
          world.after(latencyMs(writes), finish);
        },
        idle: () => {
          finishUnseen = () => {};
        },
        alive: process.alive,
      });
      return createJournal(thread);
    },
    setTrouble: (next) => {
      trouble = next;
      if (next === "stalled") return;
      const waiting = waitingForAnswer;
      waitingForAnswer = [];
      for (const answer of waiting) answer();
    },
    lose: (lost) => {
      if (trouble !== "stalled" && random.chance(0.5)) finishUnseen();
      finishUnseen = () => {};
      waitingForAnswer = [];
      if (lost > 0) images = images.slice(0, Math.max(1, images.length - lost));
      const db = whole();
      records = images.length === 0 ? [] : readRecords(db);
      db.close();
    },
    records: () => records,
    read: () => {
      const db = whole();
      const states = db
        .prepare<[], { detector: string; json: string }>("SELECT detector, json FROM state")
        .all();
      db.close();
      return { records, stateByDetector: new Map(states.map((one) => [one.detector, one.json])) };
    },
  };
};

const readRecords = (db: Database): readonly Kept[] =>
  db
    .prepare<[], Kept>(
      "SELECT seq, event_id AS eventId, settled, prev, hash FROM record ORDER BY seq",
    )
    .all();

const isWrite = ({ kind }: Question): boolean =>
  kind === "append" || kind === "settle" || kind === "renew";

interface Asker {
  readonly resolve: (answer: Success) => void;
  readonly reject: (error: JournalError) => void;
}

/** As the writer's thread does it: what arrives while it works goes together into the next round. */
const createSimulatedThread = (
  machine: Machine,
  work: {
    readonly start: (
      requests: readonly Request[],
      done: (round: {
        readonly journalId: string | undefined;
        readonly replies: readonly Reply[];
      }) => void,
    ) => void;
    readonly idle: () => void;
    readonly alive: () => boolean;
  },
) => {
  const askers = new Map<number, Asker>();
  let waiting: Request[] = [];
  let busy = false;
  let number = 0;
  let id = journalId("not opened yet");

  const run = (): void => {
    const requests = waiting;
    waiting = [];
    work.start(requests, (round) => {
      work.idle();
      if (round.journalId !== undefined) id = journalId(round.journalId);
      for (const reply of round.replies) answer(reply);
      busy = waiting.length > 0;
      if (busy) run();
    });
  };
  const answer = ({ number, answer }: Reply): void => {
    const asker = askers.get(number);
    askers.delete(number);
    if (answer.kind === "failed") asker?.reject(new JournalError(answer.code, answer.message));
    else asker?.resolve(answer);
  };

  return {
    journalId: () => id,
    ask: (question: Question): Promise<Success> => {
      const { promise, resolve, reject } = Promise.withResolvers<Success>();
      number += 1;
      askers.set(number, { resolve, reject });
      waiting.push({ number, wallMs: machine.clock.now().wallMs, question });
      if (!busy && work.alive()) {
        busy = true;
        queueMicrotask(run);
      }
      return promise;
    },
    close: async (): Promise<void> => {},
  };
};
