/**
 * The one owner of a line: one request on the wire at a time, urgent ones first, and no answer is
 * believed that could belong to another request.
 *
 * RTU answers carry no request number, so an answer that comes after its time-out looks like the
 * answer to the next request (seen with modbus-serial 8.0.25: register 10 got the value of
 * register 0). Two rules keep them apart, on every kind of line, because a converter between
 * Modbus TCP and RTU passes late answers on under a new number:
 *
 * 1. After a failed request the line stays quiet for the unit's worst turnaround; what comes in
 *    meanwhile is dropped and counted. Only writes may go earlier: their echo tells them apart.
 * 2. The unit then owes an answer. Its next answer to a read is dropped too, the line stays quiet
 *    once more, and the read is asked again. Only that second answer is believed.
 */
import { err } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { createExchange, type Outcome, type Wire } from "./exchange.ts";
import { isRead, type ModbusRequest } from "./modbus-frames.ts";
import { sleep, type Sleep, type Timers } from "#platform/timers.ts";

export interface BusMaster {
  /** Queues a request; a write goes before all reads. */
  readonly ask: (request: ModbusRequest, replyTimeoutMs: number) => Promise<Outcome>;
  readonly receive: (bytes: Uint8Array) => void;
  /** The port went away: what is being asked is answered with `line-closed`. */
  readonly portGone: () => void;
  readonly counts: () => BusCounts;
  /** Answers everything with `line-closed` and sends nothing more. */
  readonly close: () => Promise<void>;
}

export interface BusCounts {
  readonly requests: number;
  readonly replies: number;
  readonly timeouts: number;
  /** Answers refused for unit, function, length, echo or checksum. */
  readonly wrongReplies: number;
  readonly exceptions: number;
  /** Answers that came too late or could have been late, and were dropped. */
  readonly staleReplies: number;
  readonly discardedBytes: number;
}

interface Job {
  readonly request: ModbusRequest;
  readonly replyTimeoutMs: number;
  readonly resolve: (outcome: Outcome) => void;
  /** The first answer after a failure has been dropped, this is the second asking. */
  readonly again: boolean;
}

export const createBusMaster = (wire: Wire, clock: Clock, timers: Timers): BusMaster => {
  const urgent: Job[] = [];
  const reads: Job[] = [];
  const debts = createDebts();
  const quiet = createQuiet(wire.flush, clock, timers);
  const exchange = createExchange(wire, debts.owes, clock, timers);
  const counts = { requests: 0, replies: 0, timeouts: 0, wrongReplies: 0, exceptions: 0 };
  let droppedFirstAnswers = 0;
  let closed = false;

  const serve = async (job: Job): Promise<void> => {
    const { request, replyTimeoutMs } = job;
    const { unit } = request;
    const gapMs = exchange.lastByteAtMs() + wire.gapMs - clock.now().monoMs;
    if (gapMs > 0) await sleep(timers, gapMs).ended;
    if (closed || !wire.isOpen()) return job.resolve(err({ kind: "line-closed", unit }));

    counts.requests += 1;
    const outcome = await exchange.ask(request, replyTimeoutMs);
    if (isRead(request) && debts.owes(unit) && spoke(outcome) && !job.again) {
      droppedFirstAnswers += 1;
      quiet.begin(debts.worstTurnaroundMs(unit));
      reads.unshift({ ...job, again: true });
      return;
    }
    counts[counterOf(outcome)] += 1;
    if (!isAnswer(outcome)) {
      debts.add(unit);
      quiet.begin(debts.worstTurnaroundMs(unit));
    } else if (isRead(request)) debts.settle(unit);
    job.resolve(outcome);
  };

  const worker = createWorker({
    hasWork: () => urgent.length + reads.length > 0,
    step: async () => {
      const mayRead = closed || !wire.isOpen() || !quiet.holds();
      const job = urgent.shift() ?? (mayRead ? reads.shift() : undefined);
      await (job === undefined ? quiet.wait() : serve(job));
    },
  });

  return {
    ask: (request, replyTimeoutMs) =>
      new Promise((resolve) => {
        debts.noteTurnaround(request.unit, replyTimeoutMs);
        const job = { request, replyTimeoutMs, resolve, again: false };
        if (isRead(request)) reads.push(job);
        else {
          urgent.push(job);
          quiet.interrupt();
        }
        worker.kick();
      }),
    receive: exchange.receive,
    portGone: exchange.breakOff,
    counts: () => {
      const { staleReplies, discardedBytes } = exchange.dropped();
      return { ...counts, staleReplies: staleReplies + droppedFirstAnswers, discardedBytes };
    },
    close: async () => {
      closed = true;
      quiet.interrupt();
      exchange.breakOff();
      await worker.idle();
    },
  };
};

/** Does one step after the other while there is work. */
const createWorker = (work: { hasWork: () => boolean; step: () => Promise<void> }) => {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (work.hasWork()) await work.step();
    running = undefined;
  };
  return {
    kick: (): void => {
      if (running === undefined && work.hasWork()) running = run();
    },
    idle: async (): Promise<void> => running,
  };
};

/** The time after a failure in which reads wait; it ends with the port's own buffer emptied. */
const createQuiet = (flush: () => Promise<void>, clock: Clock, timers: Timers) => {
  let untilMs: number | undefined;
  let pause: Sleep | undefined;
  return {
    begin: (durationMs: number): void => {
      untilMs = clock.now().monoMs + durationMs;
    },
    holds: (): boolean => untilMs !== undefined,
    /** Waits for the end, or for an interruption. */
    wait: async (): Promise<void> => {
      const restMs = (untilMs ?? 0) - clock.now().monoMs;
      if (restMs > 0) {
        pause = sleep(timers, restMs);
        return pause.ended;
      }
      untilMs = undefined;
      await flush();
    },
    interrupt: (): void => pause?.wake(),
  };
};

/** Which units still owe an answer, and how late one of each may come. */
const createDebts = () => {
  const units = new Set<number>();
  const worstTurnaroundMsByUnit = new Map<number, number>();
  return {
    owes: (unit: number): boolean => units.has(unit),
    add: (unit: number): unknown => units.add(unit),
    settle: (unit: number): unknown => units.delete(unit),
    noteTurnaround: (unit: number, replyTimeoutMs: number): void => {
      const knownMs = worstTurnaroundMsByUnit.get(unit) ?? 0;
      worstTurnaroundMsByUnit.set(unit, Math.max(knownMs, replyTimeoutMs));
    },
    worstTurnaroundMs: (unit: number): number => worstTurnaroundMsByUnit.get(unit) ?? 0,
  };
};

/** An exception is an answer too: the unit is there and has nothing more to say. */
const isAnswer = (outcome: Outcome): boolean => outcome.ok || outcome.error.kind === "exception";

/** Whether the unit that was asked sent a whole frame, right or wrong. */
const spoke = (outcome: Outcome): boolean =>
  outcome.ok || ["exception", "wrong-function", "wrong-length"].includes(outcome.error.kind);

const counterOf = (outcome: Outcome): "replies" | "timeouts" | "wrongReplies" | "exceptions" => {
  if (outcome.ok) return "replies";
  switch (outcome.error.kind) {
    case "exception":
      return "exceptions";
    case "no-reply":
    case "line-closed":
      return "timeouts";
    case "garbled":
    case "wrong-unit":
    case "wrong-function":
    case "wrong-length":
    case "wrong-echo":
      return "wrongReplies";
  }
};
