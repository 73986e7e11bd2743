import { expect, test } from "vitest";
import type { AlarmNotice } from "#domain/alarm.ts";
import { exampleSite, openGateway, type StoryGateway } from "./open-gateway.ts";
import { withShadow } from "./sites.ts";

const kitchen = "xian-2-1-603";
/** UL 2034 alone is slower at 400 ppm than the set in force, and so is a good trial. */
const onTrial = () => withShadow(exampleSite(), "ul-2034");

const coEvents = async (street: StoryGateway): Promise<string[]> =>
  (await street.alarms())
    .filter(({ event }) => event.alarmClass === "co")
    .map(({ event }) => `${event.kind} ${event.rule} ${event.held?.by ?? "rings"}`);
const smell = async (street: StoryGateway, co: number, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 10) {
    await street.says(kitchen, { co_ppm: co });
    street.time.advance(10_000);
  }
  await street.settle();
};

test("a set on trial is recorded, rings nobody and sounds nothing", async () => {
  const street = await openGateway(withShadow(exampleSite(), "cn-2019"));
  await street.says(kitchen, { co_ppm: 80, status: ["alarm"] });
  expect((await coEvents(street)).sort()).toEqual([
    "raised device-alarm-co rings",
    "raised device-alarm-co shadow",
  ]);
  const [live, shadow] = await street.alarms();
  // Both are there although both were raised in the same instant by rules of the same name.
  expect(live?.event.id).not.toBe(shadow?.event.id);
  expect(live?.event.episode).not.toBe(shadow?.event.episode);
  const lanes = (await street.records()).map(({ lane, notice }) =>
    "event" in notice ? `${lane} ${notice.event.held?.by ?? "rings"}` : "",
  );
  expect(lanes.sort()).toEqual(["alarm rings", "state shadow"]);
});

test("the live rules judge the same with and without a trial", async () => {
  const [alone, tried] = [await openGateway(), await openGateway(onTrial())];
  for (const street of [alone, tried]) await smell(street, 400, 600);
  const live = async (street: StoryGateway): Promise<unknown> =>
    (await street.alarms()).filter(({ event }) => event.held === undefined);
  expect(await live(tried)).toEqual(await live(alone));
  expect(tried.buzzer()).toBe(alone.buzzer());
  const trial = (await tried.alarms()).filter(({ event }) => event.held?.by === "shadow");
  const firstAt = (rings: boolean, of: readonly AlarmNotice[]): number =>
    of.find(({ event }) => event.rule === "co" && event.priority === 1 && !!event.held !== rings)
      ?.event.at.monoMs ?? Number.NaN;
  expect(firstAt(false, trial)).toBeGreaterThan(firstAt(true, await alone.alarms()));
});

test("the trial goes on over a restart, in its own state; without it its state is left aside", async () => {
  const street = await openGateway(onTrial());
  // UL 2034 takes 400 ppm for some eight minutes: neither half of the time would be enough.
  await smell(street, 400, 300);
  await street.crashAndRestart();
  expect(urgentOnTrial(await street.alarms())).toHaveLength(0);
  await smell(street, 400, 300);
  expect(urgentOnTrial(await street.alarms())).toHaveLength(1);
  await street.crashAndRestart(exampleSite());
  expect(street.faults()).toEqual([]);
  expect(street.buzzer()).toBe("on t4");
});

const urgentOnTrial = (alarms: readonly AlarmNotice[]): readonly AlarmNotice[] =>
  alarms.filter(({ event }) => event.held?.by === "shadow" && event.priority === 1);
