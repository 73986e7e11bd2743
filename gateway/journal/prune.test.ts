import { statSync } from "node:fs";
import SQLite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createManualTime } from "#platform/manual-time.ts";
import { openJournalReader } from "./journal-file.ts";
import { fill, idsIn, openFolder } from "./open-folder.ts";
import { keepRetention } from "./retention.ts";
import { alarmRecord } from "./sample-notice.ts";

const writtenAtMs = 1_795_000_000_000;
const later = writtenAtMs + 1;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test("only what is confirmed and old leaves, up to the first that is neither", async () => {
  const { open } = await openFolder();
  const { journal } = await open();
  await fill(journal, 5);
  await journal.settle({ upTo: 5, holes: [[4, 4]] });

  expect(await journal.prune(writtenAtMs)).toBe(0);
  expect(await journal.prune(later)).toBe(3);
  expect(await journal.prune(later)).toBe(0);
  expect(await idsIn(journal)).toEqual(["event-4"]);
  expect(await journal.counts()).toEqual({ lastSeq: 5, pending: 1 });
});

test("what is left still proves itself, goes on in number and chain, and settles as before", async () => {
  const { open, path, faults } = await openFolder();
  const { journal } = await open();
  await fill(journal, 3);
  await journal.settle({ upTo: 3, holes: [] });
  expect(await journal.prune(later)).toBe(3);
  const [next] = await journal.append([alarmRecord("after")], []);
  expect(next?.seq).toBe(4);

  const reader = openJournalReader(path);
  expect(reader.verify()).toEqual({ ok: true, value: { seq: 4, hash: next?.hash } });
  reader.close();
  const ends = [[3, next?.prev ?? ""] as const, [4, next?.hash ?? ""] as const];
  expect(await journal.settle({ upTo: 4, holes: [], ends })).toEqual({ reopened: 0 });

  await journal.renew();
  expect(await journal.counts()).toMatchObject({ pending: 1, renewedFrom: { from: 4, to: 4 } });
  await journal.close();
  const again = await open();
  expect(await again.journal.counts()).toMatchObject({ lastSeq: 4, renewedFrom: { to: 4 } });
  expect(faults).toEqual([]);
});

test("an altered record is named though the ones before it have left", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  await fill(journal, 4);
  await journal.settle({ upTo: 2, holes: [] });
  await journal.prune(later);
  await journal.close();
  const db = new SQLite(path);
  db.exec("DROP TRIGGER record_is_never_changed");
  db.exec(`UPDATE record SET notice = replace(notice, '603', '604') WHERE seq = 4`);
  db.close();
  const reader = openJournalReader(path);
  expect(reader.verify()).toMatchObject({ ok: false, error: { kind: "altered", seq: 4 } });
  reader.close();
});

test("the database itself refuses to let a pending record go", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  await fill(journal, 2);
  await journal.close();
  const db = new SQLite(path);
  expect(() => db.exec("DELETE FROM record WHERE seq = 1")).toThrow("confirmed and old");
  db.close();
});

/** Which times the retention asked to prune before. */
const watchRetention = (startWallMs: number, days?: number) => {
  const asked: number[] = [];
  const time = createManualTime(startWallMs);
  const retention = keepRetention({
    journal: {
      prune: async (beforeWallMs) => {
        asked.push(beforeWallMs);
        return 0;
      },
    },
    ...time,
    ...(days !== undefined && { days }),
  });
  onTestFinished(retention.close);
  return { asked, time };
};

test("the retention is never below a year, and a wall clock in 1970 lets nothing go", async () => {
  const { asked, time } = watchRetention(writtenAtMs, 3);
  await time.pass(25 * hourMs);
  expect(asked).toEqual([writtenAtMs + 25 * hourMs - 365 * dayMs]);

  const at1970 = watchRetention(5_000);
  await at1970.time.pass(26 * hourMs);
  expect(at1970.asked).toEqual([]);
});

test("a wall clock that jumps to 2099 for an evening lets nothing go, nor one that was corrected just now", async () => {
  const { asked, time } = watchRetention(writtenAtMs);
  await time.pass(12 * hourMs);
  time.jumpWall(73 * 365 * dayMs);
  await time.pass(23 * hourMs);
  time.jumpWall(-73 * 365 * dayMs);
  await time.pass(24 * hourMs);
  expect(asked).toEqual([]);
  await time.pass(hourMs);
  expect(asked).toHaveLength(1);
});

test("what a renewal has written does not stay as a log that every start writes anew", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  for (let at = 0; at < 20_000; at += 1_000)
    await journal.append(
      Array.from({ length: 1_000 }, (_, n) => alarmRecord(`before-${at + n}`)),
      [],
    );
  await journal.renew();
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(17_000_000);
  await expect
    .poll(
      async () => {
        await journal.append([alarmRecord(`after-${performance.now()}`)], []);
        return statSync(`${path}-wal`).size;
      },
      { timeout: 20_000 },
    )
    .toBeLessThan(17_000_000);
  await journal.close();
});
