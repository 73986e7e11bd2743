import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { signatureOf } from "../one-intake/keys.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { seedSite } from "../register/seed-site.ts";

const address = "喜安社区2栋1单元603";
/** Words without a NUL, as a system may send them. */
const smell = { kind: "gas-smell", text: "有燃气味", place: { household: "0028010603" } };

interface Sending {
  readonly id?: string;
  readonly data?: unknown;
  readonly body?: string;
  readonly key?: string;
  readonly nonce?: string;
  /** Of the sender's clock against the center's. */
  readonly offSeconds?: number;
  /** Changed after signing. */
  readonly forged?: string;
  readonly source?: string;
}

/** What the one intake promises, through the API. */
export const oneIntakeContract = (database: string, newDatabase: NewDatabase): void => {
  let desk: OpenDesk;
  let cookie: string;
  let key: string;
  beforeEach(async () => {
    desk = await openDesk({ newDatabase });
    cookie = await desk.login();
    await desk.store.write((tx) =>
      seedSite(
        tx,
        {
          street: { id: "anjing", name: { zh: "安靖街道", en: "Anjing" } },
          gateways: [{ id: "gw-1", community: { zh: "喜安社区", en: "Xi'an" } }],
          detectors: [],
        },
        0,
      ),
    );
    await post("/api/v1/register/buildings", {
      id: "b-2",
      facts: { area: "喜安社区", name: "2栋" },
    });
    await post("/api/v1/register/households", {
      id: "0028010603",
      facts: { building: "b-2", address },
    });
    const source = { id: "hotline", kind: "12345", nameZh: "热线", nameEn: "Hotline" };
    const added = await post("/api/v1/intake/sources", { ...source, areaPath: "/anjing/" });
    key = String(added.body["key"]);
  });
  afterEach(() => desk.close());

  const post = async (
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = { cookie },
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${desk.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : Object(JSON.parse(text)) };
  };
  const send = (sending: Sending = {}) => {
    const { source = "hotline", id = "r-1", data = smell, nonce = randomUUID() } = sending;
    const event = { specversion: "1.0", type: "canary.report.v1", source: `/sources/${source}` };
    const body = sending.body ?? JSON.stringify({ ...event, id, data });
    const nowSeconds = Math.floor(desk.time.clock.now().wallMs / 1_000);
    const timestamp = String(nowSeconds + (sending.offSeconds ?? 0));
    const signed = { timestamp, nonce, body: Buffer.from(body) };
    return post("/api/v1/intake/events", sending.forged ?? body, {
      "canary-source": source,
      "canary-timestamp": timestamp,
      "canary-nonce": nonce,
      "canary-signature": `v1=${signatureOf(sending.key ?? key, signed)}`,
    });
  };
  const cases = () => desk.store.db.selectFrom("cases").selectAll().orderBy("id").execute();
  const waiting = async (): Promise<readonly Record<string, unknown>[]> =>
    Object(await (await desk.get("/api/v1/intake/quarantine", cookie)).json()).items;

  describe(`the one intake on ${database}`, { timeout: 60_000 }, () => {
    test("a signed report is a case of its home and area, with its source", async () => {
      expect(await send()).toMatchObject({ status: 200, body: { state: "placed" } });
      const [row] = await cases();
      expect(row).toMatchObject({
        source: "12345",
        kind: "smell",
        priority: 1,
        household: "0028010603",
        area_path: "/anjing/喜安社区/",
        place: address,
        report: "有燃气味",
      });
      const head = { specversion: "1.0", type: "canary.report.v1", source: "/sources/hotline" };
      const datacontenttype = "application/json; charset=utf-8";
      const body = JSON.stringify({ ...head, id: "r-2", datacontenttype, data: smell });
      expect(await send({ body })).toMatchObject({ status: 200, body: { state: "placed" } });
    });

    test("the same report again, also many at once, is the same case", async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => send()));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(answers.filter(({ body }) => body["repeated"] === false)).toHaveLength(1);
      expect(await cases()).toHaveLength(1);
      expect((await send({ data: { ...smell, text: "别的" } })).status).toBe(409);
    });

    test("nothing is taken that is forged, old, replayed, or signed by another or a former key", async () => {
      const forged = JSON.stringify({ id: "r-2" });
      expect((await send({ forged })).status).toBe(401);
      expect((await send({ key: "guess" })).status).toBe(401);
      expect((await send({ source: "stranger" })).status).toBe(401);
      expect((await send({ offSeconds: -301 })).body["type"]).toBe("/problems/clock-off");
      expect((await send({ offSeconds: 299 })).status).toBe(200);
      expect((await send({ id: "r-3", nonce: "nonce-0001" })).status).toBe(200);
      const replayed = await send({ id: "r-4", nonce: "nonce-0001" });
      expect(replayed.body["type"]).toBe("/problems/nonce-reused");
      // A retry after a lost answer, byte for byte, is no replay.
      expect((await send({ id: "r-3", nonce: "nonce-0001" })).body["repeated"]).toBe(true);

      const renewed = await post("/api/v1/intake/sources/hotline/key", { atOnce: false });
      expect((await send({ id: "r-5" })).status).toBe(200);
      desk.time.advance(24 * 3_600_000 - 1_000);
      cookie = await desk.login();
      expect((await send({ id: "r-6" })).status).toBe(200);
      desk.time.advance(2_000);
      expect((await send({ id: "r-7" })).status).toBe(401);
      key = String(renewed.body["key"]);
      expect((await send({ id: "r-7" })).status).toBe(200);
      expect((await post("/api/v1/intake/sources/hotline/disable", "")).status).not.toBe(500);
      await post("/api/v1/intake/sources/hotline/disable", {});
      expect((await send({ id: "r-8" })).status).toBe(401);
    });

    test("a resident, the hotline and the detector of one home are one open case with all sources kept", async () => {
      await post("/api/v1/register/points", {
        id: "p-1",
        facts: { building: "b-2", household: "0028010603", place: "厨房" },
      });
      await post("/api/v1/register/points/p-1/install", {
        device: { gateway: "gw-1", detector: "kitchen" },
      });
      await desk.take(createFakeGateway("gw-1").alarm({ seq: 1, detector: "kitchen" }));
      const hotline = await send();
      const { body } = await post("/api/v1/intake/resident-links", {
        household: "0028010603",
        days: 365,
      });
      const tap = () =>
        post(`/api/v1/intake/resident/${String(body["link"])}`, { kind: "gas-smell" }, {});
      expect((await tap()).body).toEqual({ received: true });
      expect((await tap()).status).toBe(200);
      const rows = await cases();
      expect(rows.map(({ source }) => source)).toEqual(["gateway", "12345", "resident"]);
      expect(hotline.body["mergedInto"]).toBe(rows[0]?.id);
      expect(rows.map(({ is_open: open }) => open)).toEqual([1, 0, 0]);
    });

    test("a resident's link is for its home and its time, and cannot be used to flood", async () => {
      const { body } = await post("/api/v1/intake/resident-links", {
        household: "0028010603",
        days: 1,
      });
      const link = String(body["link"]);
      const tap = (one: string, text: string) =>
        post(`/api/v1/intake/resident/${one}`, { kind: "request", text }, {});
      expect((await tap(link.replace("0028010603", "0028010604"), "x")).status).toBe(404);
      expect((await tap(link.replace(/~[^~]+~/, "~zzzzzzz~"), "x")).status).toBe(404);
      const statuses = [];
      for (let index = 0; index < 12; index += 1) {
        statuses.push((await tap(link, `话 ${index}`)).status);
      }
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
      desk.time.advance(86_400_001);
      expect((await tap(link, "x")).status).toBe(404);
    });

    test("what cannot be placed waits in sight; gas rings meanwhile; a hand places it", async () => {
      const request = { kind: "request", text: "路灯不亮", place: { address: "某处" } };
      expect((await send({ id: "a", data: request })).body).toEqual({
        state: "unplaced",
        repeated: false,
      });
      const gas = await send({ id: "b", data: { ...smell, place: { household: "999" } } });
      expect(gas.body).toMatchObject({ state: "unplaced", case: "AJ-000001" });
      expect((await cases())[0]).toMatchObject({ area_path: "/anjing/", priority: 1 });
      expect((await send({ id: "c", body: "{not json" })).status).toBe(422);
      expect((await send({ id: "c", body: "{not json" })).status).toBe(422);
      const seen = await waiting();
      expect(seen.map(({ state }) => state)).toEqual(["unplaced", "unplaced", "unreadable"]);

      const place = { source: "hotline", place: { household: "0028010603" } };
      const path = "/api/v1/intake/quarantine/place";
      expect((await post(path, { ...place, id: "b" })).body).toEqual({ case: "AJ-000001" });
      expect((await cases())[0]).toMatchObject({ home: "household:0028010603", place: address });
      expect((await post(path, { ...place, id: "b" })).status).toBe(409);
      expect((await post(path, { ...place, id: "a" })).body).toEqual({ case: "AJ-000002" });
      expect((await post(path, { ...place, id: "a", place: { area: "mars" } })).status).toBe(409);
      const aside = { source: "hotline", id: String(seen[2]?.["id"]), reason: "对方调试" };
      expect((await post("/api/v1/intake/quarantine/set-aside", aside)).status).toBe(204);
      expect(await waiting()).toEqual([]);
    });

    test("gas in an event that breaks the contract opens its case all the same, once", async () => {
      const data = { ...smell, callback: "13900000000" };
      for (const answer of [await send({ data }), await send({ data })]) {
        expect(answer.status).toBe(422);
      }
      expect(await cases()).toMatchObject([
        { priority: 1, home: "household:0028010603", place: address, report: smell.text },
      ]);
      const [event] = await waiting();
      expect(event).toMatchObject({ state: "unreadable", case: "AJ-000001" });

      const aside = { source: "hotline", id: event?.["id"], reason: "已读,在事件中办理" };
      expect((await post("/api/v1/intake/quarantine/set-aside", aside)).status).toBe(204);
      expect(await waiting()).toEqual([]);
      expect((await cases())[0]?.is_open).toBe(1);
    });

    test("none of hundreds that wait is out of sight: they come page by page", async () => {
      const row = { body: "?", body_sha256: "?", area_path: "/anjing/", state: "unreadable" };
      const none = { reason_zh: null, reason_en: null, case_id: null, merged_into: null };
      const rows = Array.from({ length: 23 }, (_, index) => ({
        source: index % 2 === 0 ? "hotline" : "grid",
        id: `a/${index}`,
        // Several in the same millisecond.
        received_at_ms: Math.floor(index / 3),
        ...row,
        ...none,
        settled_by: null,
      }));
      await desk.store.db.insertInto("intake_events").values(rows).execute();
      const seen: unknown[] = [];
      let next = "";
      do {
        const path = `/api/v1/intake/quarantine?limit=5${next}`;
        const page = Object(await (await desk.get(path, cookie)).json());
        seen.push(...page.items.map((one: { id: string }) => one.id));
        next = page.nextCursor === undefined ? "" : `&cursor=${page.nextCursor}`;
      } while (next !== "");
      expect(seen).toHaveLength(23);
      expect(new Set(seen)).toEqual(new Set(rows.map(({ id }) => id)));
      const wrong = await desk.get("/api/v1/intake/quarantine?cursor=x", cookie);
      expect(wrong.status).toBe(400);
    });

    test("staff report within their areas, once however often they press", async () => {
      const report = (body: object) =>
        post("/api/v1/intake/reports", body, { cookie, "idempotency-key": "press-1" });
      const [first, second] = await Promise.all([report(smell), report(smell)]);
      expect([first?.body["case"], second?.body["case"]]).toEqual(["AJ-000001", "AJ-000001"]);
      expect((await report({ ...smell, kind: "request" })).status).toBe(409);
      await desk.store.db.deleteFrom("grants").execute();
      await desk.store.db
        .insertInto("grants")
        .values({ user_name: "admin", role: "duty", area: "/elsewhere/" })
        .execute();
      const other = { ...smell, text: "x" };
      const headers = { cookie, "idempotency-key": "press-2" };
      expect((await post("/api/v1/intake/reports", other, headers)).status).toBe(422);
      expect(await waiting()).toEqual([]);
    });

    test("no event, signed or not, is a 5xx, and every signed one is kept", async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fc.json(), fc.string(), fc.constant("\0"), fc.constant('{"a":"\\u0000"}')),
          fc.jsonValue(),
          fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
          async (body, data, text) => {
            count += 1;
            const id = `f-${count}`;
            const place = { household: text, address: text };
            for (const sending of [
              { id, body },
              { id, data },
              { id, data: { kind: "gas-smell", text, place } },
            ]) {
              const { status } = await send(sending);
              expect([200, 422]).toContain(status);
            }
            expect((await post("/api/v1/intake/events", body, {})).status).toBe(401);
          },
        ),
        { numRuns: 25 },
      );
      const kept = await desk.store.db.selectFrom("intake_events").select("id").execute();
      expect(kept.length).toBeGreaterThanOrEqual(count);
    });

    test("the example in docs/intake.md works as it stands there", async () => {
      const guide = await readFile(join(import.meta.dirname, "../../docs/intake.md"), "utf8");
      const script = /```sh\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
      // The example signs by the machine's clock.
      desk.time.jumpWall(Date.now() - desk.time.clock.now().wallMs);
      const { stdout } = await promisify(execFile)("bash", ["-euc", script], {
        env: {
          PATH: process.env["PATH"],
          SOURCE: "hotline",
          ID: "docs-1",
          ADDRESS: address,
          KEY: key,
          CENTER: desk.url,
        },
      });
      expect(JSON.parse(stdout)).toMatchObject({ state: "placed", repeated: false });
    });
  });
};
