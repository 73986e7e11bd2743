import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NewDatabase } from "../open-ground.testing.ts";
import { detectorAt } from "../fake-gateway.testing.ts";
import { alarmsAtPoint } from "../register/point-history.ts";
import { changesAfter, lastPosition } from "../store/stream-log.ts";
import {
  anew,
  clean,
  gateway,
  naming,
  openEndGround,
  type EndGround,
} from "./end-ground.testing.ts";

/** What becomes of alarms that nobody but a person can end, on whichever database. */
export const endAlarmContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: EndGround;
  beforeEach(async () => {
    ground = await openEndGround(newDatabase);
  });
  afterEach(() => ground.close());

  describe(`an alarm its gateway has forgotten, on ${database}`, { timeout: 60_000 }, () => {
    test("is ended by a person once somebody has measured, and its case goes to the end", async () => {
      const id = await ground.raise();
      await ground.replaceCard();
      expect(await ground.only()).toMatchObject({ active: 1, state: "on_scene" });
      expect(await ground.why("chen")).toContain("no portable reading of CO");

      await ground.measure(0);
      await ground.measure(0);
      expect(await ground.submit()).toMatchObject({ kind: "refused", refusal: { kind: "guard" } });
      const before = await lastPosition(ground.store.db);
      expect(await ground.end("chen")).toMatchObject({
        kind: "ended",
        alarm: { condition: "returned" },
      });
      const { changes } = await changesAfter(ground.store.db, before);
      expect(changes.map(({ kind, ref }) => [kind, ref])).toEqual([
        ["alarm", "ep-1"],
        ["case", id],
      ]);

      expect(await ground.alarmOf()).toMatchObject({
        condition: "returned",
        ended: { by: "chen", atMs: ground.nowMs(), reason: "换卡,网关已遗忘" },
        case: { version: 3 },
      });
      expect((await ground.desk()).alarms).toEqual([]);
      expect((await ground.detail(id)).timeline.at(-1)).toMatchObject({
        action: "end_alarm",
        actor: "chen",
        reason: "换卡,网关已遗忘",
        detail: { episode: "ep-1" },
      });
      const audited = await ground.store.db
        .selectFrom("audit")
        .select(["actor", "subject", "area"])
        .where("action", "=", "end-alarm")
        .execute();
      expect(audited).toEqual([{ actor: "chen", subject: "ep-1", area: "/pidu/anjing/xian/g1/" }]);

      expect(await ground.submit()).toMatchObject({ kind: "done" });
      expect(await ground.act("chen", "review_pass")).toMatchObject({ kind: "done" });
      const verify = { reached: true, safe: true, satisfied: "yes" } as const;
      expect(await ground.act("li", "close", { verify })).toMatchObject({ kind: "done" });
      expect((await ground.only()).state).toBe("closed");
    });

    test("starts the update clock anew: whoever ends it has done something", async () => {
      await ground.raise();
      await ground.replaceCard();
      await ground.measure(0);
      ground.time.advance(120_000);
      await ground.end("chen");
      const clocks = (await ground.detail((await ground.only()).id)).clocks;
      const update = clocks.find(({ clock }) => clock === "update");
      expect(update?.sinceMs).toBe(ground.nowMs());
    });

    test("may also be one of a detector that the new card does not know", async () => {
      await ground.raise();
      await ground.replaceCard({ detectors: [], all: [] });
      await ground.measure(0);
      expect(await ground.end("chen")).toMatchObject({ kind: "ended" });
      // What the old card said of it is no news.
      await ground.take(anew.status({ atMs: 30_000, detectors: [], all: [] }));
      expect(await ground.alarmOf()).toMatchObject({ condition: "returned" });
    });

    test("is not ended twice, and the same press again is the same answer", async () => {
      await ground.raise();
      await ground.replaceCard();
      await ground.measure(0);
      const first = await ground.end("chen", { key: "press", version: 2 });
      expect(await ground.end("chen", { key: "press", version: 2 })).toEqual(first);
      expect(await ground.end("sun", { version: 2 })).toMatchObject({ kind: "changed" });
      expect(await ground.why("sun")).toContain("over already");
      expect(await ground.end("sun", { episode: "ep-9" })).toEqual({ kind: "unknown" });
    });

    test("is owed its signature all the same", async () => {
      await ground.take(gateway.alarm({ seq: 1, atMs: 10, alarmClass: "fault", priority: 3 }));
      await ground.replaceCard();
      expect(await ground.end("chen")).toMatchObject({ kind: "ended" });
      expect((await ground.desk()).alarms).toMatchObject([
        { condition: "returned", case: { state: "reported" } },
      ]);
    });
  });

  describe(`what stands in the way of ending one, on ${database}`, { timeout: 60_000 }, () => {
    test("is a gateway that names it", async () => {
      await ground.raise();
      await ground.measure(0);
      expect(await ground.why("chen")).toContain("newest word is that it stands");
      expect(await ground.offered()).toEqual([]);
      await ground.replaceCard({ detectors: [naming("ep-1")] });
      expect(await ground.why("chen")).toContain("newest word is that it stands");
    });

    test("is a gateway that goes on with it under the name it had before", async () => {
      await ground.take(gateway.alarm({ episode: "ep-1", atMs: 10 }));
      await ground.take(gateway.alarm({ episode: "ep-b", atMs: 200, seq: 1 }));
      await ground.measure(0);
      await ground.take(gateway.status({ atMs: 500, detectors: [naming("ep-1")] }));
      expect(await ground.why("chen")).toContain("newest word is that it stands");
    });

    test("is a gateway of before, which names none while its detector alarms", async () => {
      await ground.raise();
      await ground.measure(0);
      await ground.replaceCard({ detectors: [detectorAt("kitchen", 400, "alarm")] });
      expect(await ground.why("chen")).toContain("newest word is that it stands");
    });

    test("is a gateway that has not spoken of the detector since", async () => {
      await ground.take(gateway.alarm({ seq: 1, atMs: 10 }));
      await ground.measure(0);
      expect(await ground.why("chen")).toContain("nothing of the detector since");
      await ground.take(gateway.status({ atMs: 9, detectors: [clean] }));
      expect(await ground.why("chen")).toContain("nothing of the detector since");
      await ground.take(gateway.status({ atMs: 60, detectors: [clean] }));
      expect(await ground.why("chen")).toBe("ended");
    });

    test("is a gateway that is lost, however long, until the register says it is gone", async () => {
      await ground.raise();
      await ground.measure(0);
      await ground.loseLink();
      ground.time.advance(48 * 3_600_000);
      expect(await ground.why("chen")).toContain("Find the gateway");
      expect(await ground.offered()).toMatchObject([{ episode: "ep-1", allowed: false }]);
      await ground.retireGateway();
      expect(await ground.why("chen")).toBe("ended");
    });

    test("is a lost gateway, unless the register says that the detector was taken down", async () => {
      await ground.raise();
      await ground.measure(0);
      await ground.loseLink();
      await ground.hang();
      expect(await ground.why("chen")).toContain("Find the gateway");
      await ground.store.db
        .updateTable("installations")
        .set({ removed_at_ms: ground.nowMs() })
        .execute();
      expect(await ground.why("chen")).toBe("ended");
      expect(await alarmsAtPoint(ground.store.db, "p-1", 9)).toMatchObject([
        { condition: "returned", ended: { by: "chen" } },
      ]);
    });

    test("is air that is not clean, or was measured before the alarm's newest word", async () => {
      await ground.raise();
      await ground.measure(0);
      await ground.measure(40);
      await ground.replaceCard();
      expect(await ground.why("chen")).toContain("40 ppm, is not below 10 ppm");
      await ground.measure(0);
      await ground.take(gateway.alarm({ seq: 2, atMs: 600, kind: "worsened", priority: 1 }));
      expect(await ground.why("chen")).toContain("no portable reading of CO");
    });

    test("is having measured oneself, or having no right to", async () => {
      await ground.raise();
      await ground.replaceCard();
      await ground.measure(0, "chen");
      expect(await ground.why("chen")).toContain("another person");
      for (const who of ["wang", "li", "wu", "far"] as const) {
        expect(await ground.why(who), who).toContain("community's lead");
      }
      expect(await ground.why("sun")).toBe("ended");
    });

    test("is said beside the case; nothing stands in the way of whoever may", async () => {
      await ground.raise();
      await ground.replaceCard();
      const lacking = expect.stringContaining("no portable reading");
      expect(await ground.offered()).toMatchObject([{ allowed: false, reason: { en: lacking } }]);
      await ground.measure(0);
      expect(await ground.offered()).toEqual([{ episode: "ep-1", allowed: true }]);
      expect(await ground.offered("wang")).toMatchObject([{ allowed: false }]);
      await ground.end("chen");
      expect(await ground.offered()).toEqual([]);
    });
  });
};
