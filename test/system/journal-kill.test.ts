/** Power does not fail politely: the process is killed at random moments, the file must stand. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { noticeId } from "#domain/notice.ts";
import { verifyChain } from "#gateway/journal/chain.ts";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { fixedClock } from "#gateway/journal/sample-notice.ts";

const kills = 12;
const script = fileURLToPath(new URL("./journal-writer.ts", import.meta.url));

/** Runs a writer until it has confirmed `killAfter` appends, kills it, and returns all it confirmed. */
const writeUntilKilled = async (
  path: string,
  prefix: string,
  killAfter: number,
): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [script, path, prefix, "100000", "8"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === killAfter + 1) child.kill("SIGKILL");
  }
  if (child.signalCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  return lines.filter((line) => line.startsWith("ok"));
};

test(`${kills} kills at random moments: every confirmed append is there, in order, without a gap`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-kill-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "journal.sqlite");
  const confirmed: string[] = [];

  for (let kill = 1; kill <= kills; kill += 1) {
    // Also right after opening, also in the middle of a checkpoint (every 1,000 pages or so).
    const killAfter = Math.floor(Math.random() ** 3 * 1_500);
    confirmed.push(...(await writeUntilKilled(path, `life-${kill}`, killAfter)));
  }

  const { journal, salvage } = await openJournal(path, {
    clock: fixedClock,
    reportFault: ({ text }) => {
      throw new Error(text.en);
    },
  });
  onTestFinished(journal.close);
  expect(salvage).toBeUndefined();
  const records = await journal.pending("alarm", 0, 1_000_000);
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, n) => n + 1));
  expect(verifyChain(records).ok).toBe(true);
  const kept = new Set(records.map(({ seq, notice }) => `ok ${seq} ${noticeId(notice)}`));
  expect(confirmed.filter((line) => !kept.has(line))).toEqual([]);
  expect(confirmed.length).toBeGreaterThan(kills);
});
