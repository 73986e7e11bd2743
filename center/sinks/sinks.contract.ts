import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keepHouse } from "../housekeeping.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { readNews } from "./read-news.ts";
import { hourMs, openSinkGround, type SinkGround } from "./sinks-ground.testing.ts";

/** What a time-series database outside is promised, on whichever database the center has. */
export const sinksContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: SinkGround;
  beforeEach(async () => {
    ground = await openSinkGround(newDatabase);
  });
  afterEach(() => ground.close());

  describe(`sinks on ${database}`, { timeout: 60_000 }, () => {
    test("a minute is a point with its peak, and what became of an alarm is an annotation", async () => {
      await ground.measure(0, 2, 12);
      await ground.take(ground.gateway.alarm({ seq: 1 }));
      ground.feed();
      await ground.until(() => ground.count("reading") === 2 && ground.count("alarm_event") > 0);
      const at = `${ground.startMs}000000`;
      const tags = "reading,detector=kitchen,gas=co,gateway=gw-1,mark=real,unit=ppm";
      expect(Object.fromEntries(ground.sink.points.get(`${tags} ${at}`) ?? [])).toEqual({
        count: "60i",
        max: "12",
        mean: "12",
        min: "12",
      });
      const raised = "alarm_event,action=alarm,detector=kitchen,gateway=gw-1,kind=co,mark=real ";
      const events = [...ground.sink.points].filter(([key]) => key.startsWith(raised));
      expect(events).toHaveLength(1);
      expect(Object.fromEntries(events[0]?.[1] ?? [])).toMatchObject({
        episode: '"ep-1"',
        priority: "1i",
      });
      expect(JSON.stringify([...ground.sink.points])).not.toContain("喜安社区");
    });

    test("only minutes that changed are sent again, as the same points", async () => {
      ground.feed();
      await ground.measure(0, 10, 5);
      await ground.until(() => ground.sink.requests.length === 1);
      await ground.measure(9, 2, 50);
      await ground.until(() => ground.sink.requests.length === 2);
      expect(ground.sink.requests).toEqual([10, 2]);
      const counts = [...ground.sink.points.values()].map((fields) => fields.get("count"));
      expect(counts.filter((count) => count === "120i")).toHaveLength(1);
      expect(ground.count("reading")).toBe(11);
    });

    test("an hour that changes while one catches up loses none of its minutes", async () => {
      for (let detector = 0; detector < 50; detector += 1) {
        await ground.measure(0, 30, 5, `d-${detector}`);
      }
      const first = await readNews(ground.store.db, { readings: 0, complete: 0, events: 0 });
      expect(first.full).toBe(true);
      await ground.measure(30, 30, 5, "d-49"); // moves behind all others, unread
      await ground.measure(30, 30, 5, "d-0"); // read already
      const second = await readNews(ground.store.db, first.upTo);
      expect(second.full).toBe(false);
      expect(new Set([...first.lines, ...second.lines]).size).toBe(52 * 30);
      const third = await readNews(ground.store.db, second.upTo);
      expect(third.lines).toEqual([]);
    });

    test("a backlog goes in batches of a thousand and more, never more than two at once", async () => {
      for (let detector = 0; detector < 100; detector += 1) {
        await ground.measure(0, 60, 5, `d-${detector}`);
      }
      ground.feed();
      await ground.until(() => ground.count("reading") === 6_000);
      expect(ground.sink.mostOpen()).toBeLessThanOrEqual(2);
      const full = ground.sink.requests.filter((lines) => lines >= 1_000);
      expect(full.length).toBeGreaterThanOrEqual(ground.sink.requests.length - 1);
      expect(ground.sink.requests.reduce((sum, lines) => sum + lines, 0)).toBe(6_000);
    });

    test("six hours down: readings and alarms go on, the lag is told, then all is there once", async () => {
      const feed = ground.feed();
      await ground.until(() => feed.state()?.lagMs === 1_000);
      ground.sink.be("down");
      for (let at = 0; at < 6; at += 1) {
        await ground.measure(at * 60, 60, 5);
        await ground.take(ground.gateway.alarm({ seq: at + 1, episode: `ep-${at}` }));
        const untilMs = ground.time.nowMs() + hourMs;
        await ground.until(() => {
          ground.time.advance(60_000);
          return ground.time.nowMs() >= untilMs;
        });
      }
      expect(feed.state()?.lagMs).toBeGreaterThanOrEqual(6 * hourMs);
      expect(feed.state()?.trouble?.zh).toContain("连不上");
      await expect(ground.metric("canary_center_sink_lag_seconds")).resolves.toMatch(/ 2[12]\d{3}/);
      expect(await ground.countRows("alarms")).toBe(6);

      ground.sink.be("well");
      await ground.until(() => ground.count("reading") === 360);
      await ground.until(() => feed.state()?.trouble === undefined && lagOf(feed) < 3_000);
      // A request that a busy machine answers late is sent again: the same points, none twice.
      // The case that began, and each alarm in it.
      expect(ground.count("alarm_event")).toBe(7);
      expect(ground.sink.points.size).toBe(360 + 7);
    });

    test("an answer that is lost, and a center that is killed: the same points again, none twice", async () => {
      const feed = ground.feed();
      await ground.measure(0, 30, 5);
      ground.sink.be("forgetful");
      await ground.until(() => ground.sink.requests.length >= 2);
      expect((await ground.saved()).readings).toBe(0);
      ground.sink.be("well");
      await ground.until(() => feed.state()?.trouble === undefined && lagOf(feed) < 3_000);
      await feed.stop();
      expect((await ground.saved()).readings).toBe(1);
      // As a kill would leave it, had the cursor not been written yet.
      await ground.store.db.updateTable("sink_cursors").set({ readings: 0, complete: 0 }).execute();
      const written = ground.sink.requests.length;
      ground.feed();
      await ground.until(() => ground.sink.requests.length > written);
      expect(ground.count("reading")).toBe(30);
    });

    test("one point that is refused costs that point; a login that is refused costs none", async () => {
      await ground.measure(0, 60, 5);
      await ground.measure(60, 1, 77);
      const bad = `${ground.startMs + 7 * 60_000}000000`;
      ground.sink.refuse((line) => line.endsWith(bad));
      const feed = ground.feed();
      await ground.until(() => ground.count("reading") === 60);
      expect(ground.refused).toMatchObject([
        { line: expect.stringContaining(bad), why: expect.stringContaining("field type") },
      ]);
      ground.sink.be("locked");
      await ground.measure(61, 1, 78);
      await ground.until(() => feed.state()?.trouble?.zh.includes("凭据"));
      ground.sink.be("well");
      await ground.until(() => ground.count("reading") === 61);
      expect(ground.refused).toHaveLength(1);
    });

    test("a sink that refuses everything is in trouble: nothing is set aside for good", async () => {
      await ground.measure(0, 60, 5);
      ground.sink.refuse(() => true);
      const feed = ground.feed();
      await ground.until(() => feed.state()?.trouble?.zh.includes("成批拒收"));
      ground.sink.refuse(() => false);
      await ground.until(() => ground.count("reading") === 60);
      expect(ground.refused).toEqual([]);
    });

    test("a frozen sink holds two requests and no more, and does not hold up the center's end", async () => {
      for (let detector = 0; detector < 60; detector += 1) {
        await ground.measure(0, 60, 5, `d-${detector}`);
      }
      ground.sink.be("frozen");
      const feed = ground.feed();
      await ground.until(() => ground.sink.open() === 2);
      ground.time.advance(2_000);
      expect(ground.sink.mostOpen()).toBe(2);
      await feed.stop();
      expect((await ground.saved()).readings).toBe(0);
    });

    test("a new sink gets the past; where minutes are too old to be kept, hours", async () => {
      await ground.measure(0, 60, 5);
      await keepHouse(ground.store, ground.startMs + 100 * 24 * hourMs);
      await ground.measure(60, 1, 7);
      ground.feed();
      await ground.until(() => ground.count("reading_hour") === 1 && ground.count("reading") === 1);
    });

    test("of two centers one feeds; the other goes on when that one is gone", async () => {
      const first = ground.feed("first");
      await ground.until(() => first.state() !== undefined);
      const second = ground.feed("second");
      await ground.measure(0, 3, 5);
      await ground.until(() => ground.count("reading") === 3);
      expect([first.state() === undefined, second.state() === undefined]).toEqual([false, true]);
      await first.stop();
      await ground.measure(3, 3, 5);
      await ground.until(() => ground.count("reading") === 6);
      expect(second.state()).toBeDefined();
      expect(ground.failures).toEqual([]);
    });
  });
};

const lagOf = (feed: { readonly state: () => { readonly lagMs: number } | undefined }): number =>
  feed.state()?.lagMs ?? Infinity;
