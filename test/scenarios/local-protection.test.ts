/** Local protection as stories: which buzzer sounds, why, and what the record says, with time moved. */
import { describe, expect, test } from "vitest";
import type { BuzzerCommand } from "#domain/buzzer.ts";
import { buzzerId, detectorId, gatewayId, userId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import { err, ok } from "#domain/result.ts";
import type { LinkPicture, WiredBuzzer } from "#gateway/protection/protection.ts";
import { createProtectionRecords } from "#gateway/protection/records.ts";
import type { BuzzerPolicy } from "#rules/protection/decide.ts";
import { openGateway } from "./open-gateway.ts";

const kitchen = "xian-2-1-603";
const neighbour = "xian-5-2-102";
const leak = { ch4_lel: 30, status: [] };
const alarmed = { co_ppm: 80, status: ["alarm"] };
const well = { co_ppm: 2, ch4_lel: 0, status: [] };

const home: BuzzerPolicy = { causes: ["always"], level: "urgent", chirpsForFaults: false };
const escalation: BuzzerPolicy = {
  causes: ["link-lost", "no-receipt", "no-ack"],
  level: "urgent",
  chirpsForFaults: false,
};

/** A home's own buzzer, one in the duty room, and a center that can be cut off. */
const openHome = async () => {
  const told = new Map<string, BuzzerCommand>();
  const states: string[] = [];
  const works = { all: true };
  const wire = (name: string, policy: BuzzerPolicy, serves?: readonly string[]): WiredBuzzer => ({
    buzzer: {
      id: buzzerId(name),
      set: async (command) => {
        told.set(name, command);
        states.push(`${name} ${command.state}`);
        return works.all ? ok(undefined) : err({ zh: "无应答", en: "no answer" });
      },
      close: async () => {},
    },
    policy,
    ...(serves && { serves: new Set(serves.map(detectorId)) }),
  });
  let link: LinkPicture = { linkLostSinceMs: undefined, unconfirmedSinceMs: undefined };
  const street = await openGateway(undefined, {
    buzzers: [wire("home", home, [kitchen]), wire("duty-room", escalation)],
    link: () => link,
    selfTests: { everyDays: 30, fromMinute: 10 * 60 },
  });
  const at = () => street.time.clock.now().monoMs;
  return {
    ...street,
    works,
    states,
    does: (name: string): string => {
      const command = told.get(name);
      if (command === undefined) return "never told";
      return command.state === "on" ? `${command.pattern} ${command.cause}` : "off";
    },
    words: (name: string) => {
      const command = told.get(name);
      return command?.state === "on" ? command.text : undefined;
    },
    setLink: (state: "up" | "lost" | "mute"): void => {
      link = {
        linkLostSinceMs: state === "lost" ? at() : undefined,
        unconfirmedSinceMs: state === "mute" ? at() : undefined,
      };
    },
    pass: async (ms: number): Promise<void> => {
      // Detectors go on speaking, as real ones do.
      await street.time.pass(ms);
    },
    /** What the journal says of buzzers, in order. */
    kept: async () =>
      (await street.records()).flatMap(({ notice }) =>
        "street" in notice && notice.street.group.startsWith("buzzer:")
          ? [`${notice.street.kind} ${notice.street.group.slice(7)}`]
          : [],
      ),
  };
};

test("a buzzer that sounded when the gateway ended, and is silent after it, is told as silent", async () => {
  const street = await openHome();
  await street.says(kitchen, alarmed);
  street.setLink("lost");
  await street.pass(20_000);
  expect((await street.kept()).at(-1)).toBe("buzzer-escalated duty-room");
  street.setLink("up");
  await street.crashAndRestart();
  await street.settle();
  expect(street.does("duty-room")).toBe("off");
  expect((await street.kept()).slice(2)).toEqual(["buzzer-on home", "buzzer-off duty-room"]);
});

describe("an alarm with the center well", () => {
  test("sounds at home only; unsigned for two minutes it sounds in the duty room, until signed", async () => {
    const street = await openHome();
    await street.says(kitchen, alarmed);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["t4 always", "off"]);
    await street.pass(119_000);
    expect(street.does("duty-room")).toBe("off");
    await street.pass(1_000);
    expect(street.does("duty-room")).toBe("t4 no-ack");
    expect(street.words("duty-room")?.zh).toContain("无人签收");

    const signed = street.pipeline().command(detectorId(kitchen), {
      kind: "acknowledge",
      rule: "device-alarm-co",
      by: userId("李敏"),
    });
    expect(signed.ok).toBe(true);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["t4 always", "off"]);
    await street.settle();
    expect(await street.kept()).toEqual([
      "buzzer-on home",
      "buzzer-escalated duty-room",
      "buzzer-off duty-room",
    ]);
  });

  test("that grew out of a pre-alarm: who must sign has their two minutes from when it is urgent", async () => {
    const street = await openHome();
    const readsFor = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 10) {
        await street.says(kitchen, { co_ppm: 100, status: [] });
        await street.pass(10_000);
      }
    };
    await readsFor(1_490); // a pre-alarm since the 14th minute
    expect([street.does("home"), street.does("duty-room")]).toEqual(["off", "off"]);
    await readsFor(120);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["t4 always", "off"]);
    await readsFor(20);
    expect(street.does("duty-room")).toBe("t4 no-ack");
  });

  test("of a neighbour does not sound in this home", async () => {
    const street = await openHome();
    await street.says(neighbour, alarmed);
    expect(street.does("home")).toBe("off");
  });

  test("signed in time never reaches the duty room; a second home's alarm counts its own time", async () => {
    const street = await openHome();
    await street.says(kitchen, alarmed);
    street.pipeline().command(detectorId(kitchen), {
      kind: "acknowledge",
      rule: "device-alarm-co",
      by: userId("李敏"),
    });
    await street.pass(600_000);
    expect(street.does("duty-room")).toBe("off");
    await street.says(neighbour, alarmed);
    await street.pass(120_500);
    expect(street.does("duty-room")).toBe("t4 no-ack");
  });
});

describe("an alarm with the center away", () => {
  test("sounds in the duty room as soon as the loss counts, and falls silent when it is back", async () => {
    const street = await openHome();
    street.setLink("lost");
    await street.pass(11_000);
    await street.says(kitchen, alarmed);
    // Inside the call that took the reading: no timer is waited for.
    expect(street.does("duty-room")).toBe("t4 link-lost");
    street.setLink("up");
    await street.pass(500);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["t4 always", "off"]);
  });

  test("that is connected but does not commit sounds with that cause after half a minute", async () => {
    const street = await openHome();
    await street.says(kitchen, alarmed);
    street.setLink("mute");
    await street.pass(29_500);
    expect(street.does("duty-room")).toBe("off");
    await street.pass(1_000);
    expect(street.does("duty-room")).toBe("t4 no-receipt");
    expect(street.words("duty-room")?.en).toContain("has not confirmed");
  });

  test("sounds for nothing while nothing is wrong at home", async () => {
    const street = await openHome();
    street.setLink("lost");
    await street.pass(3_600_000);
    expect(street.does("duty-room")).toBe("off");
  });

  test("for good: alarm, hush, sign, return all work, and the record waits", async () => {
    const street = await openHome();
    street.setLink("lost");
    await street.pass(30_000);
    await street.says(kitchen, alarmed);
    const hush = street.pipeline().command(detectorId(kitchen), {
      kind: "hush",
      by: userId("王强"),
      reason: "已到场通风",
      duration: seconds(60),
      confirmedOnSite: true,
    });
    expect(hush.ok).toBe(true);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["off", "off"]);
    await street.pass(60_500);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["t4 always", "t4 link-lost"]);
    await street.says(kitchen, well);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["off", "off"]);
    expect(await street.alarms()).not.toEqual([]);
  });
});

describe("a restart", () => {
  test("with an alarm known sounds at once and is set off by nobody first", async () => {
    const street = await openHome();
    await street.says(kitchen, alarmed);
    const before = street.states.length;
    await street.crashAndRestart();
    expect(street.states.slice(before)).toEqual(["home on", "duty-room off"]);
  });

  test("that cannot read the journal sets nothing off before the detectors have spoken", async () => {
    const street = await openHome();
    await street.says(kitchen, alarmed);
    street.loseStates();
    await street.crashAndRestart();
    expect(street.does("home")).toBe("t4 always");
    expect(street.faults()).toContain("buzzer-held:home");
    await street.pass(600_000);
    expect(street.does("home")).toBe("t4 always");
    await street.says(kitchen, well);
    await street.pass(500);
    expect(street.does("home")).toBe("off");
    expect(street.faults()).not.toContain("buzzer-held:home");
  });
});

describe("the monthly self-test", () => {
  test("chirps at ten in the morning when nothing sounds, and is kept as a test that passed", async () => {
    const street = await openHome(); // at 08:00 in Chengdu
    await street.pass(2 * 3_600_000 + 500);
    expect(street.does("home")).toBe("chirp self-test");
    await street.pass(5_000);
    expect([street.does("home"), street.does("duty-room")]).toEqual(["off", "off"]);
    expect(await street.kept()).toEqual([
      "buzzer-test-passed home",
      "buzzer-test-passed duty-room",
    ]);
    await street.pass(24 * 3_600_000);
    expect(await street.kept()).toHaveLength(2);
  });

  test("that fails is a fault and a record, until a later one passes", async () => {
    const street = await openHome();
    street.works.all = false;
    await street.pass(2 * 3_600_000 + 30_000);
    expect(street.faults()).toContain("buzzer-test:home");
    expect(await street.kept()).toContain("buzzer-test-failed home");
    street.works.all = true;
    await street.pass(16 * 60_000);
    expect(street.faults()).not.toContain("buzzer-test:home");
  });

  test("waits while something sounds, and a real alarm breaks through one under way", async () => {
    const street = await openHome();
    await street.pass(2 * 3_600_000 + 500);
    expect(street.does("home")).toBe("chirp self-test");
    await street.says(kitchen, leak);
    await street.says(kitchen, alarmed);
    expect(street.does("home")).toBe("t4 always");
    await street.pass(30_000);
    expect(street.does("home")).toBe("t4 always");
    expect(await street.kept()).not.toContain("buzzer-test-passed home");
  });
});

test("records of one instant have names of their own", async () => {
  const names: string[] = [];
  const street = await openGateway();
  const records = createProtectionRecords({
    gateway: gatewayId("gw"),
    drill: false,
    clock: street.time.clock,
    keeper: {
      keep: async (_group, kept) => {
        for (const { notice } of kept) if ("street" in notice) names.push(notice.street.id);
      },
    },
  });
  const change = { buzzer: buzzerId("b"), detectors: [] };
  for (let n = 0; n < 3; n += 1) records.buzzer({ ...change, command: { state: "off" } });
  expect(new Set(names).size).toBe(3);
});
