/** Devices that nobody registered: their gas is everybody's business, their number must hurt nobody. */
import { expect, test } from "vitest";
import { openGateway, type StoryGateway } from "./open-gateway.ts";

const flood = (street: StoryGateway, from: number, to: number, payload: string): void => {
  for (let number = from; number < to; number += 1) {
    street.publish(`canary/v1/detectors/invented-${number}/reading`, payload);
  }
};
const strangersIn = async (street: StoryGateway): Promise<readonly string[]> =>
  (await street.alarms())
    .map(({ event }) => event)
    .filter(({ detector }) => !detector.startsWith("xian-"))
    .map(({ kind, rule, detector }) => `${kind} ${rule} ${detector}`);

test("10,000 invented names fill neither memory, nor the disk, nor the desk", async () => {
  const street = await openGateway();
  flood(street, 0, 10_000, '{"co_ppm":1,"status":[]}');
  for (let minute = 0; minute < 20; minute += 1) street.time.advance(60_000);
  await street.settle();

  const kept = await street.kept();
  expect(kept.inMemory).toBeLessThan(1_200);
  expect(kept.onDisk).toBeLessThan(10);
  expect(await strangersIn(street)).toEqual([]);
  expect(street.faults()).toContain("unregistered-devices");
});

test("nor do 10,000 that send garbage", async () => {
  const street = await openGateway();
  flood(street, 0, 10_000, '{"co_ppm":');
  street.time.advance(60_000);
  await street.settle();

  const kept = await street.kept();
  expect(kept.inMemory).toBeLessThan(1_200);
  expect(kept.onDisk).toBeLessThan(10);
  expect(await strangersIn(street)).toEqual([]);
});

test("a stranger that is not heard any more is unknown, not normal, and no alarm of its own", async () => {
  const street = await openGateway();
  await street.says("stranger", { co_ppm: 1, status: [] });
  expect(street.stateOf("stranger")).toBe("normal");
  street.time.advance(120_000);
  await street.settle();
  expect(street.stateOf("stranger")).toBe("unknown");
  expect(await strangersIn(street)).toEqual([]);
});

test("a stranger's gas sounds, stays through a flood and a restart, and returns when it says so", async () => {
  const street = await openGateway();
  await street.says("stranger", { ch4_lel: 30, status: ["alarm"] });
  flood(street, 0, 5_000, '{"co_ppm":1,"status":[]}');
  street.time.advance(600_000);
  expect(street.stateOf("stranger")).toBe("alarm");
  expect(street.buzzer()).toBe("on t3");
  await street.crashAndRestart();
  expect(street.buzzer()).toBe("on t3");
  for (let second = 0; second < 120; second += 1) {
    await street.says("stranger", { ch4_lel: 0, status: [] });
    street.time.advance(1_000);
  }
  expect(street.buzzer()).toBe("off");
  expect(await strangersIn(street)).toContain("returned device-alarm-gas stranger");
});

test("a stranger's dose goes on building while others flood", async () => {
  const alone = await openGateway();
  const crowded = await openGateway();
  for (let minute = 0; minute < 95; minute += 1) {
    for (const street of [alone, crowded]) {
      for (let turn = 0; turn < 6; turn += 1) {
        await street.says("stranger", '{"co_ppm":60,"status":[]}');
        street.time.advance(10_000);
      }
    }
    flood(crowded, minute * 200, minute * 200 + 200, '{"co_ppm":1,"status":[]}');
  }
  await alone.settle();
  await crowded.settle();
  expect(await strangersIn(alone)).not.toEqual([]);
  expect(await strangersIn(crowded)).toEqual(await strangersIn(alone));
});

test("2,000 strangers that all report gas are 2,000 alarms, and cost the next message no time", async () => {
  const street = await openGateway();
  flood(street, 0, 2_000, '{"ch4_lel":30,"status":["alarm"]}');
  await street.settle();
  const raised = (await strangersIn(street)).filter((one) => one.startsWith("raised device-alarm"));
  expect(raised).toHaveLength(2_000);
});
