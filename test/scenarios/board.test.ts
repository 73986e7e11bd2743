/** The gateway's own board, asked from a phone on the community's network. */
import { describe, expect, onTestFinished, test } from "vitest";
import { detectorId, userId } from "#domain/ids.ts";
import { minutes } from "#domain/quantity.ts";
import { badge, openBoard, pins } from "./open-board.ts";

const kitchen = "xian-2-1-603";
const alarmed = { co_ppm: 80, status: ["alarm"] };

const open = async () => {
  const board = await openBoard();
  onTestFinished(board.close);
  await board.street.says(kitchen, alarmed);
  const phone = board.browserAt("192.168.1.20");
  return { ...board, phone };
};
const actions = async (street: Awaited<ReturnType<typeof open>>["street"]): Promise<string[]> =>
  (await street.records()).flatMap(({ notice }) =>
    "action" in notice
      ? [`${notice.action.kind} ${notice.action.by} ${notice.action.origin?.source ?? "-"}`]
      : [],
  );
const problem = (answer: { readonly body: string }): string => {
  const { type, detail, detailEn } = JSON.parse(answer.body);
  expect(detail).toMatch(/[\u4e00-\u9fff]/);
  expect(detailEn).toMatch(/[a-z]/);
  return String(type);
};

describe("who has shown nothing", () => {
  test("sees building and riser, the value and its age, and not which flat", async () => {
    const { phone } = await open();
    const page = await phone.page();
    expect(page).toContain("2栋 1单元");
    expect(page).toContain("CO 80 ppm");
    const everything = page + JSON.stringify(await phone.status());
    expect(everything).not.toMatch(/603|xian-2/);
    expect((await phone.status()).detectors).toHaveLength(3);
  });

  test("not even in a fault's sentence", async () => {
    const { phone, faults } = await open();
    faults.set(`state:${kitchen}`, { zh: `${kitchen} 读不出`, en: `喜安社区2栋1单元603: unread` });
    const { faults: shown } = await phone.status();
    expect(JSON.stringify(shown)).not.toMatch(/603|xian-2/);
    expect(shown[0]?.zh).toMatch(/^#[0-9a-f]{6} 读不出$/);
  });

  test("cannot act, whatever header it sends", async () => {
    const { phone, street } = await open();
    const [alarm] = (await phone.status()).alarms;
    expect(problem(await phone.sign(alarm?.episode ?? ""))).toBe("/problems/pin-needed");
    expect(problem(await phone.hush(alarm?.episode ?? ""))).toBe("/problems/pin-needed");
    expect(await actions(street)).toEqual([]);
  });

  test("sees flats on the machine itself, but not through a proxy there", async () => {
    const { browserAt } = await open();
    const here = browserAt("127.0.0.1");
    expect(await here.page()).toContain("603");
    const proxied = await here.ask("GET", "/", undefined, { "x-forwarded-for": "192.168.1.9" });
    expect(proxied.body).not.toContain("603");
  });

  test("reads English when it asks for it", async () => {
    const { phone } = await open();
    expect(await phone.page("/?lang=en")).toContain("Carbon monoxide");
    const english = await phone.ask("GET", "/", undefined, { "accept-language": "en-GB" });
    expect(english.body).toContain('<html lang="en">');
    expect(await phone.page()).toContain("一氧化碳");
  });
});

test("who looks sees in words why an alarm rings nobody, and how long it still does not", async () => {
  const board = await openBoard();
  onTestFinished(board.close);
  const shelve = {
    kind: "shelve",
    rule: "tamper",
    by: userId("赵军"),
    reason: "xian-2-1-603 换表",
  } as const;
  board.street.pipeline().command(detectorId("xian-2-1-603"), { ...shelve, duration: minutes(30) });
  board.street.pipeline().setLink("mqtt", false);
  await board.street.says("xian-2-1-603", { co_ppm: 2, status: ["tamper"] });
  await board.street.time.pass(600_000);
  const guest = board.browserAt("127.0.0.1");
  const zh = await guest.page();
  expect(zh).toContain("<b>已搁置</b>");
  expect(zh).toMatch(/赵军:xian-2-1-603 换表 · <span data-until="\d+">20:00<\/span> 后恢复响铃/);
  const en = await guest.page("/?lang=en");
  expect(en).toContain("<b>shelved</b>");
  expect(zh).toContain("<b>线路中断,暂不响铃</b>");
  const stranger = board.browserAt("192.168.1.20");
  expect(JSON.stringify(await stranger.status())).not.toMatch(/603|xian-2/);
});

describe("with a PIN", () => {
  test("one sees the flat, signs, and the record says who and from which screen", async () => {
    const { phone, street } = await open();
    const [hidden] = (await phone.status()).alarms;
    expect((await phone.showPin("wang", pins.wang)).json()).toMatchObject({
      person: { name: "王强" },
    });
    expect(await phone.page()).toContain("喜安社区2栋1单元603");
    // The page that was masked still names the same alarm.
    const signed = await phone.sign(hidden?.episode ?? "");
    expect(signed.json()).toMatchObject({ done: [{ kind: "acknowledged" }], written: true });
    expect(await actions(street)).toEqual(["acknowledged 王强 192.168.1.20"]);
    expect(await phone.page()).toMatch(/王强 \d\d:\d\d:\d\d 签收/);
    expect(problem(await phone.sign(hidden?.episode ?? ""))).toBe("/problems/refused");
  });

  test("one hushes once, for minutes that are counted down, and only on site", async () => {
    const { phone, street } = await open();
    await phone.showPin("wang", pins.wang);
    const [alarm] = (await phone.status()).alarms;
    const episode = alarm?.episode ?? "";
    expect(problem(await phone.hush(episode, { onSite: false }))).toBe("/problems/refused");
    expect(problem(await phone.hush(episode, { minutes: 11 }))).toBe("/problems/refused");
    expect(problem(await phone.hush(episode, { minutes: 1e9 }))).toBe("/problems/invalid-request");
    expect(problem(await phone.hush(episode, { reason: "" }))).toBe("/problems/refused");
    expect(street.buzzer()).toBe("on t4");
    const { untilMs } = (await phone.hush(episode)).json().done[0];
    expect(untilMs).toBe(street.time.clock.now().wallMs + 300_000);
    expect(street.buzzer()).toBe("off");
    expect(await phone.page()).toMatch(
      /已消音 · <span data-until="\d+">5:00<\/span> 后恢复声响 · 王强:已开窗/,
    );
    for (let half = 0; half < 10; half += 1) {
      street.time.advance(30_000);
      await street.says(kitchen, alarmed);
    }
    street.time.advance(250);
    expect(street.buzzer()).toBe("on t4");
    await phone.showPin("wang", pins.wang);
    expect(problem(await phone.hush(episode))).toBe("/problems/refused");
    expect(await phone.page()).toContain("已消音过一次");
  });

  test("one does only what one may", async () => {
    const { phone } = await open();
    await phone.showPin("li", pins.li);
    const [alarm] = (await phone.status()).alarms;
    expect(problem(await phone.hush(alarm?.episode ?? ""))).toBe("/problems/not-permitted");
    expect((await phone.sign(alarm?.episode ?? "")).statusCode).toBe(200);
  });

  test("a wall screen forgets one after five idle minutes, and at once when one locks it", async () => {
    const { phone, street } = await open();
    await phone.showPin("wang", pins.wang);
    await phone.leave();
    expect(await phone.page()).not.toContain("603");
    await phone.showPin("wang", pins.wang);
    street.time.advance(4 * 60_000);
    expect(await phone.page()).toContain("603");
    street.time.advance(60_000);
    expect(await phone.page()).not.toContain("603");
    const [alarm] = (await phone.status()).alarms;
    expect(problem(await phone.sign(alarm?.episode ?? ""))).toBe("/problems/pin-needed");
  });

  test("what the disk will not have has effect, and the person is told", async () => {
    const { phone, street } = await open();
    await phone.showPin("wang", pins.wang);
    street.setDisk("failing");
    const [alarm] = (await phone.status()).alarms;
    expect((await phone.sign(alarm?.episode ?? "")).json()).toMatchObject({ written: false });
    expect(street.leftUnwritten).toHaveLength(1);
  });

  test("an alarm that is not there is said to be so", async () => {
    const { phone } = await open();
    await phone.showPin("wang", pins.wang);
    expect(problem(await phone.sign("../../x"))).toBe("/problems/no-such-alarm");
    expect(problem(await phone.ask("GET", "/api/v1/nothing"))).toBe("/problems/not-found");
    expect(problem(await phone.ask("POST", "/api/v1/session"))).toBe("/problems/invalid-request");
  });
});

test("a badge does the same", async () => {
  const { phone, street } = await open();
  expect(problem(await phone.showBadge("zhao.wrong"))).toBe("/problems/wrong-pin");
  expect((await phone.showBadge(badge)).statusCode).toBe(200);
  const [alarm] = (await phone.status()).alarms;
  await phone.sign(alarm?.episode ?? "");
  expect(await actions(street)).toEqual(["acknowledged 赵军 192.168.1.20"]);
});

describe("a guesser", () => {
  test("waits longer and longer, is shown to the duty seat, and keeps nobody else out", async () => {
    const { phone, browserAt, street, faults } = await open();
    await phone.showPin("wang", pins.wang);
    await phone.leave();
    const stairwell = browserAt("192.168.1.66");
    for (let tries = 0; tries < 4; tries += 1) {
      expect(problem(await stairwell.showPin("wang", "000111"))).toBe("/problems/wrong-pin");
    }
    const early = await stairwell.showPin("wang", pins.wang);
    expect(problem(early)).toBe("/problems/too-many-tries");
    expect(early.headers["retry-after"]).toBe("1");
    street.time.advance(1_000);
    expect(problem(await stairwell.showPin("wang", "000111"))).toBe("/problems/wrong-pin");
    expect((await stairwell.showPin("wang", pins.wang)).headers["retry-after"]).toBe("2");
    expect([...faults.keys()]).toEqual(["pin-guessing:wang"]);
    // From many addresses: the person's door closes for strangers, not where they are known.
    for (let address = 100; address < 120; address += 1) {
      await browserAt(`192.168.1.${address}`).showPin("wang", "000111");
    }
    expect(problem(await browserAt("192.168.1.200").showPin("wang", pins.wang))).toBe(
      "/problems/too-many-tries",
    );
    expect((await phone.showPin("wang", pins.wang)).statusCode).toBe(200);
    expect((await browserAt("192.168.1.201").showPin("li", pins.li)).statusCode).toBe(200);
  });

  test("who tries many at once slips through with none of them", async () => {
    const { browserAt } = await open();
    const stairwell = browserAt("192.168.1.66");
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => stairwell.showPin("wang", String(100_000 + at))),
    );
    const codes = answers.map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 401)).toHaveLength(4);
    expect(codes.filter((code) => code === 429)).toHaveLength(16);
  });
});

test.each([
  ["without our header", {}],
  ["from another site", { "x-canary-board": "1", "sec-fetch-site": "cross-site" }],
  ["from another origin", { "x-canary-board": "1", origin: "http://evil.example" }],
])("a page %s cannot act, though the browser is somebody's", async (_, headers) => {
  const { phone, street } = await open();
  await phone.showPin("wang", pins.wang);
  const [alarm] = (await phone.status()).alarms;
  const path = `/api/v1/alarms/${encodeURIComponent(alarm?.episode ?? "")}/acknowledge`;
  expect(problem(await phone.ask("POST", path, {}, headers))).toBe("/problems/foreign-page");
  expect(problem(await phone.ask("POST", "/api/v1/session", {}, headers))).toBe(
    "/problems/foreign-page",
  );
  expect(await actions(street)).toEqual([]);
});

test("no PIN is in any record, state, fault or page", async () => {
  const { phone, street, faults } = await open();
  for (let tries = 0; tries < 6; tries += 1) await phone.showPin("wang", "860514");
  street.time.advance(60_000);
  await phone.showPin("wang", pins.wang);
  const [alarm] = (await phone.status()).alarms;
  await phone.sign(alarm?.episode ?? "");
  const everything = JSON.stringify([
    await street.records(),
    await phone.status(),
    await phone.page(),
    [...faults],
  ]);
  expect(everything).toContain("王强");
  expect(everything).not.toContain(pins.wang);
  expect(everything).not.toContain("860514");
});
