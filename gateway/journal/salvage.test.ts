import { closeSync, copyFileSync, openSync, statSync, writeSync } from "node:fs";
import { mkdir, readdir, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyChain } from "./chain.ts";
import { openJournalFile } from "./journal-file.ts";
import { fill, idsIn, openFolder } from "./open-folder.ts";
import { openOrSalvage } from "./salvage.ts";
import { alarmRecord, sampleNotice } from "./sample-notice.ts";

/** Writes rubbish over a part of a file, as a dying card does. */
const scratch = (path: string, offset: number, length: number): void => {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, offset);
  closeSync(file);
};

/** Three pages of records. */
const scratchMiddle = (path: string): void => {
  scratch(path, Math.floor(statSync(path).size / 2 / 4_096) * 4_096, 3 * 4_096);
};

test("a scratched file is salvaged: what can be read goes on under a new id, the rest is named", async () => {
  const { open, path, folder, faults } = await openFolder();
  const damaged = (await open()).journal;
  await fill(damaged, 200);
  await damaged.settle({ upTo: 100, holes: [] });
  await damaged.close();
  scratchMiddle(path);

  const { journal, salvage } = await open();
  expect(journal.id).not.toBe(damaged.id);
  const kept = await idsIn(journal);
  expect(kept.length).toBeGreaterThan(150);
  expect(kept.length).toBeLessThan(200);
  const { lastSeq, pending } = await journal.counts();
  expect([lastSeq, pending]).toEqual([kept.length, kept.length]); // nothing counts as confirmed
  expect(verifyChain(await journal.pending("alarm", 0, 1_000)).ok).toBe(true);
  expect(await journal.states()).toHaveLength(1);

  expect(salvage?.en).toContain(`${kept.length} records`);
  expect(salvage?.en).toContain(`${200 - kept.length} could not be read`);
  expect(faults).toMatchObject([{ key: "journal-salvaged", present: true, text: salvage }]);
  const aside = (await readdir(folder)).find((name) => /\.damaged-[^-]+-\d+-\d+T\w+/.test(name));
  expect(aside).toBeDefined();
  await journal.append([alarmRecord("after")], []);
});

test("a file that is no database any more is kept aside, and the gateway starts all the same", async () => {
  const { open, path, folder } = await openFolder();
  await writeFile(path, "not a database, ".repeat(1_000));
  const { journal, salvage } = await open();
  expect(salvage?.zh).toContain("日志文件损坏");
  expect((await journal.append([alarmRecord("leak")], []))[0]?.seq).toBe(1);
  const names = await readdir(folder);
  const aside = names.find((name) => name.includes(".damaged-"));
  expect((await stat(join(folder, aside ?? ""))).size).toBe(16_000);
});

test("a salvage cut off by a power cut is finished or done again, and loses nothing", async () => {
  const { open, path, folder } = await openFolder();
  const source = await openFolder();
  const { journal: whole } = await source.open();
  await fill(whole, 10);
  await whole.close();

  // Complete copy, old file already moved aside: only the last rename is missing.
  copyFileSync(source.path, `${path}.salvage`);
  await writeFile(`${path}.salvage-unfinished`, "half a copy");
  const { journal, salvage } = await open();
  expect(salvage?.en).toContain("salvaged");
  expect(await idsIn(journal)).toHaveLength(10);
  expect(await readdir(folder)).not.toContain("journal.sqlite.salvage");
});

test("rubbish anywhere in the file never keeps the gateway from starting and writing on", async () => {
  const { path } = await openFolder();
  const row = (id: string) => ({
    lane: "alarm" as const,
    eventId: id,
    notice: JSON.stringify(sampleNotice(id)),
  });
  for (let seed = 1; seed <= 20; seed += 1) {
    const damaged = `${path}-${seed}`;
    const before = openJournalFile(damaged, 0);
    const rows = Array.from({ length: 60 }, (_, n) => row(`event-${n}`));
    before.transact(() => before.append(rows, [], 0));
    before.close();
    const { size } = statSync(damaged);
    for (let hit = 1; hit <= 4; hit += 1) scratch(damaged, (seed * 7_919 * hit) % size, 8);

    const { file } = openOrSalvage(damaged, 0);
    expect(file.transact(() => file.append([row("after")], [], 0))).toHaveLength(1);
    const kept = file.pending("alarm", 0, 100);
    expect(kept.map(({ notice }) => typeof JSON.parse(notice))).toEqual(kept.map(() => "object"));
    file.close();
  }
}, 30_000);

test("a salvage the disk does not let finish leaves the damaged file as it was, to be tried again", async () => {
  const { path, open, folder } = await openFolder();
  const { journal: before } = await open();
  await fill(before, 200);
  await before.close();
  scratchMiddle(path);
  await mkdir(`${path}.salvage-unfinished`); // what cannot be replaced stands for a full disk

  const { journal } = await open();
  await expect(journal.append([alarmRecord("after")], [])).rejects.toThrow();
  expect((await readdir(folder)).toSorted()).toEqual(
    expect.not.arrayContaining(["journal.sqlite.salvage"]),
  );
  await rmdir(`${path}.salvage-unfinished`);
  await journal.append([alarmRecord("after")], []);
  expect((await idsIn(journal)).length).toBeGreaterThan(150);
});
