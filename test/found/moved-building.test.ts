/** Ways in which a correction of the register took a standing alarm away from who could act on it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "#domain/rights.ts";
import { caseDetail } from "../../center/cases/case-detail.ts";
import { pagesFor } from "../../center/cases/pages.ts";
import { signAlarm } from "../../center/desk/sign-alarm.ts";
import { createFakeGateway } from "../../center/fake-gateway.testing.ts";
import { newSqlite, openGround, type Ground } from "../../center/open-ground.testing.ts";
import { changeEntry, type Facts } from "../../center/register/change-register.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(newSqlite);
  await plantRegister(ground.store);
});
afterEach(() => ground.close());

const dutyOf = (area: string): Actor => ({
  name: `duty ${area}`,
  grants: [{ role: "duty", area }],
});
const lead: Actor = { name: "lead", grants: [{ role: "street_lead", area: places.street }] };
const nowMs = (): number => ground.time.clock.now().wallMs;
const detail = (who: Actor) => caseDetail(ground.store.db, "AJ-000001", who, nowMs());

const move = async (
  kind: "buildings" | "households" | "gateways",
  id: string,
  facts: Facts = { area: "west" },
) => {
  const change = { actor: lead, source: "10.0.0.1", nowMs: nowMs() };
  const wish = { kind, id, version: 1, facts };
  const moved = await ground.store.write((tx) => changeEntry(tx, change, wish));
  expect(moved.ok).toBe(true);
};

test("a building that turns out to be another community's takes its standing alarm and case along", async () => {
  await ground.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  expect((await detail(dutyOf(places.xian)))?.case.state).toBe("reported");
  await move("buildings", "b-xian");

  const west = dutyOf(places.west);
  const found = await detail(west);
  expect(found?.alarms).toHaveLength(1);
  expect(await detail(dutyOf(places.xian))).toBeUndefined();
  expect(found?.timeline.at(-1)).toMatchObject({ actor: "lead", action: "note" });
  const rung = await pagesFor(ground.store.db, west, { unreadOnly: true, limit: 10 });
  expect(rung.map(({ clock }) => clock)).toContain("ring");
  const signed = await ground.store.write((tx) =>
    signAlarm(tx, {
      episode: "ep-1",
      version: found?.alarms[0]?.case.version ?? 0,
      actor: west,
      source: "10.0.0.2",
      nowMs: nowMs(),
    }),
  );
  expect(signed.kind).toBe("signed");
});

test("so does a home, with its points and the people to call there", async () => {
  await ground.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  await move("households", "h-xian", { building: "b-west" });

  const found = await detail(dutyOf(places.west));
  expect(found).toMatchObject({ case: { state: "reported" } });
  expect(found?.alarms).toHaveLength(1);
  expect(await detail(dutyOf(places.xian))).toBeUndefined();
  const { building } = await ground.store.db
    .selectFrom("points")
    .select("building")
    .where("id", "=", "p-xian")
    .executeTakeFirstOrThrow();
  expect(building).toBe("b-west");
  const people = await ground.store.db
    .selectFrom("people")
    .select("area")
    .where("household", "=", "h-xian")
    .execute();
  expect(people).toEqual([{ area: "west" }]);
});

test("a home that moves within its area, or whose name is mended, keeps its case as it is", async () => {
  await ground.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
  const before = await detail(dutyOf(places.xian));
  await move("households", "h-xian", { room: "604" });
  expect((await detail(dutyOf(places.xian)))?.case.version).toBe(before?.case.version);
});

test("so does a gateway with what nobody has registered at it", async () => {
  await ground.take(createFakeGateway("gw-xian").alarm({ seq: 1, detector: "stranger" }));
  await move("gateways", "gw-xian");
  expect(await detail(dutyOf(places.west))).toMatchObject({ case: { state: "reported" } });
});

test("a case that has ended stays where it was worked on, and one elsewhere is left alone", async () => {
  await ground.take(createFakeGateway("gw-west").alarm({ seq: 1 }));
  await ground.store.db.updateTable("cases").set({ state: "closed", is_open: 0 }).execute();
  await ground.store.db.updateTable("alarms").set({ condition: "returned", on_desk: 0 }).execute();
  await ground.take(
    createFakeGateway("gw-xian").alarm({ seq: 1, episode: "ep-2", detector: "stranger" }),
  );
  await move("buildings", "b-xian");
  expect((await detail(dutyOf(places.west)))?.case.state).toBe("closed");
  const [other] = await ground.store.db
    .selectFrom("cases")
    .select("area_path")
    .where("id", "=", "AJ-000002")
    .execute();
  expect(other?.area_path).toBe(places.xian);
});
