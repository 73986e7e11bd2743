/**
 * The journal against the bare disk, in a process of its own so that it can be traced:
 *
 *   node tools/bench/durable-writer.ts <folder> <measureMs>
 *
 * Sends one message: times of bare append + fdatasync and of single commits, taken by turns, and
 * the event loop's delay while a hundred sources wait for their commits.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { alarmRecord, fixedClock, sampleNotice } from "#gateway/journal/sample-notice.ts";
import type { Journal } from "#gateway/ports.ts";

export interface DurableTimes {
  readonly bareMs: readonly number[];
  readonly commitMs: readonly number[];
  readonly groupedPerSecond: number;
  readonly loopDelayP99Ms: number;
}

const turns = 4;
const sources = 100;

const measure = async (folder: string, measureMs: number): Promise<DurableTimes> => {
  const { journal } = await openJournal(join(folder, "journal.sqlite"), {
    clock: fixedClock,
    reportFault: ({ text }) => {
      throw new Error(text.en);
    },
  });
  const bareMs: number[] = [];
  const commitMs: number[] = [];
  // By turns, so that whatever else the machine does meets both alike.
  for (let turn = 1; turn <= turns; turn += 1) {
    bareMs.push(...bareDisk(folder, measureMs / turns));
    commitMs.push(...(await oneByOne(journal, `one-${turn}`, measureMs / turns)));
  }
  const flooded = await flood(journal, measureMs);
  await journal.close();
  return { bareMs, commitMs, ...flooded };
};

const bareDisk = (folder: string, forMs: number): readonly number[] => {
  const file = openSync(join(folder, "bare"), "a");
  const line = Buffer.from(JSON.stringify(sampleNotice("bare")));
  const times: number[] = [];
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const before = performance.now();
    writeSync(file, line);
    fdatasyncSync(file);
    times.push(performance.now() - before);
  }
  closeSync(file);
  return times;
};

const oneByOne = async (
  journal: Journal,
  prefix: string,
  forMs: number,
): Promise<readonly number[]> => {
  const times: number[] = [];
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const before = performance.now();
    await journal.append([alarmRecord(`${prefix}-${times.length}`)], []);
    times.push(performance.now() - before);
  }
  return times;
};

/** Sources that all wait for their own commit: everything at once groups by itself. */
const flood = async (journal: Journal, forMs: number) => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let next = 0;
  const started = performance.now();
  const source = async (): Promise<void> => {
    while (performance.now() < started + forMs) {
      next += 1;
      await journal.append([alarmRecord(`flood-${next}`)], []);
    }
  };
  delay.enable();
  await Promise.all(Array.from({ length: sources }, source));
  delay.disable();
  return {
    groupedPerSecond: (next / (performance.now() - started)) * 1_000,
    // The monitor's own millisecond is no delay.
    loopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 1),
  };
};

if (import.meta.main) {
  const [folder = ".", measureMs = "2000"] = process.argv.slice(2);
  const times = await measure(folder, Number(measureMs));
  process.send?.(times, () => process.disconnect());
}
