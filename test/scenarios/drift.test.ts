import { expect, test } from "vitest";
import { openGateway, type StoryGateway } from "./open-gateway.ts";
import { siteWithBuilding } from "./sites.ts";

const homes = 6;

/** So many hours in which every home reports; the last one's sensor reads `creptPpm` too much. */
const hours = async (street: StoryGateway, count: number, creptPpm: number): Promise<void> => {
  for (let hour = 0; hour < count; hour += 1) {
    for (let home = 0; home < homes; home += 1) {
      const crept = home === homes - 1 ? creptPpm : 0;
      await street.says(`home-${home}`, { co_ppm: 1 + (hour % 3) + crept });
    }
    street.time.advance(3_600_000);
  }
  await street.settle();
};

const driftTold = async (street: StoryGateway): Promise<string[]> =>
  (await street.records()).flatMap(({ notice }) =>
    "street" in notice && notice.street.kind.startsWith("drift")
      ? [`${notice.street.kind} ${notice.street.members.join(" ")}`]
      : [],
  );

test("a sensor that reads more than its neighbours all day long is told once, and again when it is changed", async () => {
  const street = await openGateway(siteWithBuilding(homes));
  await hours(street, 20, 15);
  expect(await driftTold(street)).toEqual([]);

  await hours(street, 30, 15);
  expect(await driftTold(street)).toEqual(["drift home-5"]);

  await hours(street, 30, 0);
  expect(await driftTold(street)).toEqual(["drift home-5", "drift-over home-5"]);
});

test("a restart does not forget the quiet levels of the day", async () => {
  const street = await openGateway(siteWithBuilding(homes));
  await hours(street, 25, 15);
  await street.crashAndRestart();
  await hours(street, 7, 15);
  expect(await driftTold(street)).toEqual(["drift home-5"]);
});

test("a restart does not tell a drift again that was told, and tells when it is over", async () => {
  const street = await openGateway(siteWithBuilding(homes));
  await hours(street, 31, 15);
  expect(await driftTold(street)).toEqual(["drift home-5"]);
  await street.crashAndRestart();
  await hours(street, 13, 15);
  expect(await driftTold(street)).toEqual(["drift home-5"]);
  await street.crashAndRestart();
  await hours(street, 30, 0);
  expect(await driftTold(street)).toEqual(["drift home-5", "drift-over home-5"]);
});
