import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ok } from "#domain/result.ts";
import { detectorAt } from "../fake-gateway.testing.ts";
import { openTestStore, type NewDatabase } from "../open-ground.testing.ts";
import { community, openCaseGround, people, type CaseGround } from "./case-ground.testing.ts";
import { caseRows } from "./case-rows.ts";
import { syncTimers } from "./sync-timers.ts";
import { createCase } from "./create-case.ts";
import { fireTimers } from "./fire-timers.ts";
import { addPages, markPages, pagesFor, sendQueued } from "./pages.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What the clocks of cases promise, on whichever database. */
export const clocksContract = (database: string, newDatabase: NewDatabase): void => {
  let ground: CaseGround;
  beforeEach(async () => {
    ground = await openCaseGround(newDatabase);
  });
  afterEach(() => ground.close());

  /** Pages of one clock since the case began: seconds and how many roles hear it. */
  const heard = async (clock: string): Promise<readonly string[]> => {
    const { createdAtMs } = await ground.only();
    return (await ground.pages())
      .filter((page) => page.clock === clock)
      .map(
        (page) => `${(page.at_ms - createdAtMs) / 1_000} ${page.roles.trim().split(" ").length}`,
      );
  };

  describe(`clocks on ${database}`, { timeout: 120_000 }, () => {
    test("nobody answers at night: it goes out by itself, climbs, and never falls silent", async () => {
      await ground.alarm();
      await ground.pass(300_000);
      await ground.pass(20 * minute, minute);
      expect(await heard("sign")).toEqual([
        "0 2",
        "30 2",
        "60 4",
        "120 4",
        "180 5",
        "300 7",
        "600 5",
        "900 7",
        "1200 7",
        "1500 7",
      ]);
      const { timeline, case: shown } = await ground.detail((await ground.only()).id);
      const steps = timeline.filter(({ actor }) => actor === "system").map(({ step }) => step);
      expect(steps.slice(0, 4)).toEqual(["T03", "T16", "T06", "T16"]);
      expect(timeline.find(({ step }) => step === "T03")).toMatchObject({
        text: { zh: "超时:签收", en: "not done in time: signature" },
      });
      expect(shown).toMatchObject({ level: "district", pendingUpper: true });
      expect(shown).not.toHaveProperty("signedBy");
      // It has come back to be assessed, whose name says that somebody has signed: nobody is told so.
      const told = (await ground.pages()).map(({ text_zh: zh }) => zh);
      expect(told.filter((zh) => zh.includes("已签收"))).toEqual([]);
      expect(told.at(-1)).toContain("无人签收·待重新派遣");
    });

    test("a signature stops what asks for it; what is then due has its own clock", async () => {
      await ground.alarm();
      await ground.pass(20_000);
      await ground.act("li", "accept");
      await ground.pass(2 * minute);
      expect(await heard("sign")).toEqual(["0 2"]);
      expect(await heard("dispatch")).toEqual(["80 2", "116 2", "140 4"]);
      await ground.act("li", "dispatch", { assignee: "wang" });
      await ground.act("wang", "take");
      await ground.pass(15 * minute, 10_000);
      expect(await heard("arrive")).toEqual(["300 1", "480 1", "600 4", "900 4"]);
    });

    test("the desk's signature is still owed after it went out by itself", async () => {
      await ground.alarm();
      await ground.pass(61_000);
      expect(await ground.only()).toMatchObject({ state: "dispatched", unsigned: 1 });
      await ground.act("wang", "take");
      const late = await ground.act("li", "accept");
      expect(late).toMatchObject({ kind: "done", case: { state: "responding", signedBy: "li" } });
      await ground.pass(10 * minute, 10_000);
      expect(await heard("sign")).toEqual(["0 2", "30 2", "60 4"]);
    });

    test("what fell due while every center was down is done once, together", async () => {
      await ground.alarm();
      await ground.fire();
      ground.sleep(12 * minute);
      await ground.fire();
      await ground.fire();
      expect(await heard("sign")).toEqual(["0 2", "720 7"]);
      expect(await ground.only()).toMatchObject({ level: "district" });
      await ground.pass(5 * minute, 10_000);
      expect(await heard("sign")).toEqual(["0 2", "720 7", "1020 5"]);
    });

    test("two centers at the same clocks say everything once", async () => {
      const other =
        ground.store.kind === "postgres"
          ? await openTestStore(ground.databaseOptions)
          : ground.store;
      for (let index = 0; index < 20; index += 1) {
        await ground.alarm({
          episode: `e${index}`,
          detector: `d${index}`,
          address: { text: `喜安社区${index}` },
        });
      }
      for (const wait of [0, 30_000, 30_000, 60_000]) {
        ground.sleep(wait);
        const nowMs = ground.nowMs();
        await Promise.all(
          Array.from({ length: 6 }, (_, index) =>
            fireTimers(index % 2 === 0 ? ground.store : other, nowMs),
          ),
        );
      }
      const signs = (await ground.pages()).filter(({ clock }) => clock === "sign");
      expect(signs).toHaveLength(80);
      if (other !== ground.store) await other.close();
    });

    test("a fault closes by itself once its device has been heard normal for half an hour", async () => {
      const silent = { episode: "s", alarmClass: "silence", priority: 3 } as const;
      await ground.alarm(silent);
      await ground.act("wang", "self_handle", {});
      const { id } = await ground.only();
      await ground.photo(id);
      await ground.act("wang", "self_handle", { conclusion: "C9" });
      await ground.act("li", "review_pass");
      await ground.pass(31 * minute, minute);
      expect((await ground.only()).state).toBe("verifying");
      await ground.alarm({ ...silent, kind: "returned" });
      await ground.take(
        ground.gateway.status({ atMs: 99, detectors: [detectorAt("kitchen", 0, "normal")] }),
      );
      await ground.pass(hour, minute);
      expect((await ground.only()).state).toBe("closed");
      await ground.pass(7 * day, 6 * hour);
      expect((await ground.only()).state).toBe("archived");
    });

    test("a suspended case comes back when its time is up", async () => {
      await ground.alarm({ alarmClass: "battery", priority: 3 });
      await ground.act("li", "accept");
      const dueAtMs = ground.nowMs() + 2 * day;
      await ground.act("chen", "suspend", { reason: "等配件", dueAtMs, interim: "每日电话" });
      await ground.pass(2 * day - minute, 6 * hour);
      expect((await ground.only()).state).toBe("suspended");
      await ground.pass(2 * minute, minute);
      expect((await ground.only()).state).toBe("accepted");
    });
  });

  describe(`reports on ${database}`, { timeout: 60_000 }, () => {
    const smell = {
      source: "resident",
      sourceRef: "wx-1",
      kind: "smell",
      priority: 2,
      by: "resident",
      report: "楼道有煤气味",
      area: "/pidu/anjing/xian/g1/",
      home: "address:gw-1/喜安社区2栋1单元603",
      place: "喜安社区2栋1单元603",
    } as const;
    const report = (change: object = {}) =>
      ground.store.write((tx) => createCase(tx, { ...smell, ...change }, ground.nowMs()));

    test("are cases with clocks of their own; the same report again is the same case", async () => {
      const first = await report();
      expect(await report()).toEqual({ ...first, repeated: true });
      await ground.fire();
      expect((await ground.pages()).map(({ text_zh: zh }) => zh)).toEqual([
        `P2 闻到异味 · 喜安社区2栋1单元603 · ${first.id} 待签收:尚未签收,请立即签收并派人`,
      ]);
      expect(await ground.only()).toMatchObject({ source: "resident", unsigned: 1, alarms: 0 });
    });

    test("of a home whose gas already alarms are kept and put into that case", async () => {
      await ground.alarm();
      const made = await report();
      expect(made.mergedInto).toBe((await ground.only()).id);
    });

    test("of P4 pass their review by themselves once they are handled; those of P3 wait for people", async () => {
      const states: string[] = [];
      for (const priority of [4, 3] as const) {
        const home = `address:gw-1/${priority}`;
        const { id } = await report({ priority, home, sourceRef: home });
        await ground.store.write(async (tx) => {
          const at = { entered_at_ms: ground.nowMs(), unsigned_since_ms: null };
          await tx
            .updateTable("cases")
            .set({ ...at, state: "handled", handler: "wang" })
            .where("id", "=", id)
            .execute();
          await syncTimers(tx, await caseRows(tx, [id]));
        });
        await ground.pass(2_000);
        const row = await ground.store.db
          .selectFrom("cases")
          .select("state")
          .where("id", "=", id)
          .executeTakeFirstOrThrow();
        states.push(row.state);
      }
      expect(states).toEqual(["verifying", "handled"]);
    });

    test("more urgent than the case of the home make it as urgent", async () => {
      await ground.alarm({ priority: 2 });
      await report({ priority: 1 });
      expect(await ground.only()).toMatchObject({ priority: 1, peakPriority: 1 });
    });
  });

  describe(`pages on ${database}`, { timeout: 60_000 }, () => {
    const ids = async (who: keyof typeof people, unreadOnly = false) =>
      (await pagesFor(ground.store.db, people[who], { unreadOnly, limit: 50 })).map(
        ({ clock }) => clock,
      );

    test("reach those with the role over the place, below and above it, and nobody else", async () => {
      await ground.alarm();
      await ground.fire();
      expect(await ids("li")).toEqual(["sign"]);
      expect(await ids("wang")).toEqual(["sign"]);
      expect(await ids("chen")).toEqual([]);
      expect(await ids("far")).toEqual([]);
    });

    test("that widen reach the whole community, whatever lies above it", async () => {
      const other = { name: "qian", grants: [{ role: "grid", area: `${community}g2/` } as const] };
      const heard = async () =>
        (await pagesFor(ground.store.db, other, { unreadOnly: false, limit: 50 })).length;
      await ground.alarm();
      await ground.pass(59_000);
      expect(await heard()).toBe(0);
      await ground.pass(1_000);
      expect(await heard()).toBe(1);
    });

    test("are sent, delivered and read, each by the first who was", async () => {
      await ground.alarm();
      await ground.fire();
      const [page] = await ground.pages();
      if (page === undefined) throw new Error("no page");
      const mark = (user: string, read: boolean) =>
        ground.store.write((tx) => markPages(tx, [page.id], { user, read, nowMs: ground.nowMs() }));
      expect(page.state).toBe("sent");
      await mark("li", false);
      expect((await ground.pages())[0]?.state).toBe("delivered");
      await mark("wang", true);
      await mark("li", false);
      expect((await ground.pages())[0]?.state).toBe("read");
      expect(await ids("li", true)).toEqual(["sign"]);
      expect(await ids("wang", true)).toEqual([]);
    });

    test("wait for a channel that is plugged in, and are tried again before they have failed", async () => {
      await ground.alarm();
      const { id } = await ground.only();
      await ground.store.write((tx) =>
        addPages(tx, [
          {
            caseId: id,
            clock: "sign",
            atMs: ground.nowMs(),
            roles: ["street_lead"],
            area: "/pidu/anjing/",
            priority: 1,
            staged: false,
            text: { zh: "请接听", en: "answer" },
            channels: ["voice"],
          },
        ]),
      );
      const voice = async () =>
        (await ground.pages()).find(({ channel }) => channel === "voice")?.state;
      const busy = { ok: false, error: { zh: "占线", en: "busy" } } as const;
      for (let tries = 1; tries < 5; tries += 1) {
        await sendQueued(ground.store, { name: "voice", send: () => Promise.resolve(busy) });
        expect(await voice()).toBe("queued");
      }
      await sendQueued(ground.store, {
        name: "voice",
        send: () => Promise.resolve(ok("delivered")),
      });
      expect(await voice()).toBe("delivered");
      expect(
        await sendQueued(ground.store, { name: "voice", send: () => Promise.resolve(busy) }),
      ).toBe(0);
    });
  });
};
