/** A new program meets the file of an old one, with a night's records waiting in it. */
import SQLite from "better-sqlite3";
import { expect, test } from "vitest";
import { openJournalReader } from "./journal-file.ts";
import { fill, idsIn, openFolder } from "./open-folder.ts";
import { alarmRecord } from "./sample-notice.ts";

/** What the second version of the file added, taken away again: the file as 0.1.0 wrote it. */
const asFirstVersion = `
  DROP TRIGGER record_is_deleted_only_when_pruned;
  DROP TABLE pruned;
  ALTER TABLE journal DROP COLUMN carried_from;
  ALTER TABLE journal DROP COLUMN carried_to;
  CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  PRAGMA user_version = 1;
`;

test("an upgrade touches none of 10,000 queued records: each waits as it did, and the chain goes on", async () => {
  const { open, path, faults } = await openFolder();
  const before = (await open()).journal;
  await fill(before, 10_000);
  await before.settle({ upTo: 3, holes: [[2, 2]] });
  const { id } = before;
  await before.close();
  const file = new SQLite(path);
  file.exec(asFirstVersion);
  const rows = () => file.prepare("SELECT * FROM record ORDER BY seq").all();
  const queued = rows();
  expect(queued).toHaveLength(10_000);

  const { journal, salvage } = await open();
  expect(salvage).toBeUndefined();
  expect(journal.id).toBe(id);
  expect(file.pragma("user_version", { simple: true })).toBe(2);
  expect(rows()).toEqual(queued);
  file.close();
  expect((await idsIn(journal)).slice(0, 2)).toEqual(["event-2", "event-4"]);
  expect((await journal.append([alarmRecord("after the upgrade")], []))[0]?.seq).toBe(10_001);
  const reader = openJournalReader(path);
  expect(reader.counts()).toEqual({ lastSeq: 10_001, pending: 9_999 });
  expect(reader.verify()).toMatchObject({ ok: true, value: { seq: 10_001 } });
  reader.close();
  expect(faults).toEqual([]);
});
