/** Shelving and out of service at the gateway's own board: who may, what is refused, how it ends. */
import { describe, expect, onTestFinished, test } from "vitest";
import { commandKinds } from "#domain/command.ts";
import { boardDeeds, type BoardDeed } from "#platform/site-file/people-schema.ts";
import { badged, openBoard } from "./open-board.ts";

const kitchen = "xian-2-1-603";
const well = { co_ppm: 2, status: [] };
const alarmed = { co_ppm: 80, status: ["alarm"] };
const lowBattery = { co_ppm: 2, status: ["battery-low"] };

const shelving = { rule: "battery-low", minutes: 120, reason: "电池下午送到" };
const takingOut = { minutes: 1_440, reason: "传感器送检", onSite: false };
const deeds = [
  ["shelve", shelving],
  ["unshelve", { rule: "battery-low" }],
  ["take-out-of-service", takingOut],
  ["return-to-service", {}],
] as const;

const sun = badged("sun", "孙梅", [...boardDeeds]);
const he = badged("he", "何平", ["unshelve", "return-to-service"]);

const open = async (...more: readonly (typeof sun)[]) => {
  const board = await openBoard([sun, he, ...more].map(({ person }) => person));
  onTestFinished(board.close);
  const { street } = board;
  const phone = board.browserAt("192.168.1.20");
  const known = async ({ badge }: typeof sun) => {
    await phone.showBadge(badge);
    return phone;
  };
  /** It goes on speaking, so that nothing but time passes. */
  const hears = async (says: object, minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      street.time.advance(60_000);
      await street.says(kitchen, says);
    }
  };
  return { ...board, phone, known, hears };
};
type Street = Awaited<ReturnType<typeof open>>["street"];

const actions = async (street: Street): Promise<string[]> =>
  (await street.records()).flatMap(({ notice }) => {
    if (!("action" in notice)) return [];
    const { kind, rule, by, reason, origin } = notice.action;
    return [`${kind} ${rule} ${by} ${reason} ${origin?.source ?? "-"}`];
  });

const refusal = (answer: { readonly statusCode: number; readonly body: string }): string => {
  const { type, detail, detailEn } = JSON.parse(answer.body);
  expect(detail).toMatch(/[\u4e00-\u9fff]/);
  expect(detailEn).toMatch(/[a-z]/);
  return `${answer.statusCode} ${String(type).replace("/problems/", "")}: ${detailEn}`;
};

test("a battery is shelved with a reason for two hours: listed with who, why and until, and nobody is rung", async () => {
  const { street, phone, known, browserAt } = await open();
  const { statusCode, body } = await (await known(sun)).hold(kitchen, "shelve", shelving);
  expect(statusCode).toBe(200);
  const untilMs = street.time.clock.now().wallMs + 7_200_000;
  expect(JSON.parse(body)).toMatchObject({ done: [{ kind: "shelved", untilMs }], written: true });
  expect(await actions(street)).toEqual(["shelved battery-low 孙梅 电池下午送到 192.168.1.20"]);

  // No alarm is open, and the board lists it all the same.
  const page = await phone.page();
  expect(page).toContain("没有报警");
  expect(page).toContain("已搁置 · 电池低");
  expect(page).toMatch(
    /孙梅:电池下午送到 · <span data-until="\d+">2:00:00<\/span> 后恢复响铃 \(至 11-22 10:00\)/,
  );
  expect(page).toContain('data-deed="unshelve">解除搁置');
  const english = await phone.page("/?lang=en");
  expect(english).toContain("shelved · Battery low");
  expect(english).toContain('data-deed="unshelve">End shelving');
  await street.says(kitchen, lowBattery);
  expect((await phone.status()).alarms[0]).toMatchObject({ life: "shelved", hold: { by: "孙梅" } });

  // A passer-by sees that and why, and not which flat.
  const passer = browserAt("192.168.1.99");
  expect(await passer.page()).toContain("已搁置 · 电池低");
  const shown = (await passer.page()) + JSON.stringify((await passer.status()).holds);
  expect(shown).not.toMatch(/603|xian-2/);
});

test("somebody else ends it early, and the alarm rings again at once", async () => {
  const { street, phone, known } = await open();
  await (await known(sun)).hold(kitchen, "shelve", shelving);
  await street.says(kitchen, lowBattery);
  await known(he);
  expect((await phone.hold(kitchen, "unshelve", { rule: "battery-low" })).statusCode).toBe(200);
  expect((await actions(street)).at(-1)).toBe(
    "unshelved battery-low 何平 电池下午送到 192.168.1.20",
  );
  const { alarms, holds, endedHolds } = await phone.status();
  expect(alarms[0]).toMatchObject({ rule: "battery-low", life: "unacknowledged" });
  // Ended by hand: nobody needs to be told that its time was up.
  expect([holds, endedHolds]).toEqual([[], []]);
});

test("a whole detector is out of service and comes back, asked from a page that was still masked", async () => {
  const { street, phone, known } = await open();
  const [masked] = (await phone.status()).detectors;
  await known(sun);
  // The page that was open before the badge was shown knows the detector by its masked name only.
  const handle = masked?.detector ?? "";
  expect(handle).toMatch(/^#/);
  expect((await phone.hold(handle, "take-out-of-service", takingOut)).statusCode).toBe(200);
  const [hold] = (await phone.status()).holds;
  expect(hold).toMatchObject({ kind: "out-of-service", rule: "all", by: "孙梅" });
  expect(await phone.page()).toContain("已停用 · 整台探测器");
  expect(await phone.page()).toContain('data-deed="return-to-service">恢复使用');
  expect((await phone.hold(handle, "return-to-service")).statusCode).toBe(200);
  expect(await actions(street)).toEqual([
    "taken-out-of-service all 孙梅 传感器送检 192.168.1.20",
    "returned-to-service all 孙梅 传感器送检 192.168.1.20",
  ]);
});

describe("when its time is up", () => {
  test("whoever put it there is told at their next visit, also after a crash, until they have seen it", async () => {
    const { street, phone, known, hears, browserAt } = await open();
    await (await known(sun)).hold(kitchen, "shelve", { ...shelving, minutes: 30 });
    await phone.leave();
    await street.says(kitchen, lowBattery);
    await hears(lowBattery, 30);
    expect((await actions(street)).at(-1)).toBe("shelving-expired battery-low 孙梅 电池下午送到 -");
    await street.crashAndRestart();

    // Everybody sees it, nobody but its owner takes it away, and no stranger learns the flat.
    const stranger = browserAt("192.168.1.99");
    const masked = (await stranger.status()).endedHolds;
    expect(masked).toMatchObject([{ by: "孙梅", kind: "shelved", rule: "battery-low" }]);
    expect(JSON.stringify(masked)).not.toMatch(/603|xian-2/);
    const id = masked[0]?.id ?? "";
    expect(refusal(await stranger.seen(id))).toContain("401 pin-needed");
    await known(he);
    expect(refusal(await phone.seen(id))).toContain("403 not-permitted");
    expect(await phone.page()).not.toContain('data-deed="seen"');

    await known(sun);
    const page = await phone.page();
    expect(page).toContain("已搁置 · 电池低 · 到期 11-22 08:30");
    expect(page).toContain('data-deed="seen">知道了');
    expect((await phone.seen(id)).statusCode).toBe(200);
    expect(await phone.page()).not.toContain('data-deed="seen"');
    expect(refusal(await phone.seen(id))).toContain("404 no-such-hold");
    await street.settle();
    await street.crashAndRestart();
    expect((await phone.status()).endedHolds).toEqual([]);
  });

  test("an hour ran out while the gateway was down: it is told as well", async () => {
    const { street, phone, known } = await open();
    await (await known(sun)).hold(kitchen, "take-out-of-service", { ...takingOut, minutes: 60 });
    street.time.dropTimers();
    street.time.advance(61 * 60_000);
    await street.crashAndRestart();
    expect((await phone.status()).endedHolds).toMatchObject([
      { kind: "out-of-service", rule: "all", by: "孙梅" },
    ]);
    expect((await phone.status()).holds).toEqual([]);
  });

  test("a note stands for a week at most", async () => {
    const { street, phone, known } = await open();
    await (await known(sun)).hold(kitchen, "take-out-of-service", { ...takingOut, minutes: 1 });
    await street.time.pass(60_250);
    expect((await phone.status()).endedHolds).toHaveLength(1);
    street.time.dropTimers();
    street.time.advance(7 * 24 * 3_600_000);
    expect((await phone.status()).endedHolds).toEqual([]);
  });
});

describe("each deed is a right of its own", () => {
  const rights = deeds.map(([right]) => badged(`only-${right}`, `仅${right}`, [right]));
  const rows = deeds.flatMap(([right], at) =>
    deeds.map(([deed, body]) => [right, deed, body, rights[at]] as const),
  );
  test.each(rows)("who may only %s asks to %s", async (right, deed, body, holder) => {
    const { street, phone, known } = await open(...rights);
    // Something to end, put there by somebody who may.
    await known(sun);
    if (deed === "unshelve") await phone.hold(kitchen, "shelve", shelving);
    if (deed === "return-to-service") await phone.hold(kitchen, "take-out-of-service", takingOut);
    const before = await actions(street);
    await known(holder ?? sun);
    const answer = await phone.hold(kitchen, deed, body);
    if (right === deed) expect(answer.statusCode).toBe(200);
    else expect(refusal(answer)).toContain("403 not-permitted");
    expect(await actions(street)).toHaveLength(before.length + Number(right === deed));
  });

  test.each<BoardDeed>(["acknowledge", "hush"])("to %s gives none of them", async (right) => {
    const guard = badged("guard", "门卫", [right]);
    const { street, phone, known } = await open(guard);
    await known(guard);
    for (const [deed, body] of deeds) {
      expect(refusal(await phone.hold(kitchen, deed, body))).toContain("403 not-permitted");
    }
    expect(await actions(street)).toEqual([]);
  });
});

describe("is refused in both languages, and changes nothing", () => {
  const dayAndMore = 24 * 60 + 1;
  const weekAndMore = 7 * 24 * 60 + 1;
  test.each<readonly [why: string, says: object, deed: string, body: object, refused: string]>([
    ["no reason", well, "shelve", { ...shelving, reason: " " }, "409 refused: A name and a reason"],
    ["no reason", well, "take-out-of-service", { ...takingOut, reason: "" }, "409 refused: A name"],
    ["no time", well, "shelve", { ...shelving, minutes: 0 }, "at most 24 h"],
    ["too long", well, "shelve", { ...shelving, minutes: dayAndMore }, "at most 24 h"],
    [
      "too long",
      well,
      "take-out-of-service",
      { ...takingOut, minutes: weekAndMore },
      "at most 168 h",
    ],
    [
      "CO that stands",
      alarmed,
      "shelve",
      { ...shelving, rule: "device-alarm-co" },
      "A gas or CO alarm stands",
    ],
    [
      "CO that builds up",
      alarmed,
      "shelve",
      { ...shelving, rule: "co" },
      "A gas or CO alarm stands",
    ],
    ["CO, nobody on site", alarmed, "take-out-of-service", takingOut, "only by a person on site"],
    ["nothing to end", well, "unshelve", { rule: "co" }, "409 refused: There is nothing to lift"],
    ["nothing to end", well, "return-to-service", {}, "409 refused: There is nothing to lift"],
    ["no such rule", well, "shelve", { ...shelving, rule: "all" }, "400 invalid-request"],
    ["minutes missing", well, "shelve", { rule: "co", reason: "打蜡" }, "400 invalid-request"],
  ])("%s", async (_, says, deed, body, refused) => {
    const { street, phone, known } = await open();
    await street.says(kitchen, says);
    const sounded = street.buzzer();
    await known(sun);
    expect(refusal(await phone.hold(kitchen, deed, body))).toContain(refused);
    expect(await actions(street)).toEqual([]);
    expect((await phone.status()).holds).toEqual([]);
    expect(street.buzzer()).toBe(sounded);
  });

  test("for a detector that is not here, for nobody, and from a foreign page", async () => {
    const { street, phone, known } = await open();
    expect(refusal(await phone.hold(kitchen, "shelve", shelving))).toContain("401 pin-needed");
    await known(sun);
    expect(refusal(await phone.hold("elsewhere", "shelve", shelving))).toContain(
      "404 no-such-detector",
    );
    const path = `/api/v1/detectors/${kitchen}/shelve`;
    const foreign = await phone.ask("POST", path, shelving, {});
    expect(refusal(foreign)).toContain("403 foreign-page");
    expect(await actions(street)).toEqual([]);
  });

  test("a second time", async () => {
    const { phone, known } = await open();
    await known(sun);
    await phone.hold(kitchen, "shelve", shelving);
    expect(refusal(await phone.hold(kitchen, "shelve", shelving))).toContain("held back already");
  });

  test("from the center: no command there is one of these", () => {
    expect(commandKinds).toEqual(["acknowledge", "release-hush"]);
  });
});

test("a person on site takes out a detector that cries CO without cause; shelved ahead, the high level still rings", async () => {
  const { street, phone, known } = await open();
  await street.says(kitchen, alarmed);
  expect(street.buzzer()).toBe("on t4");
  await known(sun);
  const onSite = { ...takingOut, onSite: true, reason: "到场用便携仪测得 0 ppm" };
  expect((await phone.hold(kitchen, "take-out-of-service", onSite)).statusCode).toBe(200);
  await street.says(kitchen, alarmed);
  expect((await phone.status()).holds).toMatchObject([{ kind: "out-of-service" }]);
  expect(street.buzzer()).toBe("off");

  const neighbour = "xian-2-1-604";
  const waxing = { rule: "combustible", minutes: 60, reason: "地板打蜡,住户在场" };
  expect((await phone.hold(neighbour, "shelve", waxing)).statusCode).toBe(200);
  await street.says(neighbour, { ch4_lel: 25, status: [] });
  const gas = (await phone.status()).alarms.find(({ detector }) => detector === neighbour);
  expect(gas).toMatchObject({ life: "unacknowledged", priority: 1 });
  expect(street.buzzer()).toMatch(/^on/);
});

test("the form begins with nothing chosen and no reason written, and every detector has its door", async () => {
  const { phone, known } = await open();
  await known(sun);
  const page = await phone.page();
  expect(page).toMatch(/<select id="held"[^>]*><option value="">请选择<\/option>/);
  expect(page).toContain('<select id="held-for"><option value="">请选择</option>');
  expect(page).toMatch(/<input id="reason" maxlength="200" data-/);
  expect(page.match(/<tr[^>]*data-at="[^"]+">.*?data-deed="hold"/g)).toHaveLength(3);
});
