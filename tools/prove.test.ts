import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SQLite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import { openGround } from "#center/open-ground.testing.ts";
import { fill, openFolder } from "#gateway/journal/open-folder.ts";
import { prove, type ProveOptions } from "./prove.ts";

const run = async (options: ProveOptions) => {
  const said: string[] = [];
  const out = {
    write: (text: string) => said.push(text),
    complain: (text: string) => said.push(text),
  };
  return { code: await prove(options, {}, out), said };
};

const openCenter = async () => {
  const ground = await openGround();
  onTestFinished(ground.close);
  return { ...ground, database: ground.databaseOptions.dataFolder };
};

const dayMs = 86_400_000;

test("a journal that is what it was says so in one line", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  await fill(journal, 3);
  await journal.settle({ upTo: 2, holes: [] });
  const { code, said } = await run({ journal: path });
  expect(code).toBe(0);
  expect(said).toEqual([expect.stringContaining("holds up to record 3; 1 wait for the center")]);
});

test("the first altered record is named, also for machines", async () => {
  const { open, path } = await openFolder();
  const { journal } = await open();
  await fill(journal, 4);
  await journal.close();
  const db = new SQLite(path);
  db.exec("DROP TRIGGER record_is_never_changed");
  db.exec("UPDATE record SET notice = replace(notice, '603', '604') WHERE seq IN (2, 4)");
  db.close();

  const { code, said } = await run({ journal: path });
  expect([code, said]).toEqual([1, [expect.stringContaining("record 2 does not match its hash")]]);
  const { said: json } = await run({ journal: path, json: true });
  expect(JSON.parse(json[0] ?? "")).toMatchObject({
    holds: false,
    break: { kind: "altered", seq: 2 },
  });
});

test("what is no journal, no database or no time is refused with what to do, as wrong usage", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-prove-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "notes.txt"), "no journal");
  const refused = [
    await run({ journal: join(folder, "nothing") }),
    await run({ journal: join(folder, "notes.txt") }),
    await run({ database: folder }),
    await run({ database: folder, from: "yesterday" }),
  ];
  expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
});

test("everything received is one line; each hole is named with its gateway and numbers", async () => {
  const { take, database } = await openCenter();
  const gateway = createFakeGateway("gw-1");
  for (const seq of [1, 2, 3]) await take(gateway.alarm({ seq, episode: `e${seq}` }));
  const whole = await run({ database });
  expect([whole.code, whole.said]).toEqual([
    0,
    [expect.stringContaining("3 recorded, 3 received, 0 holes")],
  ]);

  await take(gateway.alarm({ seq: 6, episode: "e6" }));
  await take(gateway.status({ atMs: 1, lastSeq: 9 }));
  const { code, said } = await run({ database });
  expect(code).toBe(1);
  expect(said).toEqual([
    expect.stringContaining("9 recorded, 4 received, 2 holes"),
    expect.stringContaining("gateway gw-1, journal journal-1, 4–5."),
    expect.stringContaining("gateway gw-1, journal journal-1, 7–9."),
  ]);
});

test("the database is evidence: it is read as it is, its tables are not brought up to date", async () => {
  const { take, database } = await openCenter();
  await take(createFakeGateway("gw-1").alarm({ seq: 1, episode: "e1" }));
  const db = new SQLite(join(database, "center.sqlite"));
  onTestFinished(() => void db.close());
  const migrations = () =>
    db.prepare("SELECT name FROM kysely_migration ORDER BY name").pluck().all();
  db.exec("DELETE FROM kysely_migration WHERE name > '0002'");
  const before = migrations();
  expect((await run({ database })).said).toEqual([
    expect.stringContaining("1 recorded, 1 received, 0 holes"),
  ]);
  expect(migrations()).toEqual(before);

  db.exec("DROP TABLE completeness");
  const { code, said } = await run({ database });
  expect([code, said]).toEqual([2, [expect.stringContaining("start the center once")]]);
});

test("a period counts its own numbers, and a hole that may lie in it", async () => {
  const { take, database } = await openCenter();
  const gateway = createFakeGateway("gw-1");
  // 2026-11-18 in Chengdu, then a day later each; 3 never came.
  for (const [seq, day] of [
    [1, 0],
    [2, 1],
    [4, 2],
    [5, 3],
  ] as const) {
    await take(gateway.alarm({ seq, episode: `e${seq}`, atMs: day * dayMs }));
  }
  const date = (day: number): string =>
    new Date(1_795_000_000_000 + day * dayMs + 8 * 3_600_000).toISOString().slice(0, 10);
  const sum = async (from: number, to: number) =>
    (await run({ database, from: date(from), to: date(to) })).said[0]?.split(" · ")[1];

  expect(await sum(0, 0)).toBe("1 recorded, 1 received, 0 holes");
  expect(await sum(1, 1)).toBe("2 recorded, 1 received, 1 holes");
  expect(await sum(2, 2)).toBe("2 recorded, 1 received, 1 holes");
  expect(await sum(3, 9)).toBe("1 recorded, 1 received, 0 holes");
  expect(await sum(-9, 9)).toBe("5 recorded, 4 received, 1 holes");
});

test("a renewed journal is counted once: what it took over there, what the card lost here", async () => {
  const { take, database } = await openCenter();
  const before = createFakeGateway("gw-1", "journal-1");
  const after = createFakeGateway("gw-1", "journal-2");
  for (const seq of [1, 2, 3]) await take(before.alarm({ seq, episode: `e${seq}` }));
  await take(before.status({ atMs: 1, lastSeq: 5 }));
  // The card kept 1 and 2; 3 is at the center, 4 and 5 are nowhere.
  await take(
    after.status({ atMs: 2, lastSeq: 2, renewed: { journal: "journal-1", from: 1, to: 2 } }),
  );
  for (const seq of [1, 2]) await take(after.alarm({ seq, episode: `e${seq}` }));

  const { code, said } = await run({ database });
  expect(code).toBe(1);
  expect(said).toEqual([
    expect.stringContaining("5 recorded, 3 received, 1 holes"),
    expect.stringContaining("journal-1, 4–5. That journal goes on as journal-2"),
  ]);
});
