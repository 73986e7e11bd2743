/** Reports that somebody placed by hand, and of which nobody there was told. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "#domain/rights.ts";
import { caseRow } from "../../center/cases/case-rows.ts";
import { mergeBySystem } from "../../center/cases/create-case.ts";
import { pagesFor } from "../../center/cases/pages.ts";
import { placeByHand } from "../../center/one-intake/quarantine.ts";
import { takeReport } from "../../center/one-intake/take-report.ts";
import { newSqlite, openGround, type Ground } from "../../center/open-ground.testing.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(newSqlite);
  await plantRegister(ground.store);
});
afterEach(() => ground.close());

const someone = (role: "duty" | "street_duty", area: string): Actor => ({
  name: `${role} ${area}`,
  grants: [{ role, area }],
});
const nowMs = (): number => ground.time.clock.now().wallMs;
const source = "staff" as const;
const from = { source, kind: source, by: source, within: [places.street], area: places.xian };

/** Gas, and nobody knows where: it rings in the area of its source. */
const reported = async (id: string): Promise<string> => {
  const report = { kind: "gas-smell", place: { address: "某处" } } as const;
  const taken = await ground.store.write((tx) =>
    takeReport(tx, { ...from, id }, report, { body: JSON.stringify(report), nowMs: nowMs() }),
  );
  return taken.kind === "taken" ? (taken.case ?? "") : "";
};
const placed = (id: string) => {
  const change = { actor: someone("street_duty", places.street), source: "10.0.0.1" };
  return ground.store.write((tx) =>
    placeByHand(tx, { ...change, nowMs: nowMs() }, { source, id, place: { area: "west" } }),
  );
};
const rungInWest = async () =>
  (await pagesFor(ground.store.db, someone("duty", places.west), { unreadOnly: true, limit: 10 }))
    .filter(({ clock }) => clock === "ring")
    .map((page) => page.case_id);
const areaOf = async (id: string) => (await caseRow(ground.store.db, id))?.area_path;

test("a report that is placed by hand rings at once where it turned out to be", async () => {
  const one = await reported("r-1");
  expect(await areaOf(one)).toBe(places.xian);
  expect(await placed("r-1")).toEqual({ ok: true, value: one });
  expect(await areaOf(one)).toBe(places.west);
  expect(await rungInWest()).toEqual([one]);
});

test("one that was merged meanwhile takes its main case along, unless that has a place of its own", async () => {
  const main = await reported("r-1");
  const one = await reported("r-2");
  await ground.store.write(async (tx) => {
    await tx.updateTable("cases").set({ group_name: "building:2栋" }).execute();
    const [source, target] = [await caseRow(tx, one), await caseRow(tx, main)];
    if (source === undefined || target === undefined) throw new Error("no cases");
    const text = { zh: "同源", en: "one cause" };
    expect(await mergeBySystem(tx, source, target, { text, nowMs: nowMs() })).toBeDefined();
  });
  expect(await placed("r-2")).toEqual({ ok: true, value: main });
  expect([await areaOf(one), await areaOf(main)]).toEqual([places.west, places.west]);
  expect(await rungInWest()).toEqual([main]);
});

test("gas reported by the link at the door of a home that was retired is told at that door", async () => {
  await ground.store.db
    .updateTable("households")
    .set({ retired_at_ms: 1 })
    .where("id", "=", "h-west")
    .execute();
  const report = { kind: "gas-smell", place: { household: "h-west" } } as const;
  const resident = { source: "resident", kind: "resident", by: "resident" } as const;
  const taken = await ground.store.write((tx) =>
    takeReport(tx, { ...resident, id: "r", within: ["/"], area: "/" }, report, {
      body: "",
      nowMs: nowMs(),
    }),
  );
  expect(taken).toMatchObject({ kind: "taken", state: "placed" });
  expect(await areaOf("AJ-000001")).toBe(places.west);
});
