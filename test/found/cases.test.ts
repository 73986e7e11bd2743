/** Ways in which a case fell silent, found by attacking it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCaseGround, room, type CaseGround } from "../../center/cases/case-ground.testing.ts";
import { createCase } from "../../center/cases/create-case.ts";
import { fireTimers } from "../../center/cases/fire-timers.ts";
import { newSqlite } from "../../center/open-ground.testing.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let ground: CaseGround;
beforeEach(async () => {
  ground = await openCaseGround(newSqlite);
});
afterEach(() => ground.close());

const signPages = async () => (await ground.pages()).filter(({ clock }) => clock === "sign").length;

/** What the center did by itself. */
const ownSteps = async () =>
  (await ground.detail((await ground.only()).id)).timeline
    .filter(({ actor }) => actor === "system")
    .map(({ step }) => step);

test("an unsigned minor case that becomes urgent gets the clocks of an urgent one", async () => {
  await ground.alarm({ episode: "a", priority: 3 });
  await ground.pass(minute);
  expect(await signPages()).toBe(0);
  await ground.alarm({ episode: "b", detector: "hall", priority: 1 });
  await ground.pass(2 * minute);
  expect(await ownSteps()).toContain("T03");
  expect(await signPages()).toBeGreaterThan(0);
});

test("an unsigned pre-alarm that worsens after ten minutes goes out by itself", async () => {
  await ground.alarm({ episode: "a", priority: 2 });
  await ground.pass(11 * minute, 10_000);
  await ground.alarm({ episode: "a", priority: 1, kind: "worsened" });
  await ground.pass(2 * minute);
  expect(await ownSteps()).toContain("T03");
});

test("a suspended case that becomes urgent is worked on again at once", async () => {
  await ground.alarm({ episode: "a", alarmClass: "battery", priority: 3 });
  await ground.act("li", "accept");
  const dueAtMs = ground.nowMs() + 2 * day;
  await ground.act("chen", "suspend", { reason: "等配件", dueAtMs, interim: "每日电话" });
  await ground.alarm({ episode: "a", alarmClass: "battery", priority: 2, kind: "worsened" });
  expect(await ground.only()).toMatchObject({ state: "accepted", priority: 2 });
});

test("a suspended case comes back at its date, also where nothing of it has rung", async () => {
  const held = { by: "shelved", who: "李敏", reason: "换电池" } as const;
  await ground.alarm({ episode: "a", priority: 3, alarmClass: "fault", held });
  await done("li", "accept");
  const dueAtMs = ground.nowMs() + day;
  await done("chen", "suspend", { reason: "等配件", dueAtMs, interim: "每日电话" });
  await ground.pass(day + minute, minute);
  expect((await ground.only()).state).toBe("accepted");
  expect((await ground.pages()).map(({ clock }) => clock)).toContain("resume");
});

test("a suspended case whose priority a person raises goes on at once", async () => {
  await ground.alarm({ episode: "a", alarmClass: "battery", priority: 3 });
  await ground.act("li", "accept");
  const dueAtMs = ground.nowMs() + 2 * day;
  await ground.act("chen", "suspend", { reason: "等配件", dueAtMs, interim: "每日电话" });
  const raised = await ground.act("li", "raise_priority", { priority: 1, cause: "住户闻到气味" });
  expect(raised).toMatchObject({ kind: "done", case: { state: "accepted" } });
});

test("a fault whose case was closed while it stood has a case again when it worsens", async () => {
  const fault = { episode: "f", alarmClass: "battery", priority: 3 } as const;
  await ground.alarm(fault);
  const { id } = await ground.only();
  await ground.photo(id);
  await ground.act("wang", "self_handle", { conclusion: "C9" });
  await ground.act("chen", "review_pass");
  const verify = { reached: true, safe: true, satisfied: "yes", deviceWorks: true } as const;
  expect(await ground.act("chen", "close", { verify })).toMatchObject({ kind: "done" });
  await ground.alarm({ ...fault, priority: 2, kind: "worsened" });
  expect((await ground.cases()).filter(({ state }) => state === "reported")).toHaveLength(1);
});

const smell = {
  source: "resident",
  sourceRef: "wx-1",
  kind: "smell",
  priority: 2,
  by: "resident",
  report: "又有煤气味",
  area: "/pidu/anjing/xian/g1/",
  home: "address:gw-1/喜安社区2栋1单元603",
  place: "喜安社区2栋1单元603",
} as const;

test("a report put into a case that is signed for is signed for too, and stops asking", async () => {
  await ground.alarm({ episode: "a" });
  await ground.act("li", "accept");
  await ground.store.write((tx) => createCase(tx, smell, ground.nowMs()));
  expect(await ground.act("li", "accept")).toMatchObject({ kind: "done" });
  await ground.act("li", "dispatch", { assignee: "wang" });
  const before = await signPages();
  await ground.pass(10 * minute, 10_000);
  expect(await signPages()).toBe(before);
});

test("one clock that fails silences no other case", async () => {
  await ground.alarm({ episode: "a", detector: "d1", address: { text: "601" } });
  await ground.alarm({ episode: "b", detector: "d2", address: { text: "602" } });
  const { store } = ground;
  const broken = store.db.updateTable("case_events").set({ detail: "{" });
  await broken.where("case_id", "=", "AJ-000001").execute();
  const failed: unknown[] = [];
  for (let seconds = 0; seconds < 100; seconds += 1) {
    await fireTimers(store, ground.nowMs()).catch((error: unknown) => failed.push(error));
    ground.sleep(1_000);
  }
  expect((await ground.cases())[1]).toMatchObject({ state: "dispatched" });
  // It is told, and not every second.
  expect(failed).toHaveLength(1);
});

test(
  "a clock of a newer center does not keep this one busy for ever",
  { timeout: 5_000 },
  async () => {
    await ground.alarm({ episode: "a" });
    await ground.store.db
      .insertInto("timers")
      .values({
        case_id: "AJ-000001",
        clock: "newer",
        step: 0,
        repeats: 0,
        base_at_ms: 0,
        due_at_ms: 0,
      })
      .execute();
    for (let round = 0; round < 10; round += 1) {
      if ((await fireTimers(ground.store, ground.nowMs())) === 0) return;
    }
    throw new Error("it goes on and on");
  },
);

const clocksOf = async (id: string) => (await ground.detail(id)).clocks.map(({ clock }) => clock);

const done = async (...step: Parameters<CaseGround["act"]>): Promise<void> =>
  expect(await ground.act(...step)).toMatchObject({ kind: "done" });

/** A resident's report of gas that nobody has signed for, and an alarm of another home put into it. */
const reportWithAlarm = async () => {
  const report = await ground.store.write((tx) =>
    createCase(
      tx,
      {
        source: "resident",
        kind: "smell",
        priority: 1,
        by: "resident",
        area: "/pidu/anjing/xian/g1/",
        home: "household:603",
        place: "603",
      },
      ground.nowMs(),
    ),
  );
  await ground.alarm({ episode: "a", detector: "hall" });
  const alarm = (await ground.cases()).find(({ id }) => id !== report.id);
  const other = alarm?.id ?? "";
  await ground.store.db
    .updateTable("cases")
    .set({ group_name: "building:2栋" })
    .where("id", "in", [report.id, other])
    .execute();
  return { report: report.id, other };
};

test("an unsigned report goes on asking after a case was put into it and taken out again", async () => {
  const { report, other } = await reportWithAlarm();
  await done("li", "merge", { target: report }, { id: other });
  await done("li", "unmerge", {}, { id: other });
  expect(await clocksOf(report)).toContain("sign");
});

test("as does one that was put into another and is taken out, unless it was signed for there", async () => {
  const { report, other } = await reportWithAlarm();
  await done("li", "merge", { target: other }, { id: report });
  await done("li", "unmerge", {}, { id: report });
  expect(await clocksOf(report)).toContain("sign");
  await done("li", "merge", { target: other }, { id: report });
  await done("li", "accept", {}, { id: other });
  await done("li", "unmerge", {}, { id: report });
  expect(await clocksOf(report)).not.toContain("sign");
});

test("and one that stays where another case is taken out", async () => {
  const { report, other } = await reportWithAlarm();
  await done("li", "merge", { target: other }, { id: report });
  await ground.alarm({ episode: "b", detector: "attic", address: room("703") });
  const third = (await ground.cases()).find(({ id }) => id !== other && id !== report)?.id ?? "";
  await ground.store.db
    .updateTable("cases")
    .set({ group_name: "building:2栋" })
    .where("id", "=", third)
    .execute();
  await done("li", "merge", { target: other }, { id: third });
  await ground.store.db.updateTable("case_alarms").set({ signed_at_ms: 1 }).execute();
  await done("li", "unmerge", {}, { id: third });
  expect(await clocksOf(other)).toContain("sign");
});

test.each([
  ["a test that turns out to be gas", { test: true }],
  ["an alarm that began in a drill and worsens when the site is staged no more", { drill: true }],
])("%s is real to people, in a case of its own", async (_name, staged) => {
  await ground.alarm({ episode: "a", priority: 2, ...staged });
  await done("li", "accept");
  await ground.alarm({ episode: "a", kind: "worsened", priority: 1 });
  expect(await ground.cases()).toMatchObject([
    { ...staged, alarms: 0 },
    { drill: false, test: false, state: "reported", priority: 1, alarms: 1, unsigned: 1 },
  ]);
  await ground.pass(minute);
  const real = (await ground.pages()).filter(({ case_id }) => case_id === "AJ-000002");
  expect(real.length).toBeGreaterThan(0);
  expect(real.map(({ staged }) => staged)).not.toContain(1);
});

test("also where it is over by the time the center hears of it", async () => {
  await ground.alarm({ episode: "a", test: true });
  await done("li", "accept");
  await ground.alarm({ episode: "a", kind: "returned" });
  expect((await ground.desk()).alarms).toMatchObject([{ condition: "returned" }]);
  expect(await ground.cases()).toMatchObject([{ test: true }, { test: false, unsigned: 1 }]);
});

test("and one that began before a drill stays real in it", async () => {
  await ground.alarm({ episode: "a", priority: 2 });
  await ground.alarm({ episode: "a", kind: "worsened", priority: 1, drill: true });
  expect((await ground.desk()).alarms).toMatchObject([{ notice: { drill: false } }]);
  expect(await ground.only()).toMatchObject({ drill: false, priority: 1 });
});
