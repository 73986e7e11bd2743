/** What the simulator has found, each with the seed that showed it first; see also the stories named there. */
import { beforeAll, expect, test } from "vitest";
import type { Store } from "#center/store/open-store.ts";
import { play, type Outcome } from "./play.ts";
import { faultClasses, writeScript } from "./script.ts";
import { openCenterStore } from "./street-center.ts";

let store: Store;
beforeAll(async () => {
  store = await openCenterStore();
});

/** All faults but a card that lies, and many of them. */
const longStory = (seed: number): Promise<Outcome> =>
  play(
    store,
    writeScript(seed, {
      olderThan: "scenes",
      steps: 250,
      faults: faultClasses.filter((one) => one !== "lost writes"),
    }),
  );

test("an event that was forgotten and a later one never share a name (test/scenarios/forgotten-life.test.ts)", async () => {
  expect((await play(store, writeScript(6, { olderThan: "scenes" }))).violation).toBeUndefined();
});

test("a wall clock set back between two boots hides no worsening (center/intake/fold-alarm.test.ts)", async () => {
  expect((await longStory(8)).violation).toBeUndefined();
});

test("an alarm just written leaves though the disk stalls before it is read (gateway/uplinks/just-written.test.ts)", async () => {
  expect((await longStory(39)).violation).toBeUndefined();
});

test("nor does it wait for that disk when the line comes back (gateway/uplinks/just-written.test.ts)", async () => {
  expect((await play(store, writeScript(83, { olderThan: "scenes" }))).violation).toBeUndefined();
});

test("one I/O error of the center's database refuses no alarm (center/intake/intake.test.ts)", async () => {
  const script = writeScript(2, { olderThan: "scenes", steps: 150, faults: ["database failing"] });
  expect((await play(store, script)).violation).toBeUndefined();
});

test("a repeat is not acknowledged while an older event of its detector is owed (gateway/keeper.test.ts)", async () => {
  expect((await longStory(6)).violation).toBeUndefined();
});

test("an alarm that queues behind a hanging write leaves within a second (gateway/keeper.test.ts)", async () => {
  expect((await longStory(16)).violation).toBeUndefined();
});

for (const seed of [30, 85, 186, 267]) {
  test(`numbers given again after a lying card's power cut are confirmed by nobody else's receipt (seed ${seed}, center/intake/stretches.test.ts)`, async () => {
    expect(
      (await play(store, writeScript(seed, { olderThan: "scenes" }))).violation,
    ).toBeUndefined();
  });
}

test("a return that could not be written and was forgotten does not hide the alarm (center/intake/gateway-lives.contract.ts)", async () => {
  expect((await play(store, writeScript(255, { olderThan: "scenes" }))).violation).toBeUndefined();
});

test("a whole picture that its successor overtook shows the alarm the gateway goes on with (seed 480, center/intake/gateway-lives.contract.ts)", async () => {
  expect((await play(store, writeScript(480, { olderThan: "clocks" }))).violation).toBeUndefined();
});

test("a boot that a lying card has forgotten, heard late, is outdone by the next whole picture (seed 335)", async () => {
  expect((await play(store, writeScript(335, { olderThan: "clocks" }))).violation).toBeUndefined();
});

for (const seed of [201_455, 201_648]) {
  test(`what a boot told of which no status came hides no alarm that stands (seed ${seed}, center/intake/note-boots.contract.ts)`, async () => {
    expect((await play(store, writeScript(seed))).violation).toBeUndefined();
  });
}

test("a boot that the full card could not keep may be taken for the present one, and hides nothing (seed 201364)", async () => {
  expect((await play(store, writeScript(201_364))).violation).toBeUndefined();
});

test("a status of an older boot that comes after the alarms of a newer one shows in doubt an alarm (seed 201777)", async () => {
  expect((await play(store, writeScript(201_777))).violation).toBeUndefined();
});

test("the last word of a boot that has ended, after an outage, is not the present (seed 202951, center/intake/gateway-lives.contract.ts)", async () => {
  expect((await play(store, writeScript(202_951))).violation).toBeUndefined();
});

test("nor are the words of one of which a later boot tells, before any status of that comes (seed 946, center/intake/note-boots.contract.ts)", async () => {
  expect((await play(store, writeScript(946))).violation).toBeUndefined();
});

test("a renewed journal of a boot that has ended is not the present (seed 201841, center/intake/gateway-lives.contract.ts)", async () => {
  expect((await play(store, writeScript(201_841))).violation).toBeUndefined();
});

test("an alarm just written is confirmed also when its journal is renewed then (seed 202452, gateway/uplinks/given-twice.test.ts)", async () => {
  expect((await play(store, writeScript(202_452))).violation).toBeUndefined();
});

for (const seed of [35, 41, 100_150]) {
  test(`what a gateway that began in 1970 or a day ahead told is dated when its clock is right (seed ${seed}, center/intake/fold-alarm.test.ts, gateway-lives.contract.ts)`, async () => {
    expect((await play(store, writeScript(seed))).violation).toBeUndefined();
  });
}
