/** Devices that get another name while they alarm: the alarm goes on under it, and can end. */
import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs, ppm } from "#domain/quantity.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { exampleSite, openGateway, type StoryGateway } from "./open-gateway.ts";
import { siteWithLine } from "./sites.ts";

const withDetectors = (site: Site, detectors: Site["detectors"]): Site => ({ ...site, detectors });
const told = async (street: StoryGateway): Promise<readonly string[]> =>
  (await street.alarms())
    .filter(({ event }) => event.alarmClass === "co" || event.alarmClass === "gas")
    .map(({ event }) => `${event.kind} ${event.rule} ${event.detector}`);

test("a stranger that is registered while it alarms goes on alarming under its name, and ends", async () => {
  const street = await openGateway();
  const says = async (alarm: boolean): Promise<void> => {
    street.publish("zigbee2mqtt/603 co", JSON.stringify({ carbon_monoxide: alarm }));
    await street.settle();
  };
  await says(true);
  const [old = ""] = (await street.alarms()).map(({ event }) => event.detector);
  const site = exampleSite();
  const registered = { id: "co-603", profile: "heiman-hs1ca-e", device: "603 co" };
  const next = withDetectors(site, [...site.detectors, registered]);
  await street.crashAndRestart(next);
  await street.settle();
  expect(street.buzzer()).toBe("on t4");
  expect(await told(street)).toEqual([
    `raised device-alarm-co ${old}`,
    "raised device-alarm-co co-603",
    `returned device-alarm-co ${old}`,
  ]);
  await says(false);
  await street.time.pass(60_000);
  expect(street.buzzer()).toBe("off");
  expect((await told(street)).at(-1)).toBe("returned device-alarm-co co-603");

  await street.crashAndRestart(next);
  expect([street.stateOf(old), street.buzzer()]).toEqual([undefined, "off"]);
  expect(await told(street)).toHaveLength(4);
});

test("a detector that is given another id while gas stands goes on alarming under it", async () => {
  const street = await openGateway();
  const [first, ...others] = exampleSite().detectors;
  if (first === undefined) throw new Error("no detector");
  await street.says(first.id, { ch4_lel: 30, status: [] });
  expect(street.buzzer()).toBe("on t3");
  const renamed = { ...first, id: "new-603", device: first.id };
  await street.crashAndRestart(withDetectors(exampleSite(), [renamed, ...others]));
  await street.settle();
  expect([street.buzzer(), street.stateOf("new-603")]).toEqual(["on t3", "alarm"]);
  for (let minute = 0; minute < 3; minute += 1) {
    await street.says(first.id, { ch4_lel: 0, status: [] });
    await street.time.pass(60_000);
  }
  expect(street.buzzer()).toBe("off");
});

test("a channel on a bus that is registered while it alarms goes on under its name", async () => {
  const site = siteWithLine();
  const lines = site.gateway.lines.map((line) =>
    line.kind === "serial"
      ? line
      : { ...line, units: line.units.map((unit) => ({ ...unit, detectors: [null] })) },
  );
  const street = await openGateway({ ...site, gateway: { ...site.gateway, lines } });
  await street.pipeline().take([
    {
      detector: detectorId("line-a-unit-1-channel-1"),
      position: { line: "line-a", place: "unit 1, channel 1" },
      receivedAt: street.time.clock.now(),
      findings: [{ kind: "level", overRange: true, level: { gas: "co", ppm: ppm(1_000) } }],
    },
  ]);
  await street.crashAndRestart(site);
  await street.settle();
  expect([street.buzzer(), street.stateOf("bus-1")]).toEqual(["on t4", "alarm"]);
  expect(street.stateOf("line-a-unit-1-channel-1")).toBeUndefined();
});

test("gas that only its store told of rings under the new name, and is told as over under the old", async () => {
  const street = await openGateway();
  const [first, ...others] = exampleSite().detectors;
  if (first === undefined) throw new Error("no detector");
  const says = (lateMs: number, ch4_lel: number) => {
    const at = epochToRfc3339(epochMs(street.time.clock.now().wallMs - lateMs));
    return street.says(first.id, { at, ch4_lel });
  };
  await says(0, 0);
  await street.time.pass(600_000);
  await says(500_000, 30);
  await says(400_000, 30);
  expect(await told(street)).toEqual([`raised combustible ${first.id}`]);
  expect(street.buzzer()).toBe("off");

  const renamed = { ...first, id: "new-603", device: first.id };
  await street.crashAndRestart(withDetectors(exampleSite(), [renamed, ...others]));
  await street.settle();
  await street.time.pass(60_000);
  expect([street.buzzer(), street.stateOf("new-603")]).toEqual(["on t3", "alarm"]);
  expect(await told(street)).toEqual([
    `raised combustible ${first.id}`,
    "raised combustible new-603",
    `returned combustible ${first.id}`,
  ]);
});
