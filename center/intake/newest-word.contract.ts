import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CaseView } from "#domain/case-view.ts";
import { openCaseGround, type CaseGround } from "../cases/case-ground.testing.ts";
import { createFakeGateway, detectorAt } from "../fake-gateway.testing.ts";
import type { NewDatabase } from "../open-ground.testing.ts";

/** What becomes of cases when a gateway has forgotten what it said, on whichever database. */
export const newestWordContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: CaseGround;
  const open = async () => {
    ground = await openCaseGround(newDatabase);
  };

  const gateway = createFakeGateway("gw-1");
  const standing = (episode: string) => detectorAt("kitchen", 400, "alarm", [episode]);
  const alarms = async () => (await ground.desk()).alarms;
  const timeline = async (id: string) =>
    (await ground.detail(id)).timeline.map(({ action }) => action);

  /** Raised, returned without the disk taking it; the gateway is killed and goes on with it. */
  const raiseAndForgetReturn = async (): Promise<CaseView> => {
    await ground.take(gateway.status({ atMs: 1, detectors: [] }));
    await ground.take(gateway.alarm({ seq: 1, atMs: 10 }));
    return ground.only();
  };
  const forgetReturn = async () => {
    await ground.take(gateway.alarm({ kind: "returned", atMs: 5_000 }));
  };
  const goOn = () => ground.take(gateway.status({ atMs: 9_000, detectors: [standing("ep-1")] }));
  const close = async (id: string): Promise<void> => {
    await ground.act("li", "dispatch", { assignee: "wang" });
    await ground.act("wang", "take");
    await ground.act("wang", "arrive", { reason: "门牌码损坏" });
    await ground.photo(id);
    await ground.act("wang", "submit", { conclusion: "C1", readings: [{ gas: "co", value: 2 }] });
    await ground.act("chen", "review_pass");
    const verify = { reached: true, safe: true, satisfied: "yes" } as const;
    await ground.act("li", "close", { verify });
  };

  describe(`an alarm that stands after all on ${database}`, { timeout: 60_000 }, () => {
    beforeEach(open);
    afterEach(() => ground.close());

    test("rings again where somebody has signed for it, and the timeline says why", async () => {
      const { id } = await raiseAndForgetReturn();
      await ground.act("li", "accept");
      await ground.act("li", "dispatch", { assignee: "wang" });
      await forgetReturn();
      await ground.fire();
      const before = (await ground.pages()).length;
      await goOn();
      const rung = (await ground.pages()).slice(before);
      expect(rung.map(({ clock, person, roles }) => [clock, person, roles.trim()])).toEqual([
        ["ring", "wang", "duty grid"],
      ]);
      expect(await ground.only()).toMatchObject({ id, signedBy: "li", unsigned: 0, active: 1 });
      const { timeline: entries } = await ground.detail(id);
      expect(entries.slice(-2)).toMatchObject([
        { action: "alarm_over" },
        { action: "alarm_again", text: { en: expect.stringContaining("look again") } },
      ]);
    });

    test("whose case is closed begins a new one that names it, rings, and wants a new signature", async () => {
      const { id } = await raiseAndForgetReturn();
      await ground.act("li", "accept");
      await forgetReturn();
      await close(id);
      expect((await ground.only()).state).toBe("closed");
      await ground.fire();
      const before = (await ground.pages()).length;

      await goOn();
      await ground.fire();
      const next = (await ground.cases()).find(({ state }) => state === "reported");
      expect(next).toMatchObject({
        recurrenceOf: id,
        priority: 1,
        level: "street",
        alarms: 1,
        unsigned: 1,
        active: 1,
      });
      const rung = (await ground.pages()).slice(before);
      expect(rung.filter((page) => page.case_id === next?.id).map(({ clock }) => clock)).toContain(
        "sign",
      );
      expect((await alarms()).map((alarm) => [alarm.condition, alarm.case])).toMatchObject([
        ["active", { id: next?.id, state: "reported" }],
      ]);
      expect((await timeline(id)).at(-1)).toBe("alarm_again");
      expect((await timeline(next?.id ?? "")).at(-1)).toBe("alarm_again");

      await ground.take(gateway.status({ atMs: 12_000, detectors: [standing("ep-1")] }));
      expect(await ground.cases()).toHaveLength(2); // once
      await ground.act("zhao", "accept", {}, { id: next?.id ?? "" });
      expect((await alarms())[0]?.case).toMatchObject({ state: "accepted", acceptedBy: "zhao" });
    });

    test("joins the open case that its home has by then", async () => {
      const { id } = await raiseAndForgetReturn();
      await ground.act("li", "accept");
      await forgetReturn();
      await close(id);
      await ground.take(gateway.alarm({ seq: 9, episode: "other", atMs: 6_000, detector: "bath" }));
      await goOn();
      const [, second] = await ground.cases();
      expect(await ground.cases()).toHaveLength(2);
      expect(second).toMatchObject({ alarms: 2, unsigned: 2, active: 2, recurrenceOf: id });
    });
  });

  describe(`an alarm its gateway forgot on ${database}`, { timeout: 60_000 }, () => {
    beforeEach(open);
    afterEach(() => ground.close());
    const unwritten = { episode: "ep-a", atMs: 100 };
    const anew = { episode: "ep-b", atMs: 9_000 };

    test("goes on as the new episode: one row, one case, the signature kept, and it rings once more", async () => {
      await ground.take(gateway.alarm(unwritten));
      await ground.act("li", "accept");
      const [before] = await alarms();
      expect(before?.durable).toBe(false);
      await ground.fire();
      const pages = (await ground.pages()).length;

      await ground.take(gateway.alarm({ ...anew, seq: 1, co: 350 }));
      const { id } = await ground.only();
      expect(await alarms()).toMatchObject([
        {
          episode: before?.episode,
          firstAtMs: before?.firstAtMs,
          condition: "active",
          durable: true,
          notice: { event: { episode: "ep-b" } },
          case: { id, acceptedBy: "li" },
        },
      ]);
      expect((await ground.pages()).slice(pages).map(({ clock }) => clock)).toEqual(["ring"]);
      expect((await timeline(id)).at(-1)).toBe("alarm_goes_on");

      await ground.take(gateway.alarm({ episode: "ep-b", seq: 2, kind: "returned", atMs: 9_500 }));
      expect(await alarms()).toEqual([]);
    });

    test("is not changed by what still comes under its old name, however late", async () => {
      await ground.take(gateway.alarm(unwritten));
      await ground.take(gateway.alarm({ ...anew, seq: 1 }));
      const stands = await alarms();
      await ground.take(gateway.alarm(unwritten));
      await ground.take(gateway.alarm({ ...unwritten, seq: 7 }));
      await ground.take(gateway.alarm({ episode: "ep-a", kind: "worsened", atMs: 200 }));
      await ground.take(gateway.alarm({ episode: "ep-a", kind: "returned", atMs: 300 }));
      expect(await alarms()).toEqual(stands);
      expect(await ground.countRows("alarms")).toBe(1);
    });

    test("does so within one batch, and twice in a row", async () => {
      await Promise.all([
        ground.take(gateway.alarm(unwritten)),
        ground.take(gateway.alarm({ episode: "ep-b", atMs: 200 })),
        ground.take(gateway.alarm({ episode: "ep-c", atMs: 300, seq: 1 })),
      ]);
      expect(await alarms()).toMatchObject([{ notice: { event: { episode: "ep-c" } } }]);
      expect((await ground.only()).alarms).toBe(1);
    });

    test("after a power cut as well, also with a clock that starts in 1970", async () => {
      await ground.take(gateway.status({ atMs: 1 }));
      await ground.take(gateway.alarm(unwritten));
      const next = createFakeGateway("gw-1", "journal-1", "boot-2");
      await ground.take(next.alarm({ episode: "ep-b", seq: 1, atMs: 50, wallMs: 7_000 }));
      expect(await alarms()).toMatchObject([{ notice: { event: { episode: "ep-b" } } }]);
    });

    test("keeps the center's name of it from another gateway that uses the same", async () => {
      await ground.take(gateway.alarm(unwritten));
      await ground.take(gateway.alarm({ ...anew, seq: 1 }));
      const other = createFakeGateway("gw-2");
      await ground.take(other.alarm({ episode: "ep-a", seq: 1, atMs: 5 }));
      const told = (await alarms()).map(({ notice }) => notice.event.episode);
      expect(told.sort()).toEqual(["ep-a", "ep-b"]);
    });

    test("but not when all of it was written, nor by another rule's, an older or a drill's", async () => {
      await ground.take(gateway.alarm({ ...unwritten, seq: 1 }));
      await ground.take(gateway.alarm({ ...anew, seq: 2 }));
      expect(await alarms()).toHaveLength(2);
      await ground.take(gateway.alarm({ episode: "ep-c", detector: "bath", atMs: 9_000 }));
      await ground.take(gateway.alarm({ episode: "ep-d", detector: "bath", atMs: 8_000, seq: 3 }));
      await ground.take(
        gateway.alarm({ episode: "ep-e", detector: "bath", atMs: 9_900, seq: 4, drill: true }),
      );
      expect(await alarms()).toHaveLength(5);
    });
  });
};
