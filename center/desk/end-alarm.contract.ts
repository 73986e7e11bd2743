import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCaseGround, people, type CaseGround } from "../cases/case-ground.testing.ts";
import { createFakeGateway, detectorAt, type FakeGateway } from "../fake-gateway.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import { once } from "../store/once.ts";
import { changesAfter, lastPosition } from "../store/stream-log.ts";
import { endAlarm, type EndOutcome } from "./end-alarm.ts";
import { alarmPage } from "./read-alarms.ts";

type Person = keyof typeof people;

/** What becomes of alarms that nobody but a person can end, on whichever database. */
export const endAlarmContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: CaseGround;
  let presses = 0;
  beforeEach(async () => {
    ground = await openCaseGround(newDatabase);
  });
  afterEach(() => ground.close());

  const gateway = createFakeGateway("gw-1");
  /** The same gateway with a new card: another journal, and nothing of before. */
  const anew = createFakeGateway("gw-1", "journal-2", "boot-2");
  const naming = (episode: string) => detectorAt("kitchen", 400, "alarm", [episode]);
  const clean = detectorAt("kitchen", 0, "normal");

  const alarmOf = async (episode = "ep-1") => {
    const { items } = await pageOf(ground);
    return items.find((one) => one.episode === episode);
  };
  const end = async (
    who: Person,
    on: { readonly version?: number; readonly episode?: string; readonly key?: string } = {},
  ): Promise<EndOutcome | undefined> => {
    presses += 1;
    const { episode = "ep-1", key = `end-${presses}` } = on;
    const version = on.version ?? (await alarmOf(episode))?.case.version ?? 0;
    const nowMs = ground.nowMs();
    const wish = { episode, version, reason: "换卡,网关已遗忘", nowMs, source: "127.0.0.1" };
    return once(
      ground.store,
      { actor: who, key, request: `end ${episode} ${version}`, nowMs },
      (tx) => endAlarm(tx, { ...wish, actor: people[who] }),
    );
  };
  const why = async (who: Person) => {
    const outcome = await end(who);
    return outcome?.kind === "refused" ? outcome.why.en : outcome?.kind;
  };
  const offered = async (who: Person = "chen") =>
    (await ground.detail((await ground.only()).id, who)).ends;
  const measure = (value: number, who: Person = "wang") => {
    ground.time.advance(1_000);
    return ground.note(who, { readings: [{ gas: "co", value }] });
  };

  /** Raised and named by boot-1; people are on the scene. */
  const raise = async (): Promise<string> => {
    await ground.take(gateway.alarm({ seq: 1, atMs: 10 }));
    await ground.take(gateway.status({ atMs: 500, detectors: [naming("ep-1")] }));
    const { id } = await ground.only();
    await ground.act("li", "accept");
    await ground.act("li", "dispatch", { assignee: "wang" });
    await ground.act("wang", "take");
    await ground.act("wang", "arrive", { reason: "门牌码损坏" });
    await ground.photo(id);
    return id;
  };
  const replaceCard = (told: Parameters<FakeGateway["status"]>[0] = {}) =>
    ground.take(anew.status({ atMs: 100, detectors: [clean], all: ["kitchen"], ...told }));
  const submit = () => ground.act("wang", "submit", { conclusion: "C1" });
  const loseLink = () => ground.store.db.updateTable("gateways").set({ link: "lost" }).execute();

  describe(`an alarm its gateway has forgotten, on ${database}`, { timeout: 60_000 }, () => {
    test("is ended by a person once somebody has measured, and its case goes to the end", async () => {
      const id = await raise();
      await replaceCard();
      expect(await ground.only()).toMatchObject({ active: 1, state: "on_scene" });
      expect(await why("chen")).toContain("no portable reading of CO");

      await measure(0);
      await measure(0);
      expect(await submit()).toMatchObject({ kind: "refused", refusal: { kind: "guard" } });
      const before = await lastPosition(ground.store.db);
      expect(await end("chen")).toMatchObject({ kind: "ended", alarm: { condition: "returned" } });
      const { changes } = await changesAfter(ground.store.db, before);
      expect(changes.map(({ kind, ref }) => [kind, ref])).toEqual([
        ["alarm", "ep-1"],
        ["case", id],
      ]);

      expect(await alarmOf()).toMatchObject({
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

      expect(await submit()).toMatchObject({ kind: "done" });
      expect(await ground.act("chen", "review_pass")).toMatchObject({ kind: "done" });
      const verify = { reached: true, safe: true, satisfied: "yes" } as const;
      expect(await ground.act("li", "close", { verify })).toMatchObject({ kind: "done" });
      expect((await ground.only()).state).toBe("closed");
    });

    test("starts the update clock anew: whoever ends it has done something", async () => {
      await raise();
      await replaceCard();
      await measure(0);
      ground.time.advance(120_000);
      await end("chen");
      const clocks = (await ground.detail((await ground.only()).id)).clocks;
      const update = clocks.find(({ clock }) => clock === "update");
      expect(update?.sinceMs).toBe(ground.nowMs());
    });

    test("may also be one of a detector that the new card does not know", async () => {
      await raise();
      await replaceCard({ detectors: [], all: [] });
      await measure(0);
      expect(await end("chen")).toMatchObject({ kind: "ended" });
      // What the old card said of it is no news.
      await ground.take(anew.status({ atMs: 30_000, detectors: [], all: [] }));
      expect(await alarmOf()).toMatchObject({ condition: "returned" });
    });

    test("is not ended twice, and the same press again is the same answer", async () => {
      await raise();
      await replaceCard();
      await measure(0);
      const first = await end("chen", { key: "press", version: 2 });
      expect(await end("chen", { key: "press", version: 2 })).toEqual(first);
      expect(await end("sun", { version: 2 })).toMatchObject({ kind: "changed" });
      expect(await why("sun")).toContain("over already");
      expect(await end("sun", { episode: "ep-9" })).toEqual({ kind: "unknown" });
    });

    test("is owed its signature all the same", async () => {
      await ground.take(gateway.alarm({ seq: 1, atMs: 10, alarmClass: "fault", priority: 3 }));
      await replaceCard();
      expect(await end("chen")).toMatchObject({ kind: "ended" });
      expect((await ground.desk()).alarms).toMatchObject([
        { condition: "returned", case: { state: "reported" } },
      ]);
    });
  });

  describe(`what stands in the way of ending one, on ${database}`, { timeout: 60_000 }, () => {
    test("is a gateway that names it", async () => {
      await raise();
      await measure(0);
      expect(await why("chen")).toContain("newest word is that it stands");
      expect(await offered()).toEqual([]);
      await replaceCard({ detectors: [naming("ep-1")] });
      expect(await why("chen")).toContain("newest word is that it stands");
    });

    test("is a gateway of before, which names none while its detector alarms", async () => {
      await raise();
      await measure(0);
      await replaceCard({ detectors: [detectorAt("kitchen", 400, "alarm")] });
      expect(await why("chen")).toContain("newest word is that it stands");
    });

    test("is a gateway that has not spoken of the detector since", async () => {
      await ground.take(gateway.alarm({ seq: 1, atMs: 10 }));
      await measure(0);
      expect(await why("chen")).toContain("nothing of the detector since");
      await ground.take(gateway.status({ atMs: 9, detectors: [clean] }));
      expect(await why("chen")).toContain("nothing of the detector since");
      await ground.take(gateway.status({ atMs: 60, detectors: [clean] }));
      expect(await why("chen")).toBe("ended");
    });

    test("is a gateway that is lost, however long, until the register says it is gone", async () => {
      await raise();
      await measure(0);
      await loseLink();
      ground.time.advance(48 * 3_600_000);
      expect(await why("chen")).toContain("Find the gateway");
      expect(await offered()).toMatchObject([{ episode: "ep-1", allowed: false }]);
      await ground.store.db.updateTable("gateway_areas").set({ retired_at_ms: 1 }).execute();
      expect(await why("chen")).toBe("ended");
    });

    test("is a lost gateway, unless the register says that the detector was taken down", async () => {
      await raise();
      await measure(0);
      await loseLink();
      await hang(ground);
      expect(await why("chen")).toContain("Find the gateway");
      await ground.store.db.updateTable("installations").set({ removed_at_ms: 1 }).execute();
      expect(await why("chen")).toBe("ended");
    });

    test("is air that is not clean, or was measured before the alarm's newest word", async () => {
      await raise();
      await measure(0);
      await measure(40);
      await replaceCard();
      expect(await why("chen")).toContain("40 ppm, is not below 10 ppm");
      await measure(0);
      await ground.take(gateway.alarm({ seq: 2, atMs: 600, kind: "worsened", priority: 1 }));
      expect(await why("chen")).toContain("no portable reading of CO");
    });

    test("is having measured oneself, or having no right to", async () => {
      await raise();
      await replaceCard();
      await measure(0, "chen");
      expect(await why("chen")).toContain("another person");
      for (const who of ["wang", "li", "wu", "far"] as const) {
        expect(await why(who), who).toContain("community's lead");
      }
      expect(await why("sun")).toBe("ended");
    });

    test("is said beside the case; nothing stands in the way of whoever may", async () => {
      await raise();
      await replaceCard();
      const lacking = expect.stringContaining("no portable reading");
      expect(await offered()).toMatchObject([{ allowed: false, reason: { en: lacking } }]);
      await measure(0);
      expect(await offered()).toEqual([{ episode: "ep-1", allowed: true }]);
      expect(await offered("wang")).toMatchObject([{ allowed: false }]);
      await end("chen");
      expect(await offered()).toEqual([]);
    });
  });

  describe(`an alarm that a person has ended, on ${database}`, { timeout: 60_000 }, () => {
    const ended = async (): Promise<string> => {
      const id = await raise();
      await replaceCard();
      await measure(0);
      expect(await end("chen")).toMatchObject({ kind: "ended" });
      await ground.fire();
      return id;
    };
    const ringsAgain = async (id: string, before: number) => {
      expect((await ground.pages()).slice(before).map(({ clock }) => clock)).toEqual(["ring"]);
      const alarm = await alarmOf();
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
      expect(await alarmOf()).toMatchObject({ condition: "active" });
      expect(await why("chen")).toContain("no portable reading of CO");
    });

    test("rings again by a later event, of the old card as well", async () => {
      const id = await ended();
      const before = (await ground.pages()).length;
      await ground.take(gateway.alarm({ seq: 2, atMs: 700, kind: "worsened" }));
      await ringsAgain(id, before);
    });

    test("rings again although its case is closed: a new one, which names the old", async () => {
      const id = await ended();
      await submit();
      await ground.act("chen", "review_pass");
      await ground.act("li", "close", { verify: { reached: true, safe: true, satisfied: "yes" } });
      await ground.take(anew.status({ atMs: 900, detectors: [naming("ep-1")] }));
      const next = (await ground.cases()).find(({ state }) => state === "reported");
      expect(next).toMatchObject({ recurrenceOf: id, active: 1, unsigned: 1 });
    });

    test("is its gateway's word again when that tells the return after all", async () => {
      await ended();
      await ground.take(gateway.alarm({ seq: 2, atMs: 700, kind: "returned" }));
      const alarm = await alarmOf();
      expect(alarm).toMatchObject({ condition: "returned" });
      expect(alarm).not.toHaveProperty("ended");
    });

    test("stays ended when an older event of it comes late", async () => {
      await ended();
      await ground.take(gateway.alarm({ seq: 2, atMs: 5, id: "ep-1/early" }));
      expect(await alarmOf()).toMatchObject({ condition: "returned", ended: { by: "chen" } });
    });

    test("rings again when a gateway that the register had given up comes back with it", async () => {
      const id = await raise();
      await measure(0);
      await loseLink();
      await ground.store.db.updateTable("gateway_areas").set({ retired_at_ms: 1 }).execute();
      await end("chen");
      await ground.fire();
      const before = (await ground.pages()).length;
      await ground.take(gateway.status({ atMs: 50_000, detectors: [naming("ep-1")] }));
      await ringsAgain(id, before);
    });
  });
};

const pageOf = ({ store }: CaseGround) => alarmPage(store.db, { openOnly: false, limit: 50 });

/** The register knows the detector at a point. */
const hang = async ({ store: { db } }: CaseGround): Promise<void> => {
  await db
    .insertInto("buildings")
    .values({ id: "b-1", area: "g1", name: "2栋", latitude: null, longitude: null })
    .execute();
  await db
    .insertInto("points")
    .values({ id: "p-1", building: "b-1", household: null, place: "厨房" })
    .execute();
  const unknown = { profile: null, serial: null, made_at_ms: null, warm_until_ms: null };
  const times = { installed_at_ms: 0, calibrated_at_ms: null, expires_at_ms: null };
  await db
    .insertInto("installations")
    .values({
      id: "i-1",
      detector: "kitchen",
      gateway: "gw-1",
      point: "p-1",
      ...unknown,
      ...times,
      removed_at_ms: null,
      removed_why: null,
      replaced_by: null,
      origin: "hand",
    })
    .execute();
};
