import { describe, expect, test } from "vitest";
import { exampleSite, openGateway } from "./open-gateway.ts";

const kitchen = "xian-2-1-603";
/** Below every limit of ours for now: only the device itself calls it an alarm. */
const alarmed = { co_ppm: 80, status: ["alarm"] };
const well = { co_ppm: 2, status: [] };

const rulesOf = async (street: Awaited<ReturnType<typeof openGateway>>): Promise<string[]> =>
  (await street.alarms()).map(({ event }) => `${event.kind} ${event.rule}`);

describe("a leak", () => {
  test("sounds in the moment it is heard, and is on disk before it is answered", async () => {
    const street = await openGateway();
    const message = street.publish(
      `canary/v1/detectors/${kitchen}/reading`,
      JSON.stringify(alarmed),
    );
    expect(street.buzzer()).toBe("on t4");
    expect(message.answer()).toBe("waiting");
    await street.settle();
    expect(message.answer()).toBe("acked");
    expect(await rulesOf(street)).toEqual(["raised device-alarm-co"]);
  });

  test("is one alarm however often it is sent", async () => {
    const street = await openGateway();
    for (let second = 0; second < 60; second += 1) {
      expect(await street.says(kitchen, { ...alarmed, seq: 7 })).toBe("acked");
      street.time.advance(1_000);
    }
    expect(
      (await rulesOf(street)).filter((rule) => rule === "raised device-alarm-co"),
    ).toHaveLength(1);
  });

  test("carries the level that the same message measured, though the device judged for itself", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    const [alarm] = await street.alarms();
    expect(alarm?.event).toMatchObject({
      rule: "device-alarm-co",
      level: { gas: "co", ppm: 80 },
    });
  });

  test("carries the address; one nobody registered is shown with gateway and bus position", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    await street.says("stranger-1", { status: ["alarm"], ch4_lel: 30 });
    const wheres = (await street.alarms()).map(({ where }) => where);
    expect(wheres[0]).toMatchObject({ address: { text: "喜安社区2栋1单元603" } });
    const stranger = wheres.find(({ position }) => position.place.includes("stranger-1"));
    expect(stranger).toMatchObject({ gateway: "gw-xian-1", position: { line: "mqtt" } });
    expect(stranger).not.toHaveProperty("address");
  });

  test("ends for the buzzer when the condition ends, and the record says returned", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    street.time.advance(5_000);
    await street.says(kitchen, well);
    expect(street.buzzer()).toBe("off");
    expect(await rulesOf(street)).toContain("returned device-alarm-co");
  });

  test("is not ended by silence, by garbage or by a sensor that says nothing", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    for (const message of [
      "{",
      '{"co_ppm":null}',
      '{"co_ppm":"NaN"}',
      '{"co_ppm":65535}',
      '{"co_ppm":-1}',
    ]) {
      street.time.advance(1_000);
      await street.says(kitchen, message);
    }
    street.time.advance(3_600_000);
    await street.settle();
    expect(street.buzzer()).toBe("on t4");
    expect(street.stateOf(kitchen)).toBe("alarm");
    expect(await rulesOf(street)).not.toContain("returned device-alarm-co");
  });
});

describe("a gateway that is killed with an alarm standing", () => {
  test("sounds again at once after the restart, and makes no second alarm of it", async () => {
    const street = await openGateway();
    await street.says(kitchen, alarmed);
    const before = await rulesOf(street);
    await street.crashAndRestart();
    await street.settle();
    expect(street.buzzer()).toBe("on t4");
    await street.says(kitchen, alarmed);
    expect(await rulesOf(street)).toEqual(before);
  });
});

describe("a gateway that is killed while gas has stood 29 s of a delay of 30 s", () => {
  const site = exampleSite();
  const rules = { overrides: { gas: { lowDelaySeconds: 30 } } };
  const slow = { ...site, gateway: { ...site.gateway, rules } };

  test("alarms in its 30th second, though the detector says nothing more", async () => {
    const street = await openGateway(slow);
    const leaking = { ch4_lel: 12, status: [] };
    for (let second = 0; second <= 25; second += 5) {
      await street.says(kitchen, leaking);
      await street.time.pass(second === 25 ? 4_000 : 5_000);
    }
    await street.settle();
    await street.crashAndRestart();
    await street.time.pass(500);
    expect(await rulesOf(street)).toEqual([]);
    await street.time.pass(1_500);
    await street.settle();
    expect(await rulesOf(street)).toEqual(["raised combustible"]);
    expect(street.buzzer()).toBe("on t3");
  });
});

describe("when the disk refuses", () => {
  test("the buzzer sounds, the alarm leaves, and the sender gets no PUBACK", async () => {
    const street = await openGateway();
    street.setDisk("failing");
    expect(await street.says(kitchen, alarmed)).toBe("refused");
    expect(street.buzzer()).toBe("on t4");
    expect(street.leftUnwritten.map((notice) => "event" in notice && notice.event.rule)).toEqual([
      "device-alarm-co",
    ]);
    expect(street.faults()).toContain("journal-write");
  });

  test("the repeat of a message that is still owed is refused too, until the disk has it", async () => {
    const street = await openGateway();
    street.setDisk("failing");
    await street.says(kitchen, alarmed);
    expect(await street.says(kitchen, alarmed)).toBe("refused");
    street.setDisk("well");
    expect(await street.says(kitchen, alarmed)).toBe("acked");
    expect(await rulesOf(street)).toEqual(["raised device-alarm-co"]);
    expect(street.faults()).not.toContain("journal-write");
  });

  test("other detectors' readings that change no alarm are answered as ever", async () => {
    const street = await openGateway();
    street.setDisk("failing");
    await street.says(kitchen, alarmed);
    expect(await street.says("xian-5-2-102", well)).toBe("acked");
  });

  test("it is tried again without a new message", async () => {
    const street = await openGateway();
    street.setDisk("failing");
    await street.says(kitchen, alarmed);
    street.setDisk("well");
    street.time.advance(1_000);
    await street.settle();
    expect(await rulesOf(street)).toEqual(["raised device-alarm-co"]);
  });

  test("a disk that does not answer at all is not waited for", async () => {
    const street = await openGateway();
    street.setDisk("stalled");
    const message = street.publish(
      `canary/v1/detectors/${kitchen}/reading`,
      JSON.stringify(alarmed),
    );
    expect(street.buzzer()).toBe("on t4");
    street.time.advance(1_000);
    await street.settle();
    expect(street.leftUnwritten).toHaveLength(1);
    expect(message.answer()).toBe("waiting");
    street.setDisk("well");
    await street.settle();
    expect(message.answer()).toBe("acked");
  });
});

describe("a detector that is not heard", () => {
  test("is unknown from the start, never normal", async () => {
    const street = await openGateway();
    expect(street.stateOf(kitchen)).toBe("unknown");
    await street.says(kitchen, well);
    expect(street.stateOf(kitchen)).toBe("normal");
  });

  test("is a silence alarm after its limit, though it never spoke", async () => {
    const street = await openGateway();
    street.time.advance(600_000);
    await street.settle();
    const silent = (await street.alarms()).filter(({ event }) => event.rule === "silence");
    expect(silent.map(({ event }) => event.detector).sort()).toEqual([
      "xian-2-1-603",
      "xian-2-1-604",
      "xian-5-2-102",
    ]);
    expect(street.buzzer()).toBe("off");
  });

  test("is found silent in the same time though the wall clock jumps", async () => {
    const street = await openGateway();
    await street.says(kitchen, well);
    street.time.jumpWall(50 * 365 * 86_400_000);
    street.time.advance(1_000);
    await street.settle();
    expect(street.stateOf(kitchen)).toBe("normal");
  });
});
