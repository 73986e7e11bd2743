import { describe, expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { monoMs, seconds } from "#domain/quantity.ts";
import { err, ok } from "#domain/result.ts";
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
const open = (closesOn: readonly ("gas" | "co")[] = ["gas"]) => {
  const time = createManualTime();
  const faults = createFaultBoard(() => {});
  const told: number[] = [];
  const kept: string[] = [];
  const device = { position: "open" as ValvePosition, stuck: false, reachable: true };
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
    end: async () => {},
  };
  const interlock = createInterlock(
    [{ valve, serves: new Set([kitchen]), closesOn, confirmWithin: seconds(5) }],
    {
      timers: time.timers,
      reportFault: faults.report,
      record: (_valve, kind) => kept.push(kind),
    },
  );
  const faultText = () => faults.standing().find(({ key }) => key === "valve:v1")?.text.en;
  return { time, told, kept, device, interlock, faultText };
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
    expect(kept.at(-1)).toBe("valve-opened-by-hand");
    expect(told).toHaveLength(1);
  });

  test("that still stands when somebody opens it shuts it again", async () => {
    const { time, device, interlock } = open();
    interlock.follow(kitchen, gas);
    await time.pass(1_000);
    device.position = "open";
    await time.pass(1_000);
    expect(device.position).toBe("closed");
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
