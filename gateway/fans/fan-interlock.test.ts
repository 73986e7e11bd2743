import { describe, expect, test } from "vitest";
import { detectorId, type DetectorId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import { err, ok } from "#domain/result.ts";
import type { StreetEventKind } from "#domain/street-event.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { noDemand, type Demand } from "#rules/protection/demand.ts";
import { createFaultBoard } from "../fault-board.ts";
import type { Fan, FanState } from "./fan.ts";
import { createFanInterlock } from "./fan-interlock.ts";

const bath = detectorId("bath");
const kitchen = detectorId("kitchen");
const neighbour = detectorId("neighbour");
const co: Demand = { ...noDemand, urgent: "co", early: "co" };
const someGas: Demand = { ...noDemand, early: "gas", gasAround: true };

/** A fan that does as it is told, unless it is stuck or its line is dead. */
const open = ({
  isExplosionProof = false,
  begun = true,
  unheard = [],
  lastTold,
}: {
  readonly isExplosionProof?: boolean;
  readonly begun?: boolean;
  readonly unheard?: readonly DetectorId[];
  readonly lastTold?: StreetEventKind;
} = {}) => {
  const waiting = new Set(unheard);
  const time = createManualTime();
  const faults = createFaultBoard(() => {});
  const told: string[] = [];
  const kept: string[] = [];
  const device = { state: "stopped" as FanState, stuck: false, reachable: true };
  const dead = { zh: "线路无应答", en: "the line does not answer" };
  const fan: Fan = {
    id: "f1",
    set: async (state) => {
      told.push(`${time.nowMs()} ${state}`);
      if (!device.reachable) return err(dead);
      if (!device.stuck) device.state = state;
      return ok(undefined);
    },
    readBack: async () => (device.reachable ? ok(device.state) : err(dead)),
    end: async () => {},
  };
  const interlock = createFanInterlock(
    [
      {
        fan,
        serves: new Set([bath, kitchen]),
        policy: { runsOn: ["co"], isExplosionProof },
        confirmWithin: seconds(10),
      },
    ],
    {
      timers: time.timers,
      reportFault: faults.report,
      record: (_fan, kind) => kept.push(kind),
      lastTold: () => lastTold,
      unheard: (serves) => [...waiting].filter((one) => serves?.has(one) ?? true),
    },
  );
  if (begun) interlock.begin();
  const faultText = () => faults.standing().find(({ key }) => key === "fan:f1")?.text.en;
  return { time, told, kept, device, interlock, faultText, hear: waiting.delete.bind(waiting) };
};

describe("carbon monoxide", () => {
  test("starts the fan in the same call, and it stops once the home is well", async () => {
    const { time, told, kept, interlock } = open();
    interlock.follow(bath, co);
    expect(told).toEqual(["0 running"]);
    await time.pass(1_000);
    expect(interlock.status()).toEqual([
      { id: "f1", state: "running", order: "run", confirmed: true },
    ]);
    interlock.follow(bath, noDemand);
    await time.pass(1_000);
    expect(told).toEqual(["0 running", "1000 stopped"]);
    expect(kept).toEqual(["fan-running", "fan-stopped"]);
  });

  test("at a fan that does not turn is 'not confirmed' after ten seconds, told again until it does", async () => {
    const { time, told, kept, device, interlock, faultText } = open();
    device.stuck = true;
    interlock.follow(bath, co);
    await time.pass(9_900);
    expect(faultText()).toBeUndefined();
    await time.pass(200);
    expect(faultText()).toContain("Do not go in for it");
    device.stuck = false;
    await time.pass(5_500);
    expect(told).toEqual(["0 running", "5000 running", "10000 running", "15000 running"]);
    expect(kept).toEqual(["fan-unconfirmed", "fan-running"]);
    expect(faultText()).toBeUndefined();
  });

  test("names the line when that is what is dead", async () => {
    const { time, device, interlock, faultText } = open();
    device.reachable = false;
    interlock.follow(bath, co);
    await time.pass(10_000);
    expect(faultText()).toContain("the line does not answer");
  });

  test("that still stands starts a fan again that has lost its power", async () => {
    const { time, told, device, interlock } = open();
    interlock.follow(bath, co);
    await time.pass(1_000);
    device.state = "stopped";
    await time.pass(1_000);
    expect(told).toHaveLength(2);
    expect(device.state).toBe("running");
  });

  test("of another home starts nothing, and a fan that somebody else started is not stopped", async () => {
    const { time, told, device, interlock } = open();
    device.state = "running";
    interlock.follow(neighbour, co);
    interlock.follow(bath, noDemand);
    await time.pass(10_000);
    expect(told).toEqual([]);
  });
});

describe("a combustible gas beside it", () => {
  test("keeps the fan from being started, and says so once", async () => {
    const { time, told, kept, interlock } = open();
    interlock.follow(kitchen, someGas);
    interlock.follow(bath, co);
    interlock.follow(bath, { ...co, unsignedSinceMs: undefined });
    await time.pass(60_000);
    expect(told).toEqual([]);
    expect(kept).toEqual(["fan-barred"]);
    interlock.follow(kitchen, noDemand);
    await time.pass(1_000);
    expect(told).toEqual(["60000 running"]);
  });

  test("and the end of what asks for the fan is the end of its being barred", async () => {
    const { time, kept, interlock } = open();
    interlock.follow(kitchen, someGas);
    interlock.follow(bath, co);
    interlock.follow(bath, noDemand);
    interlock.follow(kitchen, noDemand);
    await time.pass(60_000);
    expect(kept).toEqual(["fan-barred", "fan-released"]);
  });

  test("that outlives the CO leaves a fan of ours that runs shown as running, until it may stop", async () => {
    const { time, kept, interlock } = open();
    interlock.follow(bath, co);
    await time.pass(1_000);
    interlock.follow(kitchen, someGas);
    interlock.follow(bath, noDemand);
    expect(kept).toEqual(["fan-running", "fan-barred", "fan-running"]);
    interlock.follow(kitchen, noDemand);
    await time.pass(1_000);
    expect(kept.at(-1)).toBe("fan-stopped");
  });

  test("ends also that a command was not confirmed", async () => {
    const { time, kept, device, interlock } = open();
    device.stuck = true;
    interlock.follow(bath, co);
    await time.pass(11_000);
    interlock.follow(kitchen, someGas);
    interlock.follow(bath, noDemand);
    expect(kept).toEqual(["fan-unconfirmed", "fan-barred", "fan-released"]);
  });

  test("ends a command that is still being repeated", async () => {
    const { time, told, device, interlock, faultText } = open();
    device.stuck = true;
    interlock.follow(bath, co);
    interlock.follow(kitchen, someGas);
    await time.pass(60_000);
    expect(told).toEqual(["0 running"]);
    expect(faultText()).toBeUndefined();
  });

  test("leaves a fan running that runs: stopping it sparks as well", async () => {
    const { time, told, device, interlock } = open();
    interlock.follow(bath, co);
    await time.pass(1_000);
    interlock.follow(kitchen, someGas);
    interlock.follow(bath, noDemand);
    await time.pass(60_000);
    expect(told).toEqual(["0 running"]);
    expect(device.state).toBe("running");
    interlock.follow(kitchen, noDemand);
    expect(told).toEqual(["0 running", "61000 stopped"]);
  });

  test("that is known from before the start is heard of before the fan is switched", () => {
    const { told, interlock } = open({ begun: false });
    interlock.follow(bath, co);
    interlock.follow(kitchen, someGas);
    interlock.begin();
    expect(told).toEqual([]);
  });

  test("does not stop an explosion-proof fan from running for carbon monoxide", () => {
    const { told, interlock } = open({ isExplosionProof: true });
    interlock.follow(kitchen, someGas);
    interlock.follow(bath, co);
    expect(told).toEqual(["0 running"]);
  });
});

describe("after a start", () => {
  test("a fan that was barred comes to its end when nothing asks for it any more", async () => {
    const { time, kept, told } = open({ lastTold: "fan-barred" });
    await time.pass(1_000);
    expect([kept, told]).toEqual([["fan-released"], []]);
  });

  test("a fan that is still barred is told as barred", () => {
    const { kept, interlock } = open({ lastTold: "fan-barred", begun: false });
    interlock.follow(bath, co);
    interlock.follow(kitchen, someGas);
    interlock.begin();
    expect(kept).toEqual(["fan-barred"]);
  });

  test("a fan that we had started is stopped when nothing asks for it any more", async () => {
    const { time, kept, told } = open({ lastTold: "fan-running" });
    await time.pass(1_000);
    expect([kept, told]).toEqual([["fan-stopped"], ["0 stopped"]]);
  });
});

describe("an unreadable journal", () => {
  test("bars the fan until the sensor beside the one with CO has spoken", async () => {
    const { time, told, kept, interlock, hear } = open({ unheard: [bath, kitchen] });
    interlock.follow(bath, co);
    hear(bath);
    await time.pass(60_000);
    expect(told).toEqual([]);
    expect(kept).toEqual(["fan-barred"]);
    hear(kitchen);
    await time.pass(500);
    expect(told).toEqual([`${time.nowMs()} running`]);
  });

  test("that hid gas goes on barring it when that sensor speaks of it", async () => {
    const { time, told, interlock, hear } = open({ unheard: [kitchen] });
    interlock.follow(bath, co);
    hear(kitchen);
    interlock.follow(kitchen, someGas);
    await time.pass(60_000);
    expect(told).toEqual([]);
  });

  test("of homes it does not serve, or of an explosion-proof fan, keeps nothing from running", () => {
    const elsewhere = open({ unheard: [neighbour] });
    elsewhere.interlock.follow(bath, co);
    expect(elsewhere.told).toEqual(["0 running"]);
    const safe = open({ unheard: [kitchen], isExplosionProof: true });
    safe.interlock.follow(bath, co);
    expect(safe.told).toEqual(["0 running"]);
  });
});
