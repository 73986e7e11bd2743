/** A sender whose events break the contract tells of a second leak in the very words of the first. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepUnreadable } from "../../center/one-intake/take-report.ts";
import { newSqlite, openGround, type Ground } from "../../center/open-ground.testing.ts";
import { places, plantRegister } from "../../center/rights/plant-register.testing.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(newSqlite);
  await plantRegister(ground.store);
});
afterEach(() => ground.close());

const by = { source: "button", kind: "12345", by: "button" } as const;
const from = { ...by, within: [places.street], area: places.xian };
const reason = { zh: "缺 id", en: "no id" };

/** The case it opened. */
const sent = (body: string, { fresh = true } = {}): Promise<string | undefined> => {
  ground.time.advance(1_000);
  const nowMs = ground.time.clock.now().wallMs;
  return ground.store.write(
    async (tx) => (await keepUnreadable(tx, { from, body, reason, fresh, nowMs }))?.id,
  );
};
const closeAll = () =>
  ground.store.db.updateTable("cases").set({ is_open: 0, state: "closed" }).execute();

const leak = '{"kind":"gas_leak","place":"三楼"}';

test("it is the same report while its case is open, and another once that is over", async () => {
  const first = await sent(leak);
  expect(first).toBeDefined();
  expect(await sent(leak)).toBeUndefined();
  await closeAll();
  const second = await sent(leak);
  expect([undefined, first]).not.toContain(second);
  expect(await sent(leak)).toBeUndefined();
});

test("one that names itself, or is sent again by somebody who listened, is never another", async () => {
  const named = JSON.stringify({ id: "e-7", kind: "gas_leak" });
  await sent(named);
  await sent(leak);
  await closeAll();
  expect(await sent(named)).toBeUndefined();
  expect(await sent(leak, { fresh: false })).toBeUndefined();
});
