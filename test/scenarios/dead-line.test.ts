import { expect, test } from "vitest";
import type { AlarmNotice } from "#domain/alarm.ts";
import { detectorId } from "#domain/ids.ts";
import { ppm } from "#domain/quantity.ts";
import { openGateway, type StoryGateway } from "./open-gateway.ts";
import { siteWithLine } from "./sites.ts";

const onBus = ["bus-1", "bus-2", "bus-3"];

const reports = (street: StoryGateway, detector: string, co: number, line = "line-a") =>
  street.pipeline().take([
    {
      detector: detectorId(detector),
      position: { line, place: detector },
      receivedAt: street.time.clock.now(),
      findings: [{ kind: "level", level: { gas: "co", ppm: ppm(co) } }],
    },
  ]);

const streetEvents = async (street: StoryGateway): Promise<string[]> =>
  (await street.records()).flatMap(({ notice }) =>
    "street" in notice ? [`${notice.street.kind} ${notice.street.members.join(" ")}`] : [],
  );
const busAlarms = async (street: StoryGateway): Promise<readonly AlarmNotice[]> =>
  (await street.alarms()).filter(({ event }) => onBus.includes(event.detector));
const ringing = async (street: StoryGateway): Promise<string[]> =>
  (await busAlarms(street))
    .filter(({ event }) => event.held === undefined)
    .map(({ event }) => `${event.kind} ${event.rule} ${event.detector}`);

test("a dead line is one event; the silence behind it rings nobody, a CO alarm from one of its homes does", async () => {
  const street = await openGateway(siteWithLine());
  for (const id of onBus) await reports(street, id, 2);
  street.pipeline().setLink("line-a", false);
  street.pipeline().setLink("line-a", false);
  await street.time.pass(180_000);
  await street.settle();

  expect(await streetEvents(street)).toEqual(["link-down bus-1 bus-2 bus-3"]);
  expect(await ringing(street)).toEqual([]);
  // Not hidden: recorded, unknown on the page, and marked with the cause.
  const silent = (await busAlarms(street)).filter(({ event }) => event.rule === "silence");
  expect(silent.map(({ event }) => event.detector)).toEqual(onBus);
  expect(silent[0]?.event.held).toMatchObject({ by: "suppressed", who: "link-down:line-a" });
  expect(street.stateOf("bus-2")).toBe("unknown");

  // The gas is not asked which line it comes over.
  await reports(street, "bus-2", 1_200, "mqtt");
  await street.time.pass(180_000);
  await reports(street, "bus-2", 1_200, "mqtt");
  await street.settle();
  expect((await ringing(street)).some((one) => one.endsWith("co bus-2"))).toBe(true);
  expect(street.buzzer()).toBe("on t4");
});

test("a line that is back lifts the suppression once it has stayed open; who stays silent is told then", async () => {
  const street = await openGateway(siteWithLine());
  for (const id of onBus) await reports(street, id, 2);
  street.pipeline().setLink("line-a", false);
  await street.time.pass(120_000);

  // It flaps: open for a moment is not back.
  street.pipeline().setLink("line-a", true);
  await street.time.pass(10_000);
  street.pipeline().setLink("line-a", false);
  await street.time.pass(60_000);
  expect(await streetEvents(street)).toHaveLength(1);

  street.pipeline().setLink("line-a", true);
  await street.time.pass(1_000);
  for (const id of ["bus-1", "bus-3"]) await reports(street, id, 2);
  await street.time.pass(29_250);
  await street.settle();
  expect(await streetEvents(street)).toEqual([
    "link-down bus-1 bus-2 bus-3",
    "link-up bus-1 bus-2 bus-3",
  ]);
  expect(await ringing(street)).toEqual(["worsened silence bus-2"]);
});

test("the suppression outlives a restart, and so does the end of it", async () => {
  const street = await openGateway(siteWithLine());
  for (const id of onBus) await reports(street, id, 2);
  street.pipeline().setLink("line-a", false);
  await street.settle();
  await street.crashAndRestart();
  street.pipeline().setLink("line-a", false);
  await street.time.pass(180_000);
  expect(await ringing(street)).toEqual([]);
  expect(await streetEvents(street)).toHaveLength(1);

  await street.crashAndRestart();
  street.pipeline().setLink("line-a", true);
  await street.time.pass(31_000);
  await street.settle();
  expect(await streetEvents(street)).toEqual([
    "link-down bus-1 bus-2 bus-3",
    "link-up bus-1 bus-2 bus-3",
  ]);
  expect((await ringing(street)).sort()).toEqual(onBus.map((id) => `worsened silence ${id}`));
});

test("a line that is taken out of the site file leaves no home suppressed for ever", async () => {
  const withLine = siteWithLine();
  const street = await openGateway(withLine);
  for (const id of onBus) await reports(street, id, 2);
  street.pipeline().setLink("line-a", false);
  await street.settle();
  const rewired = { ...withLine, gateway: { ...withLine.gateway, lines: [] } };
  await street.crashAndRestart(rewired);
  await street.time.pass(180_000);
  await street.settle();
  expect((await ringing(street)).sort()).toEqual(onBus.map((id) => `raised silence ${id}`));
  expect(await streetEvents(street)).toContain("link-up ");
});
