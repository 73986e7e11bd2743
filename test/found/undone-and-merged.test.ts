/** What was put off, or left with the wrong people, when something was taken back or put together. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "#domain/rights.ts";
import { openCaseGround, room, type CaseGround } from "../../center/cases/case-ground.testing.ts";
import { createCase } from "../../center/cases/create-case.ts";
import { createFakeGateway } from "../../center/fake-gateway.testing.ts";
import {
  newSqlite,
  openGround,
  openTestVault,
  type Ground,
} from "../../center/open-ground.testing.ts";
import { runImport } from "../../center/register/import/run-import.ts";
import { undoImport } from "../../center/register/import/undo-import.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

const minute = 60_000;
const hour = 60 * minute;

let closing: readonly { readonly close: () => Promise<void> }[] = [];
beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  for (const one of closing) await one.close();
});
const openRegister = async (): Promise<Ground> => {
  const ground = await openGround(newSqlite);
  closing = [...closing, ground];
  await plantRegister(ground.store);
  return ground;
};
const openCases = async (): Promise<CaseGround> => {
  const ground = await openCaseGround(newSqlite);
  closing = [...closing, ground];
  return ground;
};

test("an alarm that an import took to another area comes back, and is told, when it is undone", async () => {
  const ground = await openRegister();
  const lead: Actor = { name: "lead", grants: [{ role: "street_lead", area: places.street }] };
  const change = () => ({ actor: lead, source: "10.0.0.1", nowMs: ground.time.clock.now().wallMs });
  await ground.take(createFakeGateway("gw-xian").alarm({ seq: 1, detector: "stranger" }));
  const areas = async () => [
    ...(await ground.store.db.selectFrom("alarms").select("area_path").execute()),
    ...(await ground.store.db.selectFrom("cases").select("area_path").execute()),
  ];
  const before = await areas();
  ground.time.advance(minute);
  const text = "社区,楼栋,安装位置,网关,探测器\nwest,2栋,走廊,gw-xian,stranger";
  const vault = await openTestVault(ground.store);
  const file = { file: new TextEncoder().encode(text), name: "a.csv", dryRun: false, vault };
  const done = await runImport(ground.store, change(), file);
  if (!done.ok) throw new Error(done.error.kind);
  expect(await areas()).toEqual([{ area_path: places.west }, { area_path: places.west }]);

  const undone = await ground.store.write((tx) =>
    undoImport(tx, change(), done.value.import ?? ""),
  );
  expect(undone.ok).toBe(true);
  expect(await areas()).toEqual(before);
  const rung = ground.store.db.selectFrom("pages").select("area_path").where("clock", "=", "ring");
  expect(await rung.orderBy("id").execute()).toEqual([
    { area_path: places.west },
    { area_path: places.xian },
  ]);
});

const report = (ground: CaseGround, ref: string, afterMs?: number) =>
  ground.store.write((tx) =>
    createCase(
      tx,
      {
        source: "12345",
        sourceRef: ref,
        kind: "smell",
        priority: 2,
        by: "12345",
        area: "/pidu/anjing/xian/",
        home: "household:1",
        place: "喜安社区2栋701",
        ...(afterMs !== undefined && { dueAtMs: ground.nowMs() + afterMs }),
      },
      ground.nowMs(),
    ),
  );

test.each([
  ["due later", 4 * hour],
  ["without a date", undefined],
])("a case that is put into one %s brings its own date along", async (_name, later) => {
  const ground = await openCases();
  const main = await report(ground, "a", later);
  const dueAtMs = ground.nowMs() + 10 * minute;
  const other = await report(ground, "b", 10 * minute);
  expect(other.mergedInto).toBe(main.id);
  expect((await ground.detail(main.id)).case).toMatchObject({ dueAtMs });
  await ground.pass(11 * minute);
  const due = (await ground.pages()).filter(({ clock }) => clock === "due");
  expect(due.map(({ case_id }) => case_id)).toEqual([main.id]);
});

test("and a later date, or none, puts nothing off", async () => {
  const ground = await openCases();
  const dueAtMs = ground.nowMs() + 10 * minute;
  const main = await report(ground, "a", 10 * minute);
  await report(ground, "b", 4 * hour);
  await report(ground, "c");
  expect((await ground.detail(main.id)).case).toMatchObject({ dueAtMs });
});

test("a case taken out of one that was itself put into a third leaves that third one right", async () => {
  const ground = await openCases();
  const members = ["d1", "d2", "d3"];
  for (const [index, detector] of members.entries()) {
    await ground.alarm({
      episode: detector,
      detector,
      address: room(`${index + 1}03`),
      priority: 2,
    });
    await ground.act("li", "accept", {}, { id: `AJ-00000${index + 1}` });
  }
  const group = "riser:喜安/2栋/1单元";
  await ground.tellStreet({ kind: "shared-cause", group, members, priority: 2 });
  const [first = "", second = "", third = ""] = (await ground.cases()).map(({ id }) => id);
  const merge = (id: string, target: string) => ground.act("li", "merge", { target }, { id });
  expect(await merge(first, second)).toMatchObject({ kind: "done" });
  expect(await merge(second, third)).toMatchObject({ kind: "done" });
  const before = (await ground.detail(third)).case;
  expect(before).toMatchObject({ alarms: 3 });
  expect(await ground.act("li", "unmerge", {}, { id: first })).toMatchObject({ kind: "done" });
  const { case: after, timeline } = await ground.detail(third);
  expect(after).toMatchObject({ alarms: 2, version: before.version + 1 });
  expect(timeline.at(-1)).toMatchObject({ action: "taken_out" });
});
