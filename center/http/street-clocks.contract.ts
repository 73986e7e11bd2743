import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fireTimers } from "../cases/fire-timers.ts";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { places, plantRegister } from "../rights/plant-register.testing.ts";

/** A street's own times, set through HTTP and kept by the clocks of its cases, on whichever database. */
export const streetClocksContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`a street's own clocks on ${database}`, { timeout: 30_000 }, () => {
    let desk: OpenDesk;
    let admin: string;
    beforeEach(async () => {
      desk = await openDesk({ newDatabase });
      await plantRegister(desk.store);
      admin = await desk.login();
    });
    afterEach(() => desk.close());

    const put = async (clock: string, withinMs: number | null, area: string = places.street) => {
      const answer = await fetch(`${desk.url}/api/v1/clocks/${clock}`, {
        method: "PUT",
        headers: { cookie: admin, "content-type": "application/json" },
        body: JSON.stringify({ area, withinMs }),
      });
      const body: Record<string, unknown> = Object(await answer.json());
      return { status: answer.status, body };
    };
    const listed = async (area: string): Promise<readonly Record<string, unknown>[]> => {
      const path = `/api/v1/clocks?area=${encodeURIComponent(area)}`;
      return Object(await (await desk.get(path, admin)).json()).items;
    };
    const nowMs = () => desk.time.clock.now().wallMs;
    /** Seconds from the report until the sign clock's next step. */
    const nextStep = async (): Promise<number> => {
      const timer = await desk.store.db
        .selectFrom("timers")
        .selectAll()
        .where("clock", "=", "sign")
        .executeTakeFirstOrThrow();
      return (timer.due_at_ms - timer.base_at_ms) / 1_000;
    };

    test("faster signatures of one street: its cases follow, also those that wait already; not next door", async () => {
      await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
      await fireTimers(desk.store, nowMs());
      expect(await nextStep()).toBe(30);
      const set = await put("1/sign", 150_000);
      expect(set).toMatchObject({
        status: 200,
        body: { withinMs: 150_000, standardMs: 300_000, minMs: 75_000, maxMs: 300_000 },
      });
      expect(await nextStep()).toBe(15);
      desk.time.advance(15_000);
      await fireTimers(desk.store, nowMs());
      expect(await nextStep()).toBe(30); // was 60
      expect(await put("1/sign", null)).toMatchObject({ body: { withinMs: 300_000 } });
      expect(await nextStep()).toBe(60);

      const sign = async (area: string) =>
        (await listed(area)).find((one) => one["priority"] === 1 && one["clock"] === "sign");
      await put("1/sign", 100_000, places.district);
      expect(await sign(places.street)).toMatchObject({
        withinMs: 100_000,
        setBy: places.district,
      });
      expect(await nextStep()).toBe(20);
    });

    test("nobody sets a sign clock to a week, to nothing, for a community, or one that is not a street's", async () => {
      const week = 7 * 24 * 3_600_000;
      for (const clock of ["1/sign", "2/sign", "3/sign", "4/sign"]) {
        expect((await put(clock, week)).status, clock).toBe(422);
        expect((await put(clock, 0)).status, clock).toBe(422);
      }
      expect((await put("1/sign", 300_001)).body).toMatchObject({
        detailEn: expect.stringContaining("75 to 300 s"),
      });
      expect((await put("3/verify", 3_600_000)).status).toBe(422);
      expect((await put("1/archive", 3_600_000)).status).toBe(422);
      expect((await put("1/sign", 150_000, places.xian)).status).toBe(404);
      expect((await put("1/sign", 150_000, "/nowhere/")).status).toBe(404);
      expect(await desk.store.db.selectFrom("clock_overrides").selectAll().execute()).toEqual([]);
    });

    test("a row out of bounds, written by other hands, counts as the bound", async () => {
      const row = { area: places.street, set_by: "?", set_at_ms: 0 };
      await desk.store.db
        .insertInto("clock_overrides")
        .values({ ...row, priority: 1, clock: "sign", within_ms: 999_000_000 })
        .execute();
      await desk.take(createFakeGateway("gw-xian").alarm({ seq: 1 }));
      await fireTimers(desk.store, nowMs());
      expect(await nextStep()).toBe(30);
    });

    test("what was set, and what stood before, is in the audit log", async () => {
      await put("2/arrive", 1_200_000);
      await put("2/arrive", null);
      const deeds = await desk.store.db
        .selectFrom("audit")
        .select(["actor", "subject", "area", "detail"])
        .where("action", "=", "clock-set")
        .orderBy("seq")
        .execute();
      const deed = { actor: "admin", subject: "P2 arrive", area: places.street };
      expect(deeds).toEqual([
        { ...deed, detail: '{"before":"standard","after":1200000}' },
        { ...deed, detail: '{"before":1200000,"after":"standard"}' },
      ]);
    });
  });
};
