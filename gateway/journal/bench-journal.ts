/**
 * Measures the journal against the bare disk in the same run:
 *
 *   node gateway/journal/bench-journal.ts [folder]
 *
 * For a slow card run it under `strace -f -o /dev/null -e trace=fsync,fdatasync -e
 * inject=fsync,fdatasync:delay_exit=20000`, which makes every fsync 20 ms longer.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Journal } from "#gateway/ports.ts";
import { openJournal } from "./open-journal.ts";
import { alarmRecord, fixedClock, sampleNotice } from "./sample-notice.ts";

const measureMs = 2_000;

const run = async (folder: string): Promise<void> => {
  const started = performance.now();
  const { journal } = await openJournal(join(folder, "journal.sqlite"), {
    clock: fixedClock,
    reportFault: ({ text }) => {
      throw new Error(text.en);
    },
  });
  say("open", `${round(performance.now() - started)} ms`);
  // Alternating, so that whatever else the machine does meets both alike.
  for (const pass of [1, 2]) {
    say(`bare append + fdatasync (${pass})`, summary(bareDisk(folder)));
    say(`journal, one after another (${pass})`, summary(await oneByOne(journal, `one-${pass}`)));
  }
  await flood(journal);
  await backlog(journal);
  await journal.close();
};

const bareDisk = (folder: string): readonly number[] => {
  const file = openSync(join(folder, "bare"), "w");
  const line = Buffer.from(JSON.stringify(sampleNotice("bare")));
  const times: number[] = [];
  const end = performance.now() + measureMs;
  while (performance.now() < end) {
    const before = performance.now();
    writeSync(file, line);
    fdatasyncSync(file);
    times.push(performance.now() - before);
  }
  closeSync(file);
  return times;
};

const oneByOne = async (journal: Journal, prefix: string): Promise<readonly number[]> => {
  const times: number[] = [];
  const end = performance.now() + measureMs;
  while (performance.now() < end) {
    const before = performance.now();
    await journal.append([alarmRecord(`${prefix}-${times.length}`)], []);
    times.push(performance.now() - before);
  }
  return times;
};

/** Sources that all wait for their own append: everything at once groups by itself. */
const flood = async (journal: Journal): Promise<void> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const source = async (): Promise<void> => {
    while (performance.now() < started + measureMs) {
      const before = performance.now();
      next += 1;
      await journal.append([alarmRecord(`flood-${next}`)], []);
      times.push(performance.now() - before);
    }
  };
  delay.enable();
  await Promise.all(Array.from({ length: 100 }, source));
  delay.disable();
  say("journal, 100 sources", summary(times));
  say("event-loop delay p99", `${round(delay.percentile(99) / 1e6)} ms`);
};

/** How fast a backlog is read and settled, 256 at a time, as the uplink does. */
const backlog = async (journal: Journal): Promise<void> => {
  const started = performance.now();
  let read = 0;
  let upTo = 0;
  for (;;) {
    const records = await journal.pending("alarm", upTo, 256);
    if (records.length === 0) break;
    read += records.length;
    upTo = records.at(-1)?.seq ?? upTo;
    await journal.settle({ upTo, holes: [] });
  }
  const seconds = (performance.now() - started) / 1_000;
  say("backlog read and settled", `${read} records, ${Math.round(read / seconds)}/s`);
};

const summary = (timesMs: readonly number[]): string => {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number): string => round(sorted[Math.floor(sorted.length * share)] ?? 0);
  const perSecond = Math.round((sorted.length / measureMs) * 1_000);
  return `${perSecond}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
};

const round = (value: number): string => value.toFixed(2);
const say = (what: string, figures: string): void =>
  void process.stdout.write(`${what.padEnd(36)} ${figures}\n`);

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), "canary-bench-"));
try {
  await run(folder);
} finally {
  rmSync(folder, { recursive: true });
}
