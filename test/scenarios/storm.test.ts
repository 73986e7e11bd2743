import { expect, test } from "vitest";
import { detectorId, userId } from "#domain/ids.ts";
import { hours } from "#domain/quantity.ts";
import type { StreetEvent } from "#domain/street-event.ts";
import { openGateway, type StoryGateway } from "./open-gateway.ts";
import { siteWithBuilding } from "./sites.ts";

const streetEvents = async (street: StoryGateway): Promise<readonly StreetEvent[]> =>
  (await street.records()).flatMap(({ notice }) => ("street" in notice ? [notice.street] : []));
const homes = (count: number): string[] => Array.from({ length: count }, (_, n) => `home-${n}`);

test("a storm in one building is told once, keeps every member, and each alarm stands by itself", async () => {
  const street = await openGateway(siteWithBuilding(9));
  for (const home of homes(9)) await street.says(home, { co_ppm: 80, status: ["alarm"] });

  const raised = (await street.alarms()).filter(({ event }) => event.rule === "device-alarm-co");
  expect(raised.map(({ event }) => event.detector)).toEqual(homes(9));
  expect(raised.every(({ event }) => event.held === undefined)).toBe(true);

  const told = (await streetEvents(street)).filter(({ group }) => group === "building:/9栋");
  expect(told.map(({ kind }) => kind)).toEqual([
    "storm-begun",
    "storm-grew",
    "storm-grew",
    "storm-grew",
  ]);
  // All nine came in the same millisecond; no event got lost to another of the same name.
  expect(new Set(told.map(({ id }) => id)).size).toBe(4);
  expect([...new Set(told.flatMap(({ members }) => members))].sort()).toEqual(homes(9));
});

test("a storm ends when nothing comes any more, though nobody speaks", async () => {
  const street = await openGateway(siteWithBuilding(7));
  for (const home of homes(7)) await street.says(home, { co_ppm: 80, status: ["alarm"] });
  street.time.advance(11 * 60_000);
  await street.settle();
  const kinds = (await streetEvents(street))
    .filter(({ group }) => group === "building:/9栋")
    .map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "storm-begun")).toHaveLength(1);
  expect(kinds).toContain("storm-ended");
});

test("two homes on one riser rising together are a cause in common, at once", async () => {
  const street = await openGateway();
  await street.says("xian-2-1-603", { status: ["alarm"], ch4_lel: 12 });
  await street.says("xian-2-1-604", { status: ["alarm"], ch4_lel: 14 });
  const shared = (await streetEvents(street)).filter(({ kind }) => kind === "shared-cause");
  expect(shared.map(({ group, priority }) => `${group} ${priority}`)).toContain(
    "riser:/2栋/1单元 1",
  );
  expect(shared[0]?.members).toEqual(["xian-2-1-603", "xian-2-1-604"]);
});

test("an address longer than a name on the wire costs no event", async () => {
  const site = siteWithBuilding(6);
  const detectors = site.detectors.map((one) => ({
    ...one,
    address: { text: "喜安", building: "长".repeat(300) },
  }));
  const street = await openGateway({ ...site, detectors });
  for (const home of homes(6)) await street.says(home, { co_ppm: 80, status: ["alarm"] });
  const begun = (await streetEvents(street)).find(({ kind }) => kind === "storm-begun");
  expect(begun?.id.length).toBeLessThanOrEqual(200);
});

test("homes whose silence was shelved roll up when it rings, also over a restart", async () => {
  const street = await openGateway(siteWithBuilding(6));
  const by = userId("李敏");
  for (const home of homes(6)) {
    await street.says(home, { co_ppm: 2, status: [] });
    const rule = "silence" as const;
    const shelve = { kind: "shelve", rule, by, reason: "整栋停电", duration: hours(1) } as const;
    expect(street.pipeline().command(detectorId(home), shelve).ok).toBe(true);
  }
  await street.time.pass(120_000);
  await street.crashAndRestart();
  await street.time.pass(3_600_000);
  await street.settle();
  const told = (await streetEvents(street)).find(
    ({ kind, group }) => kind === "storm-begun" && group === "building:/9栋",
  );
  expect(told?.members).toEqual(homes(6));
});
