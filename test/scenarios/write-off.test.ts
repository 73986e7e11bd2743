/** A detector that alarmed and was then taken down: who may end its alarm, when, and what is told. */
import { expect, onTestFinished, test } from "vitest";
import { badged, openBoard } from "./open-board.ts";
import { exampleSite } from "./open-gateway.ts";

const kitchen = "xian-2-1-603";
const leak = { gas: "methane", lel_percent: 12, status: ["alarm"] };
const chief = badged("chief", "何平", ["acknowledge", "write-off"]);
const guard = badged("guard", "孙梅", ["acknowledge", "hush"]);

const open = async () => {
  const board = await openBoard([chief.person, guard.person]);
  onTestFinished(board.close);
  const { street } = board;
  await street.says(kitchen, leak);
  const phone = board.browserAt("192.168.1.20");
  const wait = (minutes: number): void => street.time.advance(minutes * 60_000);
  const site = exampleSite();
  const without = { ...site, detectors: site.detectors.filter(({ id }) => id !== kitchen) };
  const episode = (await phone.status()).alarms[0]?.episode ?? "";
  const leaks = async () =>
    (await phone.status()).alarms.filter(({ alarmClass }) => alarmClass === "gas");
  return { ...board, phone, wait, without, episode, leaks };
};

test("once it is out of the site file and silent, a named person ends it at the board", async () => {
  const { street, phone, wait, without, episode, leaks } = await open();
  await street.crashAndRestart(without);
  expect(await leaks()).toMatchObject([{ active: true, unregistered: true }]);
  await phone.showBadge(chief.badge);
  expect(await phone.page()).toContain('data-deed="write-off">探测器已拆除');
  expect((await phone.writeOff(episode)).json().detail).toContain("10 分钟内还在上报");
  wait(11);
  await phone.showBadge(chief.badge); // an idle visit ends after five minutes
  expect((await phone.writeOff(episode, " ")).statusCode).toBe(409);
  expect((await phone.writeOff(episode)).json()).toMatchObject({
    done: [{ kind: "written-off" }],
    written: true,
  });
  expect(await leaks()).toMatchObject([{ active: false, life: "returned-unacknowledged" }]);
  const told = (await street.records()).flatMap(({ notice }) =>
    "event" in notice && notice.event.rule === "device-alarm-gas" ? [notice.event] : [],
  );
  expect(told.map(({ kind }) => kind)).toEqual(["raised", "returned"]);
  expect(told[1]?.cause.text).toMatchObject({ zh: expect.stringContaining("何平") });

  await street.crashAndRestart(without);
  wait(60);
  expect(await leaks()).toMatchObject([{ active: false }]);
});

test("while it is in the site file nobody can, nor ever who has not the right", async () => {
  const { street, phone, wait, without, episode, leaks } = await open();
  wait(60);
  await phone.showBadge(chief.badge);
  expect(await phone.page()).not.toContain('data-deed="write-off"');
  expect((await phone.writeOff(episode)).json().detail).toContain("仍在站点文件中");
  await street.crashAndRestart(without);
  wait(60);
  await phone.leave();
  expect((await phone.writeOff(episode)).statusCode).toBe(401);
  await phone.showBadge(guard.badge);
  expect((await phone.writeOff(episode)).statusCode).toBe(403);
  expect(await leaks()).toMatchObject([{ active: true }]);
});
