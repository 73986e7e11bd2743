/** Alarms of gateways and detectors that nobody had registered yet, and nobody was told of after it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "#domain/rights.ts";
import { caseDetail } from "../../center/cases/case-detail.ts";
import { pagesFor } from "../../center/cases/pages.ts";
import { createFakeGateway } from "../../center/fake-gateway.testing.ts";
import {
  newSqlite,
  openGround,
  openTestVault,
  type Ground,
} from "../../center/open-ground.testing.ts";
import { addEntry } from "../../center/register/change-register.ts";
import { runImport } from "../../center/register/import/run-import.ts";
import { installDevice } from "../../center/register/installations.ts";
import { seedSite } from "../../center/register/seed-site.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(newSqlite);
  await plantRegister(ground.store);
});
afterEach(() => ground.close());

const west: Actor = { name: "west", grants: [{ role: "duty", area: places.west }] };
const lead: Actor = { name: "lead", grants: [{ role: "street_lead", area: places.street }] };
const change = () => ({ actor: lead, source: "10.0.0.1", nowMs: ground.time.clock.now().wallMs });

/** Whether the desk in West sees the case, and has been rung. */
const isToldInWest = async (): Promise<boolean> => {
  const { nowMs } = change();
  const found = await caseDetail(ground.store.db, "AJ-000001", west, nowMs);
  const pages = await pagesFor(ground.store.db, west, { unreadOnly: true, limit: 10 });
  return found?.alarms.length === 1 && pages.some(({ clock }) => clock === "ring");
};
const strangerAlarms = async (gateway: string): Promise<void> => {
  await ground.take(createFakeGateway(gateway).alarm({ seq: 1, detector: "stranger" }));
  expect(await isToldInWest()).toBe(false);
};

test("what stands at a gateway is its area's from the moment it is registered", async () => {
  await strangerAlarms("gw-new");
  const wish = { kind: "gateways", id: "gw-new", facts: { area: "west" } } as const;
  expect((await ground.store.write((tx) => addEntry(tx, change(), wish))).ok).toBe(true);
  expect(await isToldInWest()).toBe(true);
});

test("also where the site file brings it, with the next start", async () => {
  await strangerAlarms("gw-new");
  const name = { zh: "west", en: "west" };
  const site = {
    street: { id: "anjing", name },
    gateways: [{ id: "gw-new", community: name }],
    detectors: [],
  };
  await ground.store.write((tx) => seedSite(tx, site, change().nowMs));
  expect(await isToldInWest()).toBe(true);
});

test("what stands at a detector is told where it hangs from the moment it is registered there", async () => {
  await strangerAlarms("gw-xian");
  const facts = { building: "b-west", household: "h-west", place: "卧室" };
  const wish = { kind: "points", id: "p-new", facts } as const;
  const device = { gateway: "gw-xian", detector: "stranger" };
  await ground.store.write(async (tx) => {
    expect((await addEntry(tx, change(), wish)).ok).toBe(true);
    expect((await installDevice(tx, change(), { point: "p-new", device })).ok).toBe(true);
  });
  expect(await isToldInWest()).toBe(true);
});

test("also where a file brings it, and only what it brings", async () => {
  await strangerAlarms("gw-xian");
  const other = { seq: 2, episode: "ep-2", detector: "other", address: { text: "别处" } };
  await ground.take(createFakeGateway("gw-xian").alarm(other));
  const text = "社区,楼栋,安装位置,网关,探测器\nwest,2栋,走廊,gw-xian,stranger";
  const vault = await openTestVault(ground.store);
  const file = { file: new TextEncoder().encode(text), name: "a.csv", dryRun: false, vault };
  const done = await runImport(ground.store, change(), file);
  expect(done).toMatchObject({ ok: true, value: { mistakes: [] } });
  expect(await isToldInWest()).toBe(true);
  const alarms = ground.store.db.selectFrom("alarms").select(["detector", "area_path"]);
  expect(await alarms.orderBy("detector").execute()).toEqual([
    { detector: "other", area_path: places.xian },
    { detector: "stranger", area_path: places.west },
  ]);
});

test("and nobody takes another community's detectors to their own points", async () => {
  await ground.take(createFakeGateway("gw-xian").alarm({ seq: 1, detector: "stranger" }));
  const tech: Actor = { name: "tech", grants: [{ role: "tech", area: places.west }] };
  const install = (gateway: string) =>
    ground.store.write(async (tx) => {
      const facts = { building: "b-west", household: null, place: gateway };
      const point = { kind: "points", id: `p-${gateway}-new`, facts } as const;
      expect((await addEntry(tx, change(), point)).ok).toBe(true);
      const device = { gateway, detector: "stranger" };
      return installDevice(tx, { ...change(), actor: tech }, { point: point.id, device });
    });
  expect(await install("gw-xian")).toMatchObject({ ok: false, error: { kind: "forbidden" } });
  expect((await install("gw-west")).ok).toBe(true);
  expect((await install("gw-nobody-knows")).ok).toBe(true);
  expect(await isToldInWest()).toBe(false);
});
