import { describe, expect, test } from "vitest";
import { commandKinds } from "#domain/command.ts";
import { detectorId, userId } from "#domain/ids.ts";
import { hours, minutes } from "#domain/quantity.ts";
import type { HumanCommand } from "#gateway/pipeline.ts";
import { openGateway, type StoryGateway } from "./open-gateway.ts";

const kitchen = detectorId("xian-2-1-603");
const alarmed = { co_ppm: 80, status: ["alarm"] };
const well = { co_ppm: 2, status: [] };

const shelveBattery: HumanCommand = {
  kind: "shelve",
  rule: "battery-low",
  by: userId("李敏"),
  reason: "电池下午送到",
  duration: hours(2),
};

const actionsOf = async (street: StoryGateway): Promise<string[]> =>
  (await street.records()).flatMap(({ notice }) =>
    "action" in notice ? [`${notice.action.kind} ${notice.action.rule} ${notice.action.by}`] : [],
  );

const carry = async (street: StoryGateway, command: HumanCommand): Promise<string> => {
  const answer = street.pipeline().command(kitchen, command);
  if (!answer.ok) return `refused: ${answer.error.en}`;
  await answer.value.kept;
  return "done";
};

describe("shelving", () => {
  test("is journaled with name and end, rings nobody, and its expiry is journaled and rings", async () => {
    const street = await openGateway();
    expect(await carry(street, shelveBattery)).toBe("done");
    await street.says(kitchen, { ...well, status: ["battery-low"] });
    const [raised] = await street.alarms();
    expect(raised?.event).toMatchObject({
      rule: "battery-low",
      held: { by: "shelved", who: "李敏", reason: "电池下午送到" },
    });
    const shelved = (await street.records()).find(({ lane }) => lane === "action");
    expect(shelved?.notice).toMatchObject({
      action: { untilWallMs: Date.UTC(2026, 10, 22, 2, 0, 0) },
      where: { gateway: "gw-xian-1" },
    });

    // It goes on speaking, so that nothing but the end of the shelving changes.
    for (let minute = 0; minute < 120; minute += 1) {
      street.time.advance(60_000);
      await street.says(kitchen, { ...well, status: ["battery-low"] });
    }
    expect(await actionsOf(street)).toEqual([
      "shelved battery-low 李敏",
      "shelving-expired battery-low 李敏",
    ]);
    const last = (await street.alarms()).findLast(({ event }) => event.rule === "battery-low");
    expect(last?.event.kind).toBe("worsened");
    expect(last?.event.held).toBeUndefined();
  });

  test("ends in time though the gateway was killed and started again in between", async () => {
    const street = await openGateway();
    await carry(street, shelveBattery);
    street.time.advance(60 * 60_000);
    await street.crashAndRestart();
    expect(await actionsOf(street)).toEqual(["shelved battery-low 李敏"]);
    street.time.advance(60 * 60_000 - 1_000);
    await street.settle();
    expect(await actionsOf(street)).toHaveLength(1);
    street.time.advance(1_250);
    await street.settle();
    expect(await actionsOf(street)).toEqual([
      "shelved battery-low 李敏",
      "shelving-expired battery-low 李敏",
    ]);
  });

  test("of a standing CO alarm is refused with a reason, and so is one without a name", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    const co: HumanCommand = { ...shelveBattery, kind: "shelve", rule: "device-alarm-co" };
    expect(await carry(street, co)).toContain("refused: A gas or CO alarm stands");
    expect(await carry(street, { ...shelveBattery, by: userId(" ") })).toContain("name");
    expect(street.buzzer()).toBe("on t4");
    expect(await actionsOf(street)).toEqual([]);
  });
});

describe("a command", () => {
  test("for a detector that is not here is refused", async () => {
    const street = await openGateway();
    const answer = street.pipeline().command(detectorId("elsewhere"), shelveBattery);
    expect(answer).toMatchObject({
      ok: false,
      error: { en: expect.stringContaining("elsewhere") },
    });
  });

  test("that the disk refuses has effect all the same, leaves unwritten, and is written later", async () => {
    const street = await openGateway();
    street.setDisk("failing");
    const answer = street.pipeline().command(kitchen, shelveBattery);
    expect(answer.ok && (await answer.value.kept.catch(() => "refused"))).toBe("refused");
    expect(street.leftUnwritten.map((notice) => "action" in notice && notice.action.kind)).toEqual([
      "shelved",
    ]);
    street.setDisk("well");
    street.time.advance(1_000);
    await street.settle();
    expect(await actionsOf(street)).toEqual(["shelved battery-low 李敏"]);
  });

  test("to hush ends the sound for its time; the alarm stands, and the end is journaled", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    const hush: HumanCommand = {
      kind: "hush",
      by: userId("王强"),
      reason: "到场,门窗已开",
      duration: minutes(5),
      confirmedOnSite: true,
    };
    expect(await carry(street, hush)).toBe("done");
    expect(street.buzzer()).toBe("off");
    expect(street.stateOf(kitchen)).toBe("alarm");
    for (let half = 0; half < 10; half += 1) {
      expect(street.buzzer()).toBe("off");
      street.time.advance(30_000);
      await street.says(kitchen, alarmed);
    }
    street.time.advance(250);
    await street.settle();
    expect(street.buzzer()).toBe("on t4");
    expect(await actionsOf(street)).toEqual(["hushed all 王强", "hush-expired all 王强"]);
  });
});

describe("a hush", () => {
  const hush: HumanCommand = {
    kind: "hush",
    by: userId("王强"),
    reason: "到场,门窗已开",
    duration: minutes(5),
    confirmedOnSite: true,
    origin: { side: "board", source: "192.168.1.20" },
  };

  test("ends when the flat next door alarms, though this one says nothing new", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    await carry(street, hush);
    await street.says("xian-5-2-102", alarmed);
    expect(street.pointOf(kitchen)?.state.alarms.hush).toBeDefined();
    await street.says("xian-2-1-604", alarmed);
    expect(street.pointOf(kitchen)?.state.alarms.hush).toBeUndefined();
    expect(await actionsOf(street)).toEqual(["hushed all 王强", "hush-broken all 王强"]);
  });

  test("cannot come from afar: no command of the center's list is one", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    expect(commandKinds).toEqual(["acknowledge", "release-hush"]);
  });
});

describe("a latch", () => {
  test("outlives a restart: what has returned unsigned must still be signed for, then reset", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    street.time.advance(10_000);
    await street.says(kitchen, well);
    expect(street.buzzer()).toBe("off");
    await street.crashAndRestart();
    const by = userId("李敏");
    const reset: HumanCommand = { kind: "reset", rule: "device-alarm-co", by, reason: "已通风" };
    expect(await carry(street, reset)).toContain("refused");
    expect(await carry(street, { kind: "acknowledge", rule: "device-alarm-co", by })).toBe("done");
    await street.crashAndRestart();
    expect(await carry(street, reset)).toBe("done");
    expect(await actionsOf(street)).toEqual([
      "acknowledged device-alarm-co 李敏",
      "reset device-alarm-co 李敏",
    ]);
  });
});
