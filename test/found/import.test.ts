/** Ways in which an import sent people to the wrong door, or took away whom they had to find there. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCase } from "../../center/cases/create-case.ts";
import { addLink, withdrawLink } from "../../center/one-intake/link-rows.ts";
import {
  newSqlite,
  openGround,
  openTestVault,
  type Ground,
} from "../../center/open-ground.testing.ts";
import type { Change } from "../../center/register/change-register.ts";
import { runImport } from "../../center/register/import/run-import.ts";
import { undoImport } from "../../center/register/import/undo-import.ts";
import type { Vault } from "../../center/vault/seal.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

let ground: Ground;
let vault: Vault;
beforeEach(async () => {
  ground = await openGround(newSqlite);
  vault = await openTestVault(ground.store);
  await plantRegister(ground.store);
});
afterEach(() => ground.close());

const nowMs = 1_795_000_000_000;
const lead: Change = {
  actor: { name: "chen", grants: [{ role: "community_lead", area: places.xian }] },
  source: "10.0.0.1",
  nowMs,
};

const headings = [
  "社区",
  "楼栋",
  "户号",
  "地址",
  "安装位置",
  "点位号",
  "网关",
  "探测器",
  "住户姓名",
];
const row = (change: Readonly<Record<string, string>>): Record<string, string> => ({
  社区: "xian",
  楼栋: "2栋",
  安装位置: "走廊",
  网关: "gw-xian",
  探测器: "hall",
  ...change,
});

const importRow = async (change: Readonly<Record<string, string>>) => {
  const cells = row(change);
  const file = [headings.join(), headings.map((name) => cells[name] ?? "").join()].join("\n");
  const done = await runImport(ground.store, lead, {
    file: new TextEncoder().encode(file),
    name: "homes.csv",
    dryRun: false,
    vault,
  });
  if (!done.ok) throw new Error(done.error.kind);
  return done.value;
};

/** A point in a corridor, which belongs to nobody's home. */
const plantCorridor = (building: string) =>
  ground.store.db
    .insertInto("points")
    .values({ id: "corridor", building, household: null, place: "走廊" })
    .execute();

test("a row of one building does not hang its detector at a point of another community", async () => {
  await plantCorridor("b-west");
  const { mistakes } = await importRow({ 点位号: "corridor" });
  expect(mistakes).toMatchObject([{ row: 2, column: "点位号" }]);
});

test("a row hangs its detector at a corridor's point of its own building", async () => {
  await plantCorridor("b-xian");
  expect(await importRow({ 点位号: "corridor" })).toMatchObject({ mistakes: [], rows: 1 });
});

test("a guessed household number does not tell another community's address", async () => {
  const west = await importRow({ 户号: "h-west", 地址: "?" });
  expect(west.mistakes).toMatchObject([{ row: 2, column: "户号" }]);
  expect(JSON.stringify(west)).not.toContain("west社区");
  const own = await importRow({ 户号: "h-xian", 地址: "?" });
  expect(JSON.stringify(own)).toContain("xian社区2栋1单元603");
});

test("an import is not taken back once a resident has called from one of its homes", async () => {
  const done = await importRow({ 户号: "h-new", 地址: "喜安社区2栋701", 住户姓名: "王芳" });
  await ground.store.write((tx) =>
    createCase(
      tx,
      {
        source: "resident",
        kind: "smell",
        priority: 1,
        by: "resident",
        area: places.xian,
        home: "household:h-new",
        household: "h-new",
        place: "喜安社区2栋701",
      },
      nowMs,
    ),
  );
  const undone = await ground.store.write((tx) => undoImport(tx, lead, done.import ?? ""));
  expect(undone).toMatchObject({ ok: false, error: { kind: "conflict" } });
  const names = await ground.store.db.selectFrom("people").select("name").execute();
  expect(names).toContainEqual({ name: "王芳" });
});

test("an import is not taken back while a resident's link hangs at one of its doors", async () => {
  const done = await importRow({ 户号: "h-new", 地址: "喜安社区2栋701" });
  const undo = () => ground.store.write((tx) => undoImport(tx, lead, done.import ?? ""));
  const { id } = await ground.store.write((tx) =>
    addLink(tx, { household: "h-new", expiresAtMs: nowMs + 60_000, by: "chen", nowMs }),
  );
  expect(await undo()).toMatchObject({ ok: false, error: { kind: "conflict" } });
  await ground.store.write((tx) => withdrawLink(tx, { id, by: "chen", nowMs }));
  expect((await undo()).ok).toBe(true);
});
