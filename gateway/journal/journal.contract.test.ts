import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { journalContract } from "./journal.contract.ts";
import { createMemoryJournal } from "./memory-journal.ts";
import { openJournal } from "./open-journal.ts";
import { fixedClock } from "./sample-notice.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

journalContract("memory", async () => createMemoryJournal());

journalContract("sqlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-journal-"));
  folders.push(folder);
  const { journal } = await openJournal(join(folder, "journal.sqlite"), {
    clock: fixedClock,
    reportFault: ({ text }) => {
      throw new Error(text.en);
    },
  });
  return journal;
});
