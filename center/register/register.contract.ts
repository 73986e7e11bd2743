import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#domain/rights.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { nameKey, placesOf } from "./place-of.ts";
import { seedSite, type SiteFacts } from "./seed-site.ts";

const site: SiteFacts = {
  street: { id: "anjing", name: { zh: "安靖街道", en: "Anjing Street" } },
  gateways: [{ id: "gw-1", community: { zh: "喜安社区", en: "Xi'an" } }, { id: "gw-2" }],
  detectors: [
    {
      gateway: "gw-1",
      id: "xian-2-1-603",
      profile: "native",
      address: { text: "喜安社区2栋1单元603", building: "2栋" },
    },
  ],
};

/** What the register promises, through the API. */
export const registerContract = (database: string, newDatabase: NewDatabase): void => {
  let desk: OpenDesk;
  let cookie: string;
  beforeEach(async () => {
    desk = await openDesk({ newDatabase });
    cookie = await desk.login();
    await desk.store.write((tx) => seedSite(tx, site, 0));
  });
  afterEach(() => desk.close());

  const send = async (
    method: string,
    path: string,
    body: object,
    version?: number,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${desk.url}/api/v1/register/${path}`, {
      method,
      headers: {
        cookie,
        "content-type": "application/json",
        ...(version !== undefined && { "if-match": `"${version}"` }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: Object(await response.json()) };
  };
  const items = async (path: string): Promise<readonly Record<string, unknown>[]> => {
    const body = Object(await (await desk.get(`/api/v1/register/${path}`, cookie)).json());
    return body.items;
  };
  /** The administrator becomes somebody with one role over one area. */
  const become = async (role: Role, area: string): Promise<void> => {
    await desk.store.db.deleteFrom("grants").execute();
    await desk.store.db.insertInto("grants").values({ user_name: "admin", role, area }).execute();
  };
  const areaOf = async (gateway: string, detector: string) =>
    (await placesOf(desk.store.db, [{ gateway, detector }])).get(nameKey({ gateway, detector }));

  describe(`the register on ${database}`, { timeout: 30_000 }, () => {
    test("begins with what the site file knows, once, and forgets nothing that people wrote", async () => {
      expect(await areaOf("gw-1", "xian-2-1-603")).toEqual({
        area: "/anjing/喜安社区/",
        building: "喜安社区.2栋",
        point: "gw-1.xian-2-1-603",
      });
      expect((await areaOf("gw-1", "stranger"))?.area).toBe("/anjing/喜安社区/");
      expect((await areaOf("gw-2", "stranger"))?.area).toBe("/anjing/");
      expect((await areaOf("gw-9", "stranger"))?.area).toBe("/");

      const [device] = await items("points/gw-1.xian-2-1-603/devices");
      const path = `installations/${encodeURIComponent(String(device?.["id"]))}`;
      expect((await send("PATCH", path, { facts: { serial: "SN-1" } }, 1)).status).toBe(200);
      expect((await send("POST", `${path}/remove`, { why: "moved" }, 2)).status).toBe(200);
      await desk.store.write((tx) => seedSite(tx, site, 0));
      const after = await items("points/gw-1.xian-2-1-603/devices");
      expect(after).toHaveLength(1);
      expect(after[0]).toMatchObject({ serial: "SN-1", removedWhy: "moved" });
    });

    test("is written by versions: of two who change at once one is told, and repeats make nothing twice", async () => {
      const building = { id: "b-9", facts: { area: "喜安社区", name: "9栋" } };
      expect((await send("POST", "buildings", building)).status).toBe(200);
      expect((await send("POST", "buildings", building)).status).toBe(409);
      const changes = await Promise.all(
        ["九栋", "9号楼"].map((name) => send("PATCH", "buildings/b-9", { facts: { name } }, 1)),
      );
      expect(changes.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
      expect((await send("PATCH", "buildings/b-9", { facts: { name: "x" } })).status).toBe(428);
      const audited = await desk.store.db.selectFrom("audit").select("action").execute();
      expect(audited.filter(({ action }) => action === "register-change")).toHaveLength(1);
    });

    test("refuses what hangs on nothing, and to retire what something hangs on", async () => {
      const lost = { id: "h-1", facts: { building: "nowhere", address: "某处" } };
      expect(await send("POST", "households", lost)).toMatchObject({
        status: 422,
        body: { detail: "没有编号为 nowhere 的楼栋(或已停用),请先登记" },
      });
      await send("POST", "buildings", { id: "b-9", facts: { area: "喜安社区", name: "9栋" } });
      await send("POST", "households", { id: "h-1", facts: { building: "b-9", address: "9-1-1" } });
      const retire = (path: string) => send("POST", `${path}/retire`, { reason: "拆除" }, 1);
      expect((await retire("buildings/b-9")).status).toBe(409);
      expect((await retire("households/h-1")).status).toBe(200);
      expect((await retire("buildings/b-9")).status).toBe(200);
      expect((await items("buildings")).map(({ id }) => id)).toEqual(["喜安社区.2栋"]);
      expect(await items("buildings?retired=include")).toHaveLength(2);
      expect((await send("POST", "areas/anjing/retire", { reason: "x" }, 1)).status).toBe(409);
    });

    test("a swap keeps the point's history and retires the old serial for good", async () => {
      const gateway = createFakeGateway("gw-1");
      const point = "points/gw-1.xian-2-1-603";
      await desk.take(gateway.alarm({ seq: 1, episode: "before", detector: "xian-2-1-603" }));
      const [old] = await items(`${point}/devices`);
      await send("PATCH", `installations/${String(old?.["id"])}`, { facts: { serial: "OLD" } }, 1);
      desk.time.advance(3_600_000);

      const device = { gateway: "gw-1", detector: "xian-2-1-603", serial: "NEW" };
      const swaps = await Promise.all(
        [1, 2].map(() => send("POST", `${point}/swap`, { why: "expired", device }, 2)),
      );
      expect(swaps.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
      await desk.take(
        gateway.alarm({
          seq: 2,
          episode: "after",
          detector: "xian-2-1-603",
          atMs: 3_800_000,
        }),
      );

      const alarms = await items(`${point}/alarms`);
      expect(alarms.map(({ episode }) => episode)).toEqual(["after", "before"]);
      expect(new Set(alarms.map(({ installation }) => installation)).size).toBe(2);
      const devices = await items(`${point}/devices`);
      expect(devices.map(({ serial }) => serial)).toEqual(["NEW", "OLD"]);
      expect(devices[1]).toMatchObject({ removedWhy: "expired", replacedBy: devices[0]?.["id"] });
      expect(devices[1]?.["removedAtMs"]).toBe(devices[0]?.["installedAtMs"]);

      const again = { why: "broken", device: { ...device, serial: "OLD" } };
      expect(await send("POST", `${point}/swap`, again, 1)).toMatchObject({
        status: 409,
        body: { detail: "序列号 OLD 已报废(expired),不能再装" },
      });
      // The refusal took nothing down.
      expect((await items(`${point}/devices`))[0]).toMatchObject({ removedAtMs: null });
    });

    test("next quarter's due list is the one counted by hand", async () => {
      await send("POST", "buildings", { id: "b-1", facts: { area: "喜安社区", name: "1栋" } });
      const dueAt = [30, 89, 90, 91, 400].map((days, index) => ({ name: `d-${index}`, days }));
      for (const { name, days } of dueAt) {
        await send("POST", "points", { id: name, facts: { building: "b-1", place: "厨房" } });
        await send("POST", `points/${name}/install`, {
          device: { gateway: "gw-1", detector: name, expiresAtMs: days * 86_400_000 },
        });
      }
      const due = await items(`due?untilMs=${90 * 86_400_000}`);
      expect(due.map(({ detector }) => detector)).toEqual(["d-0", "d-1"]);
    });

    test("shows and changes nothing outside one's areas, and not above one's role", async () => {
      await send("POST", "areas", {
        id: "fang",
        facts: { kind: "community", parent: "anjing", nameZh: "方碑社区", nameEn: "Fangbei" },
      });
      await send("POST", "buildings", { id: "f-1", facts: { area: "fang", name: "1栋" } });
      await become("community_lead", "/anjing/fang/");
      expect((await items("buildings")).map(({ id }) => id)).toEqual(["f-1"]);
      const other = `buildings/${encodeURIComponent("喜安社区.2栋")}`;
      expect((await desk.get(`/api/v1/register/${other}`, cookie)).status).toBe(404);
      expect((await send("PATCH", other, { facts: { name: "x" } }, 1)).status).toBe(404);
      const away = { facts: { area: "喜安社区" } };
      expect((await send("PATCH", "buildings/f-1", away, 1)).status).toBe(422);
      expect((await send("PATCH", "areas/fang", { facts: { nameZh: "x" } }, 1)).status).toBe(403);
      expect((await items("due?untilMs=9999999999999")).length).toBe(0);
      await become("grid", "/anjing/fang/");
      expect((await send("PATCH", "buildings/f-1", { facts: { name: "x" } }, 1)).status).toBe(403);
    });

    test("pages through everything once", async () => {
      for (let index = 0; index < 7; index += 1) {
        await send("POST", "buildings", { id: `b-${index}`, facts: { area: "anjing", name: "x" } });
      }
      const seen: unknown[] = [];
      for (let path: string | undefined = "buildings?limit=3"; path !== undefined;) {
        const page: {
          readonly items: readonly { readonly id: string }[];
          readonly nextCursor?: string;
        } = Object(await (await desk.get(`/api/v1/register/${path}`, cookie)).json());
        seen.push(...page.items.map(({ id }) => id));
        path =
          page.nextCursor === undefined
            ? undefined
            : `buildings?limit=3&cursor=${encodeURIComponent(page.nextCursor)}`;
      }
      expect(seen).toHaveLength(8);
      expect(new Set(seen).size).toBe(8);
    });
  });
};
