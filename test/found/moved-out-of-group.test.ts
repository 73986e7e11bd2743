/** One home of several that are one case turns out to be another area's. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "#domain/rights.ts";
import { caseDetail } from "../../center/cases/case-detail.ts";
import { fireTimers } from "../../center/cases/fire-timers.ts";
import { pagesFor } from "../../center/cases/pages.ts";
import { casePage } from "../../center/cases/read-cases.ts";
import { signAlarm } from "../../center/desk/sign-alarm.ts";
import { createFakeGateway } from "../../center/fake-gateway.testing.ts";
import { newSqlite, openGround, type Ground } from "../../center/open-ground.testing.ts";
import { changeEntry } from "../../center/register/change-register.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(newSqlite);
  await plantRegister(ground.store);
});
afterEach(() => ground.close());

const dutyOf = (area: string): Actor => ({
  name: `duty ${area}`,
  grants: [{ role: "duty", area }],
});
const lead: Actor = { name: "lead", grants: [{ role: "street_lead", area: places.street }] };
const nowMs = (): number => ground.time.clock.now().wallMs;

/** Alarms in the open cases that a desk sees. */
const seenBy = async (who: Actor): Promise<readonly string[]> => {
  const { items } = await casePage(ground.store.db, who, { filter: { open: true }, limit: 50 });
  const details = await Promise.all(
    items.map(({ id }) => caseDetail(ground.store.db, id, who, nowMs())),
  );
  return details.flatMap((one) => one?.alarms.map(({ episode }) => episode) ?? []).toSorted();
};

const moveHome = async (): Promise<void> => {
  const change = { actor: lead, source: "10.0.0.1", nowMs: nowMs() };
  const facts = { building: "b-west" };
  const wish = { kind: "households", id: "h-xian", version: 1, facts } as const;
  const moved = await ground.store.write((tx) => changeEntry(tx, change, wish));
  expect(moved.ok).toBe(true);
};

test.each([["kitchen"], ["stranger"]])(
  "takes its alarm along, and the others' case stays with those who work there (%s rang first)",
  async (first) => {
    const gateway = createFakeGateway("gw-xian");
    const second = first === "kitchen" ? "stranger" : "kitchen";
    await ground.take(gateway.alarm({ seq: 1, atMs: 1, episode: first, detector: first }));
    await ground.take(gateway.alarm({ seq: 2, atMs: 2, episode: second, detector: second }));
    const group = "building:喜安/2栋";
    const members = ["kitchen", "stranger"];
    const shared = { kind: "shared-cause", group, members, priority: 1, atMs: 3, seq: 3 } as const;
    await ground.take(gateway.street(shared));
    expect(await seenBy(dutyOf(places.xian))).toEqual(["kitchen", "stranger"]);

    await moveHome();
    expect(await seenBy(dutyOf(places.west))).toEqual(["kitchen"]);
    expect(await seenBy(dutyOf(places.xian))).toEqual(["stranger"]);
    await fireTimers(ground.store, nowMs());
    const rung = await pagesFor(ground.store.db, dutyOf(places.west), {
      unreadOnly: true,
      limit: 9,
    });
    expect(rung.map(({ clock }) => clock)).toEqual(["sign"]);
  },
);

test("a home takes its whole case along, also with what is over and signed for", async () => {
  const gateway = createFakeGateway("gw-xian");
  await ground.take(gateway.alarm({ seq: 1, atMs: 1, episode: "a", detector: "kitchen" }));
  const signer = { actor: dutyOf(places.xian), source: "", nowMs: nowMs() };
  const signed = await ground.store.write((tx) =>
    signAlarm(tx, { episode: "a", version: 1, ...signer }),
  );
  expect(signed.kind).toBe("signed");
  const over = { seq: 2, atMs: 2, episode: "a", detector: "kitchen", kind: "returned" } as const;
  await ground.take(gateway.alarm(over));
  await ground.take(gateway.alarm({ seq: 3, atMs: 3, episode: "b", detector: "kitchen" }));
  await moveHome();
  expect(await seenBy(dutyOf(places.west))).toEqual(["a", "b"]);
  expect(await seenBy(dutyOf(places.xian))).toEqual([]);
});
