/** A file that is deleted or replaced while it is open takes writes as ever, and loses them at the end. */
import { cp, readdir, rename, rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { fill, idsIn, openFolder } from "./open-folder.ts";
import { alarmRecord } from "./sample-notice.ts";

const endings = ["", "-wal", "-shm"];

test("deleted while the gateway runs: the next alarm finds it put back, complete and under the same id", async () => {
  const { open, path, faults } = await openFolder();
  const { journal } = await open();
  await fill(journal, 3);
  await journal.settle({ upTo: 1, holes: [] });
  for (const ending of endings) await rm(path + ending, { force: true });

  await journal.append([alarmRecord("leak")], []);
  expect(faults.map(({ key }) => key)).toContain("journal-salvaged");
  await journal.close();

  const again = (await open()).journal;
  expect(again.id).toBe(journal.id);
  expect(await idsIn(again)).toEqual(["event-2", "event-3", "leak"]);
  expect(await again.counts()).toEqual({ lastSeq: 4, pending: 3 });
  expect(await again.states()).toHaveLength(1);
});

test("so with its log alone, and with its whole folder", async () => {
  for (const what of ["log", "folder"] as const) {
    const { open, path, folder } = await openFolder();
    const { journal } = await open();
    await fill(journal, 2);
    await (what === "log" ? rm(`${path}-wal`) : rm(folder, { recursive: true }));
    await journal.append([alarmRecord("leak")], []);
    await journal.close();
    expect(await idsIn((await open()).journal)).toEqual(["event-1", "event-2", "leak"]);
  }
});

test("replaced by another journal while the gateway runs: its own goes on, the other is kept aside", async () => {
  const mine = await openFolder();
  const other = await openFolder();
  const foreign = (await other.open()).journal;
  await fill(foreign, 5);
  await foreign.close();
  const { journal } = await mine.open();
  await fill(journal, 2);
  await cp(other.path, `${mine.path}.new`);
  await rename(`${mine.path}.new`, mine.path);

  await journal.append([alarmRecord("leak")], []);
  await journal.close();
  expect(await idsIn((await mine.open()).journal)).toEqual(["event-1", "event-2", "leak"]);
  const kept = await readdir(mine.folder);
  expect(kept.some((name) => name.includes(".replaced-"))).toBe(true);
});
