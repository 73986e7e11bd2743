import { stringify } from "csv-stringify/sync";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway } from "../../fake-gateway.testing.ts";
import type { NewDatabase } from "../../open-ground.testing.ts";
import { openDesk, type OpenDesk } from "../../open-desk.testing.ts";
import { nameKey, placesOf } from "../place-of.ts";
import { seedSite } from "../seed-site.ts";
import type { ImportReport } from "./run-import.ts";

const headings = "社区,楼栋,户号,地址,安装位置,网关,探测器,序列号,到期日期,住户姓名,联系电话".split(
  ",",
);

/** One home a row. */
const home = (index: number, changes: Readonly<Record<string, string>> = {}): readonly string[] => {
  const number = String(index).padStart(6, "0");
  const cells: Readonly<Record<string, string>> = {
    社区: "喜安社区",
    楼栋: `${Math.floor(index / 50) + 1}栋`,
    户号: `00${number}`,
    地址: `喜安社区${Math.floor(index / 50) + 1}栋${index}`,
    安装位置: "厨房",
    网关: "gw-1",
    探测器: `det-${number}`,
    序列号: `SN${number}`,
    到期日期: "2031-08-01",
    住户姓名: "王芳",
    联系电话: "13812341234",
    ...changes,
  };
  return headings.map((name) => cells[name] ?? "");
};

const csv = (rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from(stringify([headings, ...rows]));

/** What importing promises, through the API. */
export const importContract = (database: string, newDatabase: NewDatabase): void => {
  let desk: OpenDesk;
  let cookie: string;
  beforeEach(async () => {
    desk = await openDesk({ newDatabase });
    cookie = await desk.login();
    await desk.store.write((tx) =>
      seedSite(
        tx,
        {
          street: { id: "anjing", name: { zh: "安靖街道", en: "Anjing" } },
          gateways: [{ id: "gw-1", community: { zh: "喜安社区", en: "Xi'an" } }],
          detectors: [{ gateway: "gw-1", id: "det-000001", profile: "native" }],
        },
        0,
      ),
    );
  });
  afterEach(() => desk.close());

  const upload = async (
    file: Uint8Array,
    query = "",
  ): Promise<{ status: number; report: ImportReport; detail: string }> => {
    const form = new FormData();
    form.append("file", new Blob([Uint8Array.from(file)]), "homes.csv");
    const response = await fetch(`${desk.url}/api/v1/imports${query}`, {
      method: "POST",
      headers: { cookie },
      body: form,
    });
    const body = Object(await response.json());
    return { status: response.status, report: body.report ?? body, detail: body.detail };
  };
  const count = async (table: "households" | "installations" | "people" | "import_items") => {
    const { count } = await desk.store.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return count;
  };
  const undo = (id: string | undefined) =>
    fetch(`${desk.url}/api/v1/imports/${id}/undo`, { method: "POST", headers: { cookie } });

  describe(`importing on ${database}`, { timeout: 120_000 }, () => {
    test("10,000 rows with 37 bad: 37 are named and nothing is written; mended, all are, within 30 s", async () => {
      const rows = Array.from({ length: 10_000 }, (_, index) => home(index));
      const isBad = (index: number): boolean => index % 270 === 100;
      const spoiled = rows.map((row, index) =>
        isBad(index)
          ? home(index, index % 540 === 100 ? { 户号: "8.61E+14" } : { 联系电话: "138123" })
          : row,
      );
      const refused = await upload(csv(spoiled));
      expect(refused.status).toBe(422);
      expect(refused.report.mistakeCount).toBe(37);
      expect(refused.report.mistakes[0]).toMatchObject({ row: 102, column: "户号" });
      expect(refused.report.mistakes[1]).toMatchObject({ row: 372, column: "联系电话" });
      expect([await count("households"), await count("people")]).toEqual([0, 0]);

      const started = performance.now();
      const written = await upload(csv(rows));
      const seconds = (performance.now() - started) / 1_000;
      expect(written.report.counts).toMatchObject({ households: 10_000, completed: 1 });
      expect(await count("installations")).toBe(10_000);
      expect(seconds).toBeLessThan(30);

      const names = rows.map((_, index) => ({
        gateway: "gw-1",
        detector: `det-${String(index).padStart(6, "0")}`,
      }));
      const places = await placesOf(desk.store.db, names);
      expect(places.get(nameKey({ gateway: "gw-1", detector: "det-009999" }))).toEqual({
        area: "/anjing/喜安社区/",
        building: "喜安社区-200栋",
        household: "00009999",
        point: "00009999-厨房",
      });
    });

    test("a dry run writes nothing and tells what would be written", async () => {
      const { status, report } = await upload(csv([home(1), home(2)]), "?dryRun=true");
      expect(status).toBe(200);
      expect(report.import).toBeUndefined();
      expect(report.counts).toEqual({
        buildings: 1,
        households: 2,
        points: 2,
        devices: 1,
        completed: 1,
        people: 2,
      });
      expect(await count("households")).toBe(0);
    });

    test("every mistake of every row is told at once, of the file and of the register", async () => {
      const { status, report } = await upload(
        csv([
          home(1, { 社区: "没有这个社区", 网关: "gw-9" }),
          home(2, { 联系电话: "138123", 网关: "gw-9" }),
          home(3, { 社区: "", 网关: "gw-9", 安装位置: "" }),
          home(4, { 安装位置: "" }),
          home(5, { 安装位置: "" }),
          home(6),
        ]),
      );
      expect(status).toBe(422);
      expect(report.mistakes.map(({ row, column }) => `${row} ${column}`)).toEqual([
        "2 社区",
        "2 网关",
        "3 联系电话",
        "3 网关",
        "4 社区",
        "4 安装位置",
        "4 网关",
        "5 安装位置",
        "6 安装位置",
      ]);
      expect(report.mistakeCount).toBe(9);
    });

    test("what is registered already is named with its place, the same file is refused", async () => {
      expect((await upload(csv([home(1), home(2)]))).status).toBe(200);
      const again = await upload(
        csv([
          home(3, { 序列号: "SN000002" }),
          home(4, { 户号: "00000002" }),
          home(5, { 网关: "gw-9" }),
          home(6, { 社区: "无此社区" }),
          home(7, { 探测器: "det-000001" }),
        ]),
      );
      expect(again.report.mistakes.map(({ row, zh }) => `${row} ${zh}`)).toEqual([
        "2 已装在点位 00000002-厨房",
        "3 户号 00000002 已登记为“喜安社区1栋2”,与本行不同",
        "3 点位 00000002-厨房 已装有 det-000002;更换请用“换装”",
        "4 没有登记网关 gw-9",
        "5 没有社区“无此社区”,或不在您的辖区。请先登记社区",
        "6 已登记在点位 00000001-厨房",
      ]);
      expect((await upload(csv([home(1), home(2)]))).status).toBe(422);
    });

    test("two uploads of one file at once are written once", async () => {
      const file = csv([home(2), home(3)]);
      const answers = await Promise.all([upload(file), upload(file)]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(await count("households")).toBe(2);
    });

    test("a whole import is taken back, and the site file's detector is as it was", async () => {
      const before = await desk.store.db.selectFrom("installations").selectAll().execute();
      const { report } = await upload(csv([home(1), home(2)]));
      expect(await count("import_items")).toBeGreaterThan(0);
      expect((await undo(report.import)).status).toBe(204);
      expect(await count("households")).toBe(0);
      expect(await count("people")).toBe(0);
      expect(await desk.store.db.selectFrom("installations").selectAll().execute()).toEqual(before);
      expect((await undo(report.import)).status).toBe(409);
      // And the mended file may come again.
      expect((await upload(csv([home(1), home(2)]))).status).toBe(200);
    });

    test("is not taken back after the first alarm, nor when somebody has built on it", async () => {
      const { report } = await upload(csv([home(1), home(2)]));
      await desk.store.db
        .updateTable("households")
        .set({ version: 2 })
        .where("id", "=", "00000002")
        .execute();
      const touched = await undo(report.import);
      expect(touched.status).toBe(409);
      expect(Object(await touched.json()).detail).toContain("household 00000002");
      await desk.store.db.updateTable("households").set({ version: 1 }).execute();

      const alarm = createFakeGateway("gw-1").alarm({ seq: 1, detector: "det-000002" });
      await desk.take(alarm);
      const rung = await undo(report.import);
      expect(Object(await rung.json()).detail).toContain("det-000002");
      expect(await count("households")).toBe(2);
    });
  });
};
