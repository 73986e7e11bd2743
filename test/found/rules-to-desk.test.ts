/** Ways in which the desk made less of an alarm than the gateway's rules had told, found by attacking. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeGateway, detectorAt } from "../../center/fake-gateway.testing.ts";
import { openCaseGround, type CaseGround } from "../../center/cases/case-ground.testing.ts";
import { newSqlite } from "../../center/open-ground.testing.ts";

let ground: CaseGround;
beforeEach(async () => {
  ground = await openCaseGround(newSqlite);
});
afterEach(() => ground.close());

const actions = async () =>
  (await ground.detail((await ground.only()).id)).timeline.map(({ action }) => action);
const shelved = { by: "shelved", who: "li", reason: "换传感器" } as const;

/** What a line that was down brings when it is back: all in one batch. */
const takeTogether = (...happenings: Parameters<CaseGround["gateway"]["alarm"]>[0][]) =>
  Promise.all(happenings.map((one) => ground.take(ground.gateway.alarm(one))));

test("an alarm held back that rang and returned while the line was down is signed for and rings", async () => {
  await ground.alarm({ episode: "a", priority: 2, held: shelved });
  expect(await ground.only()).toMatchObject({ unsigned: 0 });
  await takeTogether(
    { episode: "a", seq: 2, atMs: 20, kind: "worsened", priority: 1 },
    { episode: "a", seq: 3, atMs: 30, kind: "returned", priority: 1 },
  );
  expect(await ground.only()).toMatchObject({ priority: 1, unsigned: 1, active: 0 });
  expect(await actions()).toEqual([
    "create",
    "alarm",
    "alarm_worse",
    "alarm_over",
    "raise_priority",
  ]);
  await ground.pass(60_000);
  expect((await ground.pages()).filter(({ clock }) => clock === "sign").length).toBeGreaterThan(0);
});

test("a pre-alarm that became an alarm and returned while the line was down is an urgent case", async () => {
  await ground.alarm({ episode: "a", priority: 2 });
  await ground.act("li", "accept");
  await takeTogether(
    { episode: "a", seq: 2, atMs: 20, kind: "worsened", priority: 1, co: 900 },
    { episode: "a", seq: 3, atMs: 30, kind: "returned", priority: 1, co: 0 },
  );
  expect(await ground.only()).toMatchObject({ priority: 1, active: 0 });
  expect((await ground.pages()).map(({ clock }) => clock)).toContain("ring");
});

test("a signed alarm whose case was closed, worse and over in one batch, is on the desk again", async () => {
  const fault = { episode: "f", alarmClass: "battery", priority: 3 } as const;
  await ground.alarm(fault);
  const { id } = await ground.only();
  await ground.photo(id);
  await ground.act("wang", "self_handle", { conclusion: "C9" });
  await ground.act("chen", "review_pass");
  const verify = { reached: true, safe: true, satisfied: "yes", deviceWorks: true } as const;
  expect(await ground.act("chen", "close", { verify })).toMatchObject({ kind: "done" });
  const worse = { ...fault, priority: 2 } as const;
  await takeTogether(
    { ...worse, seq: 2, atMs: 20, kind: "worsened" },
    { ...worse, seq: 3, atMs: 30, kind: "returned" },
  );
  expect((await ground.cases()).filter(({ state }) => state === "reported")).toHaveLength(1);
  expect((await ground.desk()).alarms).toMatchObject([
    { condition: "returned", case: { state: "reported" } },
  ]);
});

/** What the desk shows of one valve after one boot has told an end, and the next one trouble. */
const valveAfter = async (wallMs: number, nextWallMs: number) => {
  const next = createFakeGateway("gw-1", "journal-1", "boot-2");
  const valve = { group: "valve:v1", members: ["kitchen"] };
  await ground.tellStreet({ ...valve, kind: "valve-opened-by-hand", wallMs });
  await ground.take(
    next.street({ ...valve, kind: "valve-unconfirmed", atMs: 50, seq: 90, wallMs: nextWallMs }),
  );
  return (await ground.desk()).street;
};

test("a valve that does not shut is shown also by a gateway that has started in 1970", async () => {
  expect(await valveAfter(1_795_000_000_000, 7_000)).toMatchObject([
    { topic: "valve", stands: true, text: { en: "valve-unconfirmed 50" } },
  ]);
});

test("a valve that does not shut is shown also after a life whose clock had jumped to 2099", async () => {
  expect(await valveAfter(4_070_908_800_000, 1_795_000_100_000)).toMatchObject([
    { topic: "valve", stands: true, text: { en: "valve-unconfirmed 50" } },
  ]);
});

test("what still stands when a drill is over and its gateway restarted is real, and rings", async () => {
  const standing = detectorAt("kitchen", 400, "alarm", ["a"]);
  const drilling = { drill: true, detectors: [standing] };
  await ground.take(ground.gateway.status({ atMs: 1, drill: true }));
  await ground.alarm({ episode: "a", drill: true, atMs: 10 });
  await ground.take(ground.gateway.status({ atMs: 20, ...drilling }));
  await ground.act("li", "accept");
  const { id } = await ground.only();
  expect((await ground.desk()).alarms[0]?.notice.drill).toBe(true);

  const restarted = createFakeGateway("gw-1", "journal-1", "boot-2");
  await ground.take(restarted.status({ atMs: 5, detectors: [standing] }));
  const real = (await ground.cases()).find((one) => one.id !== id);
  expect(real).toMatchObject({ drill: false, priority: 1, active: 1, unsigned: 1 });
  expect((await ground.desk()).alarms).toMatchObject([
    { notice: { drill: false }, case: { id: real?.id, state: "reported" } },
  ]);

  // What the drill's life said last comes late and stages nothing again.
  await ground.take(ground.gateway.status({ atMs: 30, ...drilling }));
  await ground.alarm({ episode: "a", kind: "worsened", drill: true, atMs: 15 });
  expect((await ground.desk()).alarms[0]?.notice.drill).toBe(false);
  expect(await ground.cases()).toHaveLength(2);
});
