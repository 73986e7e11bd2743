import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ActInput } from "#domain/case-input.ts";
import type { ActOutcome } from "./act-on-case.ts";
import type { NewDatabase } from "../open-ground.testing.ts";
import {
  addAccount,
  community,
  openCaseGround,
  room,
  type CaseGround,
} from "./case-ground.testing.ts";

/** What working on cases promises, on whichever database. */
export const casesContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: CaseGround;
  beforeEach(async () => {
    ground = await openCaseGround(newDatabase);
  });
  afterEach(() => ground.close());

  const told = (outcome: ActOutcome | undefined): string => {
    if (outcome?.kind === "done") return outcome.case.state;
    return outcome?.kind === "refused" ? outcome.refusal.text.en : (outcome?.kind ?? "key reused");
  };

  describe(`a case on ${database}`, { timeout: 60_000 }, () => {
    test("goes from the alarm to the verified close, and the alarm stays its detector's", async () => {
      await ground.alarm({ episode: "e1" });
      const { id } = await ground.only();
      expect(told(await ground.act("li", "accept"))).toBe("accepted");
      expect(told(await ground.act("li", "dispatch", { assignee: "wang" }))).toBe("dispatched");
      expect(told(await ground.act("wang", "take"))).toBe("responding");
      expect(told(await ground.act("wang", "arrive", { reason: "门牌码损坏" }))).toBe("on_scene");
      const done: ActInput = { conclusion: "C1", readings: [{ gas: "co", value: 2 }] };
      await ground.photo(id);
      expect(told(await ground.act("wang", "submit", done))).toContain("still alarms");
      expect((await ground.detail(id)).alarms[0]?.condition).toBe("active");
      await ground.alarm({ episode: "e1", kind: "returned" });
      expect(told(await ground.act("wang", "submit", done))).toBe("handled");
      expect(told(await ground.act("wang", "review_pass"))).toContain("is for");
      expect(told(await ground.act("chen", "review_pass"))).toBe("verifying");
      const verify = { reached: true, safe: true, satisfied: "yes" } as const;
      expect(told(await ground.act("li", "close", { verify }))).toBe("closed");

      const { timeline, case: shown } = await ground.detail(id);
      expect(timeline.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
        "gw-1 create",
        "gw-1 alarm",
        "li accept",
        "li dispatch",
        "wang take",
        "wang arrive",
        "gw-1 alarm_over",
        "wang submit",
        "chen review_pass",
        "li close",
      ]);
      expect(shown).toMatchObject({ handler: "wang", signedBy: "li", conclusion: "C1" });
    });

    test("acted on by a hundred at once is one person's; the others see how it stands", async () => {
      await ground.alarm();
      const crowd = Array.from({ length: 100 }, (_, index) => ({
        name: `officer-${index}`,
        grants: [{ role: "duty", area: "/" } as const],
      }));
      const outcomes = await Promise.all(
        crowd.map((one) => ground.act(one, "accept", {}, { version: 1 })),
      );
      expect(outcomes.filter((one) => one?.kind === "done")).toHaveLength(1);
      const losers = outcomes.filter((one) => one?.kind === "changed");
      expect(losers).toHaveLength(99);
      const { signedBy } = await ground.only();
      expect(new Set(losers.map((one) => one.current.signedBy))).toEqual(new Set([signedBy]));
    });

    test("takes a storm of retries as one press, and a key for something else not at all", async () => {
      await ground.alarm();
      const press = { version: 1, key: "one" };
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => ground.act("li", "accept", {}, press)),
      );
      expect(new Set(answers.map(told))).toEqual(new Set(["accepted"]));
      expect((await ground.only()).version).toBe(2);
      expect(told(await ground.act("li", "supervise", { instruction: "x" }, press))).toBe(
        "key reused",
      );
    });

    test("goes to nobody without a working account over its area that may take the job", async () => {
      await ground.alarm();
      await ground.act("li", "accept");
      await addAccount(ground.store, "root", [{ role: "admin", area: "/" }]);
      await addAccount(ground.store, "gone", [{ role: "grid", area: community }]);
      await ground.store.db
        .updateTable("users")
        .set({ disabled_at_ms: 1 })
        .where("name", "=", "gone")
        .execute();
      for (const assignee of ["zzz", "far", "root", "gone", "li", "chen"]) {
        const outcome = await ground.act("li", "dispatch", { assignee });
        expect(outcome).toMatchObject({
          kind: "refused",
          refusal: { kind: "needs", text: { zh: expect.stringContaining(`${assignee} 不能接单`) } },
        });
      }
      expect(await ground.only()).toMatchObject({ state: "accepted" });
      expect(told(await ground.act("li", "dispatch", { assignee: "wang" }))).toBe("dispatched");
      const { timeline } = await ground.detail("AJ-000001");
      expect(JSON.stringify(timeline)).not.toContain("assigneeWorksHere");
    });

    test("is nobody's business outside their area", async () => {
      await ground.alarm();
      expect(told(await ground.act("far", "accept"))).toBe("unknown");
      const admin = { name: "root", grants: [{ role: "admin", area: "/" } as const] };
      // Whoever keeps accounts sees no home.
      expect(told(await ground.act(admin, "accept"))).toBe("unknown");
    });

    test("of one home takes in its second gas: more urgent, rung again, signed for by itself", async () => {
      await ground.alarm({ episode: "co", priority: 2 });
      await ground.act("li", "accept");
      await ground.act("li", "dispatch", { assignee: "wang" });
      await ground.fire();
      const before = (await ground.pages()).length;
      await ground.alarm({ episode: "gas", alarmClass: "gas", detector: "stove", priority: 1 });
      await ground.fire();
      const one = await ground.only();
      expect(one).toMatchObject({ priority: 1, alarms: 2, unsigned: 1, state: "dispatched" });
      const rung = (await ground.pages()).slice(before);
      expect(rung.map(({ clock, person }) => [clock, person])).toEqual([
        ["ring", "wang"],
        ["sign", null],
      ]);
      const states = async () =>
        (await ground.detail(one.id)).alarms.map((alarm) => `${alarm.episode} ${alarm.case.state}`);
      expect((await states()).sort()).toEqual(["co accepted", "gas reported"]);
      expect(told(await ground.act("zhao", "accept"))).toBe("dispatched");
      expect((await states()).sort()).toEqual(["co accepted", "gas accepted"]);
    });

    test("that worsens rings again though it is signed for, and keeps its signature", async () => {
      await ground.alarm({ episode: "e1", priority: 2 });
      await ground.act("li", "accept");
      await ground.alarm({ episode: "e1", kind: "worsened", priority: 1 });
      expect(await ground.only()).toMatchObject({ priority: 1, peakPriority: 1, unsigned: 0 });
      expect((await ground.pages()).at(-1)).toMatchObject({ clock: "ring", roles: " duty grid " });
    });

    test("of faults stays apart from gas, and a drill from both; what is real breaks through", async () => {
      await ground.alarm({ episode: "drill", drill: true });
      await ground.alarm({ episode: "battery", alarmClass: "battery", priority: 3 });
      await ground.alarm({ episode: "real" });
      await ground.alarm({ episode: "test", test: true, priority: 4 });
      const kinds = (await ground.cases()).map(({ kind, drill, test }) => [kind, drill, test]);
      expect(kinds).toEqual([
        ["co", true, false],
        ["battery", false, false],
        ["co", false, false],
        ["co", false, true],
      ]);
      await ground.fire();
      const texts = (await ground.pages()).map(({ text_zh: zh }) => zh.slice(0, 5));
      expect(texts).toEqual(["【演练】P", "P1 一氧"]);
      const [drill, , real] = await ground.cases();
      const merged = await ground.act(
        "li",
        "merge",
        { target: drill?.id ?? "" },
        { id: real?.id ?? "" },
      );
      expect(told(merged)).toContain("never merged");
    });

    test("comes back as a new one: at the street within a day, linked within a week", async () => {
      const day = 24 * 3_600_000;
      const finish = async () => {
        const { id } = await ground.only();
        await ground.store.db
          .updateTable("cases")
          .set({ state: "closed", is_open: 0, entered_at_ms: ground.nowMs() })
          .where("id", "=", id)
          .execute();
        return id;
      };
      await ground.alarm({ episode: "e1" });
      const first = await finish();
      ground.sleep(day - 1_000);
      await ground.alarm({ episode: "e2" });
      const [, second] = await ground.cases();
      expect(second).toMatchObject({ recurrenceOf: first, level: "street", pendingUpper: true });
      await ground.store.db
        .updateTable("cases")
        .set({ state: "closed", is_open: 0, entered_at_ms: ground.nowMs() })
        .execute();
      ground.sleep(6 * day);
      await ground.alarm({ episode: "e3" });
      expect((await ground.cases())[2]).toMatchObject({
        recurrenceOf: second?.id,
        level: "community",
      });
      await ground.store.db.updateTable("cases").set({ state: "closed", is_open: 0 }).execute();
      ground.sleep(8 * day);
      await ground.alarm({ episode: "e4" });
      expect((await ground.cases())[3]).not.toHaveProperty("recurrenceOf");
    });

    test("that somebody answers for rings nobody, until it rings", async () => {
      const held = { by: "shelved", who: "李敏", reason: "换电池" } as const;
      await ground.alarm({ episode: "e1", held });
      await ground.pass(600_000, 60_000);
      expect(await ground.pages()).toEqual([]);
      await ground.alarm({ episode: "e1", kind: "worsened" });
      await ground.fire();
      expect((await ground.pages()).map(({ clock }) => clock)).toContain("sign");
    });
  });

  describe(`related cases on ${database}`, { timeout: 60_000 }, () => {
    const group = "riser:喜安/2栋/1单元";
    const twoHomes = async () => {
      await ground.alarm({ episode: "a", detector: "d1", address: room("603"), priority: 2 });
      await ground.alarm({ episode: "b", detector: "d2", address: room("703"), priority: 2 });
    };
    const shared = { kind: "shared-cause", group, members: ["d1", "d2"], priority: 1 } as const;

    test("of one flue become one: urgent, the street's at once, every alarm visible", async () => {
      await twoHomes();
      expect((await ground.cases()).map(({ state }) => state)).toEqual(["reported", "reported"]);
      await ground.tellStreet(shared);
      const [main, other] = await ground.cases();
      expect(main).toMatchObject({
        priority: 1,
        level: "street",
        pendingUpper: true,
        alarms: 2,
        group,
      });
      expect(other).toMatchObject({ state: "merged", mergedInto: main?.id, alarms: 0 });
      const { alarms, merged } = await ground.detail(main?.id ?? "");
      expect(alarms.map(({ episode }) => episode).sort()).toEqual(["a", "b"]);
      expect(merged).toEqual([other?.id]);
      expect((await ground.desk()).alarms).toHaveLength(2);
    });

    test("that somebody works on stay theirs; people merge and take apart", async () => {
      await twoHomes();
      const [one, two] = await ground.cases();
      await ground.act("li", "accept", {}, { id: one?.id ?? "" });
      await ground.act("zhao", "accept", {}, { id: two?.id ?? "" });
      await ground.tellStreet(shared);
      expect((await ground.cases()).map(({ state }) => state)).toEqual(["accepted", "accepted"]);
      await ground.act("li", "merge", { target: one?.id ?? "" }, { id: two?.id ?? "" });
      expect(await ground.cases()).toMatchObject([{ alarms: 2 }, { state: "merged", alarms: 0 }]);
      await ground.act("li", "unmerge", {}, { id: two?.id ?? "" });
      expect(await ground.cases()).toMatchObject([{ alarms: 1 }, { state: "accepted", alarms: 1 }]);
    });

    test("that the street has been called to bring their call along when they are merged", async () => {
      await twoHomes();
      const [one, two] = await ground.cases();
      await ground.act("li", "accept", {}, { id: one?.id ?? "" });
      await ground.act("zhao", "accept", {}, { id: two?.id ?? "" });
      await ground.tellStreet(shared);
      await ground.act("sun", "upper_accept", {}, { id: one?.id ?? "" });
      await ground.act("zhao", "escalate", { reason: "需要街道" }, { id: two?.id ?? "" });
      const owed = (await ground.cases()).map(({ pendingUpper }) => pendingUpper);
      expect(owed).toEqual([false, true]);
      await ground.act("li", "merge", { target: one?.id ?? "" }, { id: two?.id ?? "" });
      expect(await ground.cases()).toMatchObject([
        { level: "street", pendingUpper: true },
        { state: "merged" },
      ]);
    });

    test("behind one dead link are one when they are faults, and never when they are gas", async () => {
      await twoHomes();
      const silent = { alarmClass: "silence", priority: 3 } as const;
      await ground.alarm({ episode: "s1", detector: "d1", address: room("603"), ...silent });
      await ground.alarm({ episode: "s2", detector: "d2", address: room("703"), ...silent });
      const members = ["d1", "d2"];
      await ground.tellStreet({ kind: "link-down", group: "link:bus-1", members, priority: 2 });
      expect(
        (await ground.cases()).map(({ kind, state, priority }) => [kind, state, priority]),
      ).toEqual([
        ["co", "reported", 2],
        ["co", "reported", 2],
        ["silence", "reported", 2],
        ["silence", "merged", 3],
      ]);
    });
  });
};
