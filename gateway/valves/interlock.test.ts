import { describe, expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { monoMs, seconds } from "#domain/quantity.ts";
import { err, ok } from "#domain/result.ts";
import type { StreetEventKind } from "#domain/street-event.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { noDemand, type Demand } from "#rules/protection/demand.ts";
import { createFaultBoard } from "../fault-board.ts";
import { createInterlock } from "./interlock.ts";
import type { Valve, ValvePosition } from "./valve.ts";

const kitchen = detectorId("kitchen");
const neighbour = detectorId("neighbour");
const gas: Demand = { ...noDemand, urgent: "gas", early: "gas", gas: true };
const co: Demand = { ...noDemand, urgent: "co", early: "co" };

/** A valve that shuts when told, unless it is stuck or its line is dead. */
const open = (
  closesOn: readonly ("gas" | "co")[] = ["gas"],
  before: { readonly told?: StreetEventKind; readonly position?: ValvePosition } = {},
) => {
  const time = createManualTime();
  const faults = createFaultBoard(() => {});
  const told: number[] = [];
  const kept: string[] = [];
  const device = { position: before.position ?? "open", stuck: false, reachable: true };
  const dead = { zh: "线路无应答", en: "the line does not answer" };
  const valve: Valve = {
    id: "v1",
    close: async () => {
      told.push(time.nowMs());
      if (!device.reachable) return err(dead);
      if (!device.stuck) device.position = "closed";
      return ok(undefined);
    },
    readBack: async () => (device.reachable ? ok(device.position) : err(dead)),
    takeBack: async () => void kept.push("taken back"),
    end: async () => {},
  };
  const interlock = createInterlock(
    [{ valve, serves: new Set([kitchen]), closesOn, confirmWithin: seconds(5) }],
    {
      timers: time.timers,
      reportFault: faults.report,
      record: (_valve, kind) => kept.push(kind),
      lastTold: () => before.told,
    },
  );
  const faultText = (key = "valve:v1") => faults.standing().find((one) => one.key === key)?.text.en;
  const openedText = () => faultText("valve-opened:v1");
  return { time, told, kept, device, interlock, faultText, openedText };
};

describe("danger gas", () => {
  test("closes the valve in the same call, and it reads back as shut", async () => {
    const { time, told, kept, interlock, faultText } = open();
    interlock.follow(kitchen, gas);
    expect(told).toEqual([0]);
    await time.pass(1_000);
    expect(interlock.status()).toEqual([{ id: "v1", state: "closed", confirmed: true }]);
    expect(kept).toEqual(["valve-closing", "valve-closed"]);
    expect(faultText()).toBeUndefined();
  });

  test("at a valve that sticks is 'not confirmed' after five seconds, told again until it moves", async () => {
    const { time, told, kept, device, interlock, faultText } = open();
    device.stuck = true;
    interlock.follow(kitchen, gas);
    await time.pass(4_900);
    expect(faultText()).toBeUndefined();
    await time.pass(100);
    expect(faultText()).toContain("has not confirmed");
    expect(kept).toEqual(["valve-closing", "valve-unconfirmed"]);
    device.stuck = false;
    await time.pass(6_000);
    expect(told.length).toBeGreaterThan(1);
    expect(faultText()).toBeUndefined();
    expect(kept.at(-1)).toBe("valve-closed");
  });

  test("over a line that is dead names the line", async () => {
    const { time, device, interlock, faultText } = open();
    device.reachable = false;
    interlock.follow(kitchen, gas);
    await time.pass(5_000);
    expect(faultText()).toContain("the line does not answer");
  });

  test("that ends leaves it shut, for as long as nobody opens it by hand", async () => {
    const { time, told, kept, device, interlock } = open();
    interlock.follow(kitchen, gas);
    await time.pass(1_000);
    interlock.follow(kitchen, noDemand);
    await time.pass(86_400_000);
    expect(device.position).toBe("closed");
    device.position = "open";
    await time.pass(1_000);
    expect(kept.slice(2)).toEqual(["valve-opened-by-hand", "taken back"]);
    expect(told).toHaveLength(1);
  });

  test("that still stands when somebody opens it shuts it again, and people are told of it", async () => {
    const { time, kept, device, interlock, openedText } = open();
    interlock.follow(kitchen, gas);
    await time.pass(1_000);
    device.position = "open";
    await time.pass(1_000);
    expect(device.position).toBe("closed");
    expect(kept.slice(2)).toEqual(["valve-reopened", "valve-closing", "valve-closed"]);
    expect(openedText()).toContain("while the gas alarm stands");
    interlock.follow(kitchen, noDemand);
    expect(openedText()).toBeUndefined();
  });

  test("that is hushed does not open it", async () => {
    const { time, device, interlock } = open();
    interlock.follow(kitchen, gas);
    await time.pass(1_000);
    interlock.follow(kitchen, { ...gas, hushedUntilMs: monoMs(600_000) });
    await time.pass(60_000);
    expect(device.position).toBe("closed");
  });
});

describe("after a start", () => {
  const told = "valve-closed";

  test("a valve that we had shut is unknown until it is read", async () => {
    const { time, kept, interlock } = open(["gas"], { told, position: "closed" });
    expect(interlock.status()).toEqual([{ id: "v1", state: "unknown", confirmed: false }]);
    await time.pass(1_000);
    expect(interlock.status()).toEqual([{ id: "v1", state: "closed", confirmed: true }]);
    expect(kept).toEqual([]);
  });

  test("one that was opened by hand meanwhile is told of as opened", async () => {
    const { time, told: commands, kept } = open(["gas"], { told, position: "open" });
    await time.pass(60_000);
    expect(kept).toEqual(["valve-opened-by-hand", "taken back"]);
    expect(commands).toEqual([]);
  });

  test("one that was opened although its alarm stands is shut again, and people are told of it", async () => {
    const scene = open(["gas"], { told, position: "open" });
    scene.interlock.follow(kitchen, gas);
    expect(scene.told).toEqual([0]);
    await scene.time.pass(1_000);
    expect(scene.device.position).toBe("closed");
    expect(scene.kept).toEqual(["valve-closing", "valve-reopened", "valve-closed"]);
    expect(scene.openedText()).toContain("call the household");
  });

  test("one that stayed shut while its alarm stands is told to shut and nothing is made of it", async () => {
    const { time, kept, interlock, openedText } = open(["gas"], { told, position: "closed" });
    interlock.follow(kitchen, gas);
    await time.pass(1_000);
    expect(kept).toEqual(["valve-closing", "valve-closed"]);
    expect(openedText()).toBeUndefined();
  });

  test.each(["valve-closing", "valve-unconfirmed", "valve-reopened"] as const)(
    "what had come no further than %s, and nobody asks for any more, comes to its end",
    async (kind) => {
      const shut = open(["gas"], { told: kind, position: "closed" });
      const opened = open(["gas"], { told: kind, position: "open" });
      await shut.time.pass(60_000);
      await opened.time.pass(60_000);
      expect([shut.kept, opened.kept]).toEqual([
        ["valve-closed"],
        ["valve-opened-by-hand", "taken back"],
      ]);
      expect(shut.told.concat(opened.told)).toEqual([]);
    },
  );
});

test("a valve that cannot be read any more is unknown, and what was known of it counts when it can", async () => {
  const { time, kept, device, interlock } = open();
  interlock.follow(kitchen, gas);
  await time.pass(1_000);
  interlock.follow(kitchen, noDemand);
  device.reachable = false;
  await time.pass(4_000);
  expect(interlock.status()[0]).toMatchObject({ state: "closed" });
  await time.pass(2_000);
  expect(interlock.status()[0]).toMatchObject({ state: "unknown", confirmed: false });
  device.position = "open";
  device.reachable = true;
  await time.pass(1_000);
  expect(kept.slice(2)).toEqual(["valve-opened-by-hand", "taken back"]);
});

test("another home's gas, a pre-alarm, and CO unless asked for, close nothing", async () => {
  const { told, interlock } = open();
  interlock.follow(neighbour, gas);
  interlock.follow(kitchen, { ...noDemand, early: "gas" });
  interlock.follow(kitchen, co);
  expect(told).toEqual([]);
  const both = open(["gas", "co"]);
  both.interlock.follow(kitchen, co);
  expect(both.told).toHaveLength(1);
});
