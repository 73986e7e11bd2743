import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { caseSources } from "#domain/case.ts";
import type { Figures } from "#domain/figures.ts";
import type { Actor } from "#domain/rights.ts";
import { openCaseGround } from "../cases/case-ground.testing.ts";
import { openTestStore, type NewDatabase, type TestDatabase } from "../open-ground.testing.ts";
import type { Store } from "../store/open-store.ts";
import { plantFigures } from "./figures-fixture.testing.ts";
import { askOracle } from "./figures-oracle.testing.ts";
import { dayMs, dayOf, periodOf, type Period } from "./local-days.ts";
import { readFigures } from "./read-figures.ts";

const period = (from: string, to: string): Period => {
  const found = periodOf(from, to);
  if (found === undefined) throw new Error("no period");
  return found;
};
const week = period("2026-11-02", "2026-11-08");
const longAfter = week.untilMs + 3 * dayMs;

const duty = (area: string): Actor => ({ name: "li", grants: [{ role: "duty", area }] });

/** Figures of cases, on any database: equal to what SQL says by itself. */
export const figuresContract = (name: string, newDatabase: NewDatabase): void => {
  describe(`figures in ${name}`, () => {
    let database: TestDatabase;
    let store: Store;
    beforeAll(async () => {
      database = await newDatabase();
      store = await openTestStore(database.options);
      await plantFigures(store, { fromMs: week.fromMs, days: 7, seed: 20_261_122 });
    }, 60_000);
    afterAll(async () => {
      await store.close();
      await database.drop();
    });

    const both = async (
      wish: { readonly area?: string; readonly nowMs?: number; readonly period?: Period },
      actor = duty("/"),
    ) => {
      const nowMs = wish.nowMs ?? longAfter;
      const asked = wish.period ?? week;
      return {
        figures: await readFigures(
          store.db,
          actor,
          { period: asked, ...(wish.area !== undefined && { area: wish.area }) },
          nowMs,
        ),
        oracle: askOracle(store, { ...asked, nowMs, area: wish.area ?? "/" }),
      };
    };

    test("of everything, and of one community alone, equal the oracle's", async () => {
      const { figures, oracle } = await both({});
      const { total } = figures;
      expect(total).toEqual(await oracle.slice("total", "all"));
      // A fixture in which nothing happens would prove nothing.
      expect(total.cases).toBeGreaterThan(200);
      expect(Math.min(total.dispatch.n, total.arrive.n, total.close.n)).toBeGreaterThan(20);
      expect(total.signInTime.share).toBeGreaterThan(0.1);
      expect(total.signInTime.share).toBeLessThan(0.9);
      expect(total.conclusions.unknown.count).toBeGreaterThan(0);
      expect(total.recurrence.recurring).toBeGreaterThan(0);
      const community = await both({ area: "/pidu/anjing/xian/" });
      expect(community.figures.total).toEqual(await community.oracle.slice("total", "all"));
      expect(community.figures.total.cases).toBeLessThan(total.cases);
    });

    test("of each day of Chengdu equal the oracle's, the milliseconds around midnight too", async () => {
      const { figures, oracle } = await both({});
      expect(figures.byDay.map(({ day }) => day)).toEqual(
        Array.from({ length: 7 }, (_, nth) => dayOf(week.fromMs + nth * dayMs)),
      );
      for (const { day, response } of figures.byDay) {
        expect(response, day).toEqual(await oracle.slice("byDay", day));
        expect(response.cases).toBeGreaterThan(0);
      }
      const sum = figures.byDay.reduce((cases, { response }) => cases + response.cases, 0);
      expect(sum).toBe(figures.total.cases);
    });

    test("of each area, priority and source equal the oracle's", async () => {
      const { figures, oracle } = await both({});
      expect(figures.byArea.map(({ area }) => area)).toEqual([
        "/",
        "/pidu/",
        "/pidu/anjing/",
        "/pidu/anjing/west/",
        "/pidu/anjing/xian/",
        "/pidu/anjing/xian/g1/",
        "/pidu/anjing/xian/g2/",
        "/pidu/other/",
      ]);
      for (const { area, response } of figures.byArea) {
        expect(response, area).toEqual(await oracle.slice("byArea", area));
      }
      for (const { priority, response } of figures.byPriority) {
        expect(response, `P${priority}`).toEqual(
          await oracle.slice("byPriority", String(priority)),
        );
      }
      expect(figures.bySource.map(({ source }) => source)).toEqual(caseSources);
      for (const { source, response } of figures.bySource) {
        expect(response, source).toEqual(await oracle.slice("bySource", source));
      }
    });

    test("of load equal the oracle's, and a quiet desk is there with 0", async () => {
      const { figures, oracle } = await both({});
      const expected = (await oracle.load()).map((row) => ({
        desk: row["desk"],
        alarms: row["alarms"],
        intervals: 7 * 144,
        averagePerInterval: Number(row["alarms"]) / (7 * 144),
        peakPerInterval: row["peak"],
        floodIntervals: row["floods"],
        floodShare: Number(row["floods"]) / (7 * 144),
      }));
      const quiet = figures.load.find(({ desk }) => desk === "/pidu/anjing/quiet/");
      expect(quiet).toMatchObject({ alarms: 0, peakPerInterval: 0, floodShare: 0 });
      const busy = figures.load.filter((one) => one !== quiet);
      expect(busy).toEqual(expected.sort((a, b) => (String(a.desk) < String(b.desk) ? -1 : 1)));
      expect(busy.some(({ floodIntervals }) => floodIntervals >= 2)).toBe(true);
    });

    test("of noise, flapping and standing alarms equal the oracle's", async () => {
      const { figures, oracle } = await both({});
      const noisiest = await oracle.noisiest();
      expect(figures.noisiest.detectors).toHaveLength(10);
      expect(figures.noisiest.detectors).toMatchObject(
        noisiest.map(({ gateway, detector, alarms, n }) => ({
          gateway,
          detector,
          alarms,
          share: Number(alarms) / Number(n),
        })),
      );
      expect(figures.noisiest.n).toBe(noisiest[0]?.["n"]);
      const flapping = await oracle.flapping();
      expect(flapping[0]?.["most"]).toBeGreaterThanOrEqual(20);
      expect(figures.flapping.count).toBe(flapping.length);
      expect(figures.flapping.alarms).toMatchObject(
        flapping.map(({ gateway, detector, alarm_class, most }) => ({
          gateway,
          detector,
          alarmClass: alarm_class,
          most,
        })),
      );
      const standing = await oracle.standing();
      expect(standing.length).toBeGreaterThan(10);
      expect(figures.standing.count).toBe(standing.length);
      expect(standing.map(({ episode }) => episode)).toEqual(
        expect.arrayContaining(figures.standing.alarms.map(({ episode }) => episode)),
      );
      expect(figures.standing.alarms).toHaveLength(Math.min(100, standing.length));
      const lengthMs = figures.standing.alarms.map(
        ({ sinceMs, untilMs }) => (untilMs ?? longAfter) - sinceMs,
      );
      expect(lengthMs).toEqual(lengthMs.toSorted((a, b) => b - a));
    });

    test("of drills stand apart and equal the oracle's", async () => {
      const { figures, oracle } = await both({});
      expect(figures.drills.cases).toBeGreaterThan(10);
      for (const span of ["sign", "dispatch", "arrive", "handle", "close"] as const) {
        expect(figures.drills[span], span).toEqual(await oracle.drill(span));
        expect(figures.drills[span].n, span).toBeGreaterThan(0);
      }
    });

    test("in the middle of the period leave open what may still be signed in time", async () => {
      const now = await store.db
        .selectFrom("alarms")
        .innerJoin("case_alarms", "case_alarms.episode", "alarms.episode")
        .innerJoin("cases", "cases.id", "case_alarms.own_case")
        .select("alarms.received_at_ms as ms")
        .where("case_alarms.signed_at_ms", "is", null)
        .where("case_alarms.rings", "=", 1)
        .where("alarms.priority", "=", 1)
        .where("alarm_class", "!=", "test")
        .where("cases.drill", "=", 0)
        .where("cases.test", "=", 0)
        .where("alarms.received_at_ms", ">", week.fromMs + dayMs)
        .orderBy("alarms.received_at_ms", "desc")
        .limit(1)
        .executeTakeFirstOrThrow();
      const part = period("2026-11-02", dayOf(now.ms));
      const { figures, oracle } = await both({ period: part, nowMs: now.ms + 60_000 });
      expect(figures.total).toEqual(await oracle.slice("total", "all"));
      expect(figures.total.signInTime.pending).toBeGreaterThan(0);
    });

    test("of somebody's own areas are those of nobody else's", async () => {
      const own = await both({ area: "/pidu/anjing/xian/" }, duty("/pidu/anjing/xian/"));
      const wide = await both({ area: "/pidu/anjing/xian/" });
      expect(own.figures).toEqual(wide.figures);
      const curious = await both({}, duty("/pidu/anjing/xian/"));
      expect({ ...curious.figures, area: "/pidu/anjing/xian/" }).toEqual(own.figures);
      expect(curious.figures.byArea.map(({ area }) => area)).not.toContain("/pidu/");
      const outside = await both({ area: "/pidu/other/" }, duty("/pidu/anjing/xian/"));
      expectNoData(outside.figures);
      const admin = { name: "root", grants: [{ role: "admin", area: "/" } as const] };
      expectNoData((await both({}, admin)).figures);
    });

    test("of a time in which nothing happened are no data, not 0 %", async () => {
      const { figures } = await both({ period: period("2024-02-28", "2024-03-01") });
      expectNoData(figures);
      expect(figures.byDay.map(({ day }) => day)).toEqual([
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
      ]);
    });
  });

  test(`figures in ${name} tell a story worked by people`, async () => {
    const ground = await openCaseGround(newDatabase);
    try {
      await ground.alarm({ episode: "real", detector: "kitchen" });
      await ground.alarm({ episode: "drill", detector: "hall", drill: true });
      await ground.alarm({ episode: "test", detector: "bath", test: true });
      const [real, drill] = await ground.cases();
      if (real === undefined || drill === undefined) throw new Error("no cases");
      await ground.pass(20_000);
      await ground.act("li", "accept", {}, { id: real.id });
      await ground.pass(10_000);
      await ground.act("li", "accept", {}, { id: drill.id });
      await ground.act("li", "dispatch", { assignee: "wang" }, { id: real.id });
      await ground.act("wang", "take", {}, { id: real.id });
      await ground.pass(300_000, 10_000);
      await ground.act("wang", "arrive", { reason: "门牌码损坏" }, { id: real.id });
      await ground.alarm({ episode: "real", detector: "kitchen", kind: "returned" });
      await ground.photo(real.id);
      const done = { conclusion: "C1", readings: [{ gas: "co", value: 2 }] } as const;
      await ground.pass(60_000, 10_000);
      await ground.act(
        "wang",
        "submit",
        { ...done, readings: [...done.readings] },
        { id: real.id },
      );

      const today = dayOf(ground.nowMs());
      const figures = await readFigures(
        ground.store.db,
        duty("/pidu/anjing/xian/"),
        { period: period(today, today) },
        ground.nowMs(),
      );
      const once = (ms: number) => ({ n: 1, p50Ms: ms, p90Ms: ms, maxMs: ms });
      expect(figures.total).toMatchObject({
        cases: 1,
        open: 1,
        sign: { ...once(20_000), unsigned: 0 },
        signInTime: { n: 1, inTime: 1, pending: 0, share: 1 },
        dispatch: once(30_000),
        arrive: once(330_000),
        handle: once(390_000),
        close: { n: 0, p50Ms: null },
        conclusions: { n: 1, byCode: { C1: 1 }, true: { count: 1, share: 1 } },
      });
      expect(figures.drills).toMatchObject({ cases: 1, sign: once(30_000) });
      expect(figures.load).toMatchObject([{ desk: "/pidu/anjing/xian/", alarms: 1 }]);
      expect(figures.noisiest.detectors).toMatchObject([{ detector: "kitchen", share: 1 }]);
    } finally {
      await ground.close();
    }
  });
};

const expectNoData = (figures: Figures): void => {
  const none = { n: 0, p50Ms: null, p90Ms: null, maxMs: null };
  expect(figures.total).toMatchObject({
    cases: 0,
    sign: none,
    close: none,
    signInTime: { n: 0, share: null },
    conclusions: { n: 0, true: { share: null }, unknown: { share: null } },
    recurrence: { n: 0, share: null },
  });
  expect(figures.noisiest).toEqual({ n: 0, share: null, detectors: [] });
  expect(figures.drills.cases).toBe(0);
};
