/**
 * A journal in a process of its own, for tests that kill it or break its disk:
 *
 *   node journal-writer.ts <path> <prefix> <count> [appendsAtOnce] [triesEach] [settle]
 *
 * Prints `ok <seq> <event id>` for each append that was confirmed and `no <code>` for each that
 * was not, `ready` before the first. With `settle` the center's word about each follows it.
 */
import { writeSync } from "node:fs";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { alarmRecord, fixedClock } from "#gateway/journal/sample-notice.ts";

const [path = "", prefix = "", count = "0", atOnce = "1", tries = "1", settle] =
  process.argv.slice(2);
// At once and whole: what a killed process has said must be what it knew.
const say = (line: string): void => void writeSync(1, `${line}\n`);

const { journal } = await openJournal(path, { clock: fixedClock, reportFault: () => {} });
say("ready");

let next = 1;
const work = async (): Promise<void> => {
  while (next <= Number(count)) {
    const id = `${prefix}-${next}`;
    next += 1;
    for (let left = Number(tries); left > 0; left -= 1) if (await append(id)) break;
  }
};
/** Answers whether it was confirmed. */
const append = async (id: string): Promise<boolean> => {
  try {
    const [record] = await journal.append([alarmRecord(id)], []);
    say(`ok ${record?.seq} ${id}`);
    if (settle !== undefined) await journal.settle({ upTo: record?.seq ?? 0, holes: [] });
    return true;
  } catch (error) {
    say(`no ${error instanceof Error && "code" in error ? String(error.code) : String(error)}`);
    return false;
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
await journal.close();
