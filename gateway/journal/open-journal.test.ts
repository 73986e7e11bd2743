import SQLite from "better-sqlite3";
import { mkdir, rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { openJournalReader } from "./journal-file.ts";
import { fill, idsIn, openFolder } from "./open-folder.ts";
import { alarmRecord } from "./sample-notice.ts";

test("a restart forgets nothing: id, records, marks, states and the chain go on", async () => {
  const { open } = await openFolder();
  const first = (await open()).journal;
  await fill(first, 3);
  await first.settle({ upTo: 2, holes: [[1, 1]] });
  await first.close();

  const second = (await open()).journal;
  expect(second.id).toBe(first.id);
  expect(await second.counts()).toEqual({ lastSeq: 3, pending: 2 });
  expect(await second.states()).toEqual([{ detector: "kitchen", json: "{}" }]);
  const [next] = await second.append([alarmRecord("after")], []);
  const [, third] = await second.pending("alarm", 0, 2);
  expect(next).toMatchObject({ seq: 4, prev: third?.hash });
});

test("each fresh file has an id of its own", async () => {
  const [a, b] = [await openFolder(), await openFolder()];
  expect((await a.open()).journal.id).not.toBe((await b.open()).journal.id);
});

test("records cannot be changed or deleted through SQL either", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  await fill(journal, 1);
  await journal.close();
  const db = new SQLite(path);
  expect(() => db.exec("UPDATE record SET notice = '{}'")).toThrow("append-only");
  expect(() => db.exec("DELETE FROM record")).toThrow("append-only");
  db.close();
});

test("a record altered behind our back is named at start, and everything is still there", async () => {
  const { open, path, faults } = await openFolder();
  const { journal } = await open();
  await fill(journal, 5);
  await journal.close();
  const db = new SQLite(path);
  db.exec("DROP TRIGGER record_is_never_changed");
  db.exec("UPDATE record SET notice = replace(notice, '320', '32') WHERE seq = 3");
  db.close();

  const again = (await open()).journal;
  await expect.poll(() => faults).toMatchObject([{ key: "journal-chain", present: true }]);
  expect(faults[0]?.text.en).toContain("record 3");
  expect(await idsIn(again)).toHaveLength(5);
});

test("the file can be read and proven while the gateway writes it", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  await fill(journal, 5);
  const reader = openJournalReader(path);
  await journal.append([alarmRecord("meanwhile")], []);

  expect(reader.id).toBe(journal.id);
  expect(reader.counts()).toEqual({ lastSeq: 6, pending: 6 });
  expect(reader.verify()).toMatchObject({ ok: true, value: { seq: 6 } });
  reader.close();
});

test("a file of a newer program is refused with a reason and left as it is", async () => {
  const { open, path, faults } = await openFolder();
  const { journal } = await open();
  await fill(journal, 1);
  await journal.close();
  const db = new SQLite(path);
  db.pragma("user_version = 99");
  db.close();

  const refused = (await open()).journal;
  await expect(refused.append([alarmRecord("leak")], [])).rejects.toThrow("JOURNAL_NEWER");
  expect(faults.at(-1)?.text.en).toContain("Upgrade");
});

test("while the file cannot be opened every append rejects with the cause; then writing resumes", async () => {
  const { open, path, faults } = await openFolder();
  await mkdir(path); // a folder where the file should be
  const { journal } = await open();
  await expect(journal.append([alarmRecord("a")], [])).rejects.toMatchObject({
    name: "JournalError",
    code: "SQLITE_CANTOPEN",
  });
  expect(faults).toMatchObject([{ key: "journal", present: true }]);

  await rm(path, { recursive: true });
  expect((await journal.append([alarmRecord("a")], []))[0]?.seq).toBe(1);
  expect(faults.at(-1)).toMatchObject({ key: "journal", present: false });
});

test("one append that cannot be written does not take its neighbours along", async () => {
  const { open } = await openFolder();
  const { journal } = await open();
  const kitchen = detectorId("kitchen");
  const [good, bad, alsoGood] = await Promise.allSettled([
    journal.append([alarmRecord("a")], []),
    journal.append([alarmRecord("b")], [{ detector: kitchen, json: "not JSON" }]),
    journal.append([alarmRecord("c")], []),
  ]);
  expect([good?.status, bad?.status, alsoGood?.status]).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(await idsIn(journal)).toEqual(["a", "c"]);
  expect(await journal.counts()).toEqual({ lastSeq: 2, pending: 2 });
});

test("when the writer crashes its work is rejected, and the next append finds a new writer", async () => {
  const { open, faults } = await openFolder();
  const writerScript = new URL("./fragile-worker.ts", import.meta.url);
  const { journal } = await open({ writerScript });
  await journal.append([alarmRecord("before")], []);
  const crash = journal.append([alarmRecord("crash")], []);
  const together = journal.append([alarmRecord("together")], []);

  await expect(crash).rejects.toThrow("exit code 7");
  await expect(together).rejects.toMatchObject({ code: "WRITER_CRASHED" });
  expect((await journal.append([alarmRecord("after")], []))[0]?.seq).toBe(2);
  expect(faults.map(({ key, present }) => `${key} ${present}`)).toEqual([
    "journal true",
    "journal false",
  ]);
});
