/** Signatures at a gateway's board that counted for more than was signed for. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCaseGround, type CaseGround } from "../../center/cases/case-ground.testing.ts";
import type { Told } from "../../center/fake-gateway.testing.ts";
import { newSqlite } from "../../center/open-ground.testing.ts";

let ground: CaseGround;
beforeEach(async () => {
  ground = await openCaseGround(newSqlite);
});
afterEach(() => ground.close());

/** 王强 signs for the alarm `a` at the board, while the site is staged or not. */
const signedAtBoard = (atMs: number, staged: { readonly drill: boolean }): Told => {
  const { topic, payload } = ground.gateway.action({ kind: "acknowledged", by: "王强", atMs });
  const message = JSON.parse(new TextDecoder().decode(payload));
  const action = { ...message.data.action, episode: "a", origin: { side: "board" } };
  const value = { ...message, data: { ...message.data, ...staged, action } };
  return { topic, payload: new TextEncoder().encode(JSON.stringify(value)) };
};
const real = async () => (await ground.cases()).filter(({ drill }) => !drill);

test("who signed for a drill at the board has not signed for the alarm it turns out to be", async () => {
  await ground.alarm({ episode: "a", priority: 2, drill: true });
  await ground.take(signedAtBoard(50, { drill: true }));
  expect(await ground.cases()).toMatchObject([{ state: "accepted" }]);
  await ground.alarm({ episode: "a", kind: "worsened", priority: 1 });
  expect(await real()).toMatchObject([{ state: "reported", unsigned: 1 }]);
});

test("nor where the word of it comes after the alarm has turned out to be real", async () => {
  await ground.alarm({ episode: "a", priority: 2, drill: true });
  await ground.alarm({ episode: "a", kind: "worsened", priority: 1 });
  await ground.take(signedAtBoard(50, { drill: true }));
  const [one] = await real();
  expect(one).toMatchObject({ state: "reported", unsigned: 1 });
  await ground.take(signedAtBoard(60, { drill: false }));
  expect(await real()).toMatchObject([{ state: "accepted" }]);
});

test("a signature for a case that has ended is none for the alarm that rings again", async () => {
  await ground.alarm({ episode: "a", priority: 2 });
  await ground.take(signedAtBoard(50, { drill: false }));
  await ground.store.db.updateTable("cases").set({ state: "closed", is_open: 0 }).execute();
  ground.sleep(60_000);
  await ground.alarm({ episode: "a", kind: "worsened", priority: 1 });
  const [, again] = await ground.cases();
  expect(again).toMatchObject({ state: "reported", unsigned: 1 });
});
