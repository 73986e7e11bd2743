import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NewDatabase } from "../open-ground.testing.ts";
import {
  anew,
  clean,
  gateway,
  naming,
  openEndGround,
  type EndGround,
} from "./end-ground.testing.ts";

/** What a gateway's later word does to an alarm that a person has ended, on whichever database. */
export const endedAlarmContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: EndGround;
  beforeEach(async () => {
    ground = await openEndGround(newDatabase);
  });
  afterEach(() => ground.close());

  describe(`an alarm that a person has ended, on ${database}`, { timeout: 60_000 }, () => {
    const ended = async (): Promise<string> => {
      const id = await ground.raise();
      await ground.replaceCard();
      await ground.measure(0);
      expect(await ground.end("chen")).toMatchObject({ kind: "ended" });
      await ground.fire();
      return id;
    };
    const ringsAgain = async (id: string, before: number) => {
      expect((await ground.pages()).slice(before).map(({ clock }) => clock)).toEqual(["ring"]);
      const alarm = await ground.alarmOf();
      expect(alarm).toMatchObject({ condition: "active" });
      expect(alarm).not.toHaveProperty("ended");
      expect((await ground.detail(id)).timeline.at(-1)).toMatchObject({
        action: "alarm_again",
        text: { en: expect.stringContaining("chen had ended it") },
      });
    };

    test("rings again when a later picture names it, and wants another reading then", async () => {
      const id = await ended();
      const before = (await ground.pages()).length;
      await ground.take(anew.status({ atMs: 900, detectors: [naming("ep-1")] }));
      await ringsAgain(id, before);
      await ground.take(anew.status({ atMs: 1_900, detectors: [clean] }));
      expect(await ground.alarmOf()).toMatchObject({ condition: "active" });
      expect(await ground.why("chen")).toContain("no portable reading of CO");
    });

    test("rings again by a later event, of the old card as well", async () => {
      const id = await ended();
      const before = (await ground.pages()).length;
      await ground.take(gateway.alarm({ seq: 2, atMs: 700, kind: "worsened" }));
      await ringsAgain(id, before);
    });

    test("rings again although its case is closed: a new one, which names the old", async () => {
      const id = await ended();
      await ground.submit();
      await ground.act("chen", "review_pass");
      await ground.act("li", "close", { verify: { reached: true, safe: true, satisfied: "yes" } });
      await ground.take(anew.status({ atMs: 900, detectors: [naming("ep-1")] }));
      const next = (await ground.cases()).find(({ state }) => state === "reported");
      expect(next).toMatchObject({ recurrenceOf: id, active: 1, unsigned: 1 });
    });

    test("is its gateway's word again when that tells the return after all", async () => {
      await ended();
      await ground.take(gateway.alarm({ seq: 2, atMs: 700, kind: "returned" }));
      const alarm = await ground.alarmOf();
      expect(alarm).toMatchObject({ condition: "returned" });
      expect(alarm).not.toHaveProperty("ended");
    });

    test("stays ended when an older event of it comes late", async () => {
      await ended();
      await ground.take(gateway.alarm({ seq: 2, atMs: 5, id: "ep-1/early" }));
      expect(await ground.alarmOf()).toMatchObject({
        condition: "returned",
        ended: { by: "chen" },
      });
    });

    test("rings again when a gateway that the register had given up comes back with it", async () => {
      const id = await ground.raise();
      await ground.measure(0);
      await ground.loseLink();
      await ground.retireGateway();
      await ground.end("chen");
      await ground.fire();
      // What it had said before is no later word, whatever comes late beside it.
      await ground.take(gateway.alarm({ seq: 2, atMs: 5, id: "ep-1/early" }));
      expect(await ground.alarmOf()).toMatchObject({ condition: "returned" });
      const before = (await ground.pages()).length;
      await ground.take(gateway.status({ atMs: 50_000, detectors: [naming("ep-1")] }));
      await ringsAgain(id, before);
    });
  });
};
