/** The test of the tests: faults planted on purpose are noticed by nearly every seed. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Store } from "#center/store/open-store.ts";
import { play } from "./play.ts";
import { plantedFaults, type Planted } from "./planted.ts";
import { print } from "./report.ts";
import { faultClasses, writeScript } from "./script.ts";
import { huntPlanted, shorten } from "./seeds.ts";
import { openCenterStore } from "./street-center.ts";

const seeds = Array.from({ length: Number(process.env["HUNTS"] ?? 20) }, (_, n) => n + 1);
const atLeast = 0.95;

let store: Store;
beforeAll(async () => {
  store = await openCenterStore();
});

// The keys are those of the table.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const names = Object.keys(plantedFaults) as Planted[];

describe("a planted fault is noticed", () => {
  test.each(names)("%s", async (planted) => {
    const { caught, by } = await huntPlanted(store, planted, seeds);
    const found = [...by].map(([invariant, count]) => `"${invariant}" ${count}×`).join(", ");
    print([`${planted.padEnd(24)} ${caught} of ${seeds.length}   ${found}`]);
    expect(caught / seeds.length).toBeGreaterThanOrEqual(atLeast);
  });
});

describe("a story", () => {
  test("is the same whenever it is played", async () => {
    const script = writeScript(17);
    const once = await play(store, script);
    expect((await play(store, script)).timetable).toEqual(once.timetable);
  });

  test("that fails is cut down to what matters", async () => {
    const long = writeScript(3, { faults: ["kill"] });
    const before = await play(store, long, "forget state");
    const short = await shorten(store, long, before.violation?.invariant, "forget state");
    const after = await play(store, short, "forget state");
    expect(after.violation?.invariant).toBe(before.violation?.invariant);
    expect(short.steps.length).toBeLessThanOrEqual(6);
  });

  test("goes the same way when the wall clocks jump: durations and order are not theirs", async () => {
    // A reboot is left out: between two boots only the wall clock can tell how long it took.
    const faults = faultClasses.filter((one) => one !== "power cut" && one !== "lost writes");
    for (const seed of seeds) {
      const jumping = writeScript(seed, { faults });
      const calm = { ...jumping, steps: jumping.steps.filter((step) => step.do !== "clock") };
      const [a, b] = [await play(store, jumping), await play(store, calm)];
      expect({ seed, events: a.committed }).toEqual({ seed, events: b.committed });
    }
  });
});
