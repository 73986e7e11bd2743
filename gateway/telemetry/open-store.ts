/** The telemetry store in a thread of its own: its disk may stall without anybody noticing. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Answer, Question, Reply, Request } from "./messages.ts";
import type { Pending, StoreLimits, StoreState, TelemetryStore } from "./store.ts";

export interface StoreDeps extends StoreLimits {
  /** A damaged file was found and put aside under this name. */
  readonly onPutAside: (name: string) => void;
}

/** Why telemetry could not be kept or read. `code` is SQLite's, the system's, `CRASHED` or `CLOSED`. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

const script = new URL("./store-worker.ts", import.meta.url);

/** Opens nothing yet: the file is opened by the first request, and anew after a failure. */
export const openTelemetryStore = (path: string, deps: StoreDeps): TelemetryStore => {
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let worker: Worker | undefined;
  let number = 0;
  let closed = false;

  const start = (): Worker => {
    mkdirSync(dirname(path), { recursive: true });
    const { budgetBytes } = deps;
    const started = new Worker(script, { workerData: { path, budgetBytes }, name: "telemetry" });
    let why = "the thread ended";
    started.on("message", ({ number, answer, putAside }: Reply) => {
      if (putAside !== undefined) deps.onPutAside(putAside);
      waiting.get(number)?.resolve(answer);
      waiting.delete(number);
    });
    started.on("error", (error) => {
      why = String(error);
    });
    started.on("exit", () => {
      if (worker === started) worker = undefined;
      const lost = [...waiting.values()];
      waiting.clear();
      for (const { reject } of lost) reject(new StoreError("CRASHED", why));
    });
    return started;
  };

  const ask = async (question: Question): Promise<Answer> => {
    if (closed) throw new StoreError("CLOSED", "the telemetry store is closed");
    worker ??= start();
    number += 1;
    const answer = Promise.withResolvers<Answer>();
    waiting.set(number, answer);
    const request: Request = { number, question };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(request);
    return answer.promise;
  };
  const askState = async (question: Question): Promise<StoreState> => {
    const answer = await ask(question);
    return answer.kind === "state" ? answer.state : fail(answer);
  };
  const askPending = async (question: Question): Promise<Pending> => {
    const answer = await ask(question);
    return answer.kind === "pending" ? answer.pending : fail(answer);
  };

  return {
    append: (blocks, lost) => askState({ kind: "append", blocks, lost }),
    pending: (afterN, bytes, now) => askPending({ kind: "pending", afterN, bytes, now }),
    settle: (numbers, losses) => askState({ kind: "settle", numbers, losses }),
    giveBack: (bytes) => askState({ kind: "give-back", bytes }),
    state: () => askState({ kind: "state" }),
    close: async () => {
      if (closed) return;
      // A file that cannot be closed cleanly is recovered at the next start.
      const done = ask({ kind: "close" }).catch(() => undefined);
      closed = true;
      await done;
      await worker?.terminate();
    },
  };
};

const fail = (answer: Answer): never => {
  if (answer.kind === "failed") throw new StoreError(answer.code, answer.message);
  throw new Error(`the telemetry store answered with "${answer.kind}"`);
};
