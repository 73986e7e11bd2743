/** A latched alarm and the person at the board who lets it go: GB/T 45839, decision 0008. */
import { describe, expect, onTestFinished, test } from "vitest";
import { badge, openBoard, pins } from "./open-board.ts";

const kitchen = "xian-2-1-603";
const alarmed = { co_ppm: 80, status: ["alarm"] };
const well = { co_ppm: 2, status: [] };
const button = 'data-deed="reset">复位</button>';

/** An alarm of the kitchen, and whatever of its life has happened before the story. */
const open = async (...before: readonly ("returned" | "signed")[]) => {
  const board = await openBoard();
  onTestFinished(board.close);
  const { street } = board;
  await street.says(kitchen, alarmed);
  const phone = board.browserAt("192.168.1.20");
  const [alarm] = (await phone.status()).alarms;
  const episode = alarm?.episode ?? "";
  if (before.includes("signed")) {
    const desk = board.browserAt("192.168.1.30");
    await desk.showPin("li", pins.li);
    expect((await desk.sign(episode)).statusCode).toBe(200);
  }
  street.time.advance(10_000);
  await street.says(kitchen, before.includes("returned") ? well : alarmed);
  return { ...board, phone, episode };
};

const resets = async (street: Awaited<ReturnType<typeof open>>["street"]) =>
  (await street.records()).flatMap(({ notice }) =>
    "action" in notice && notice.action.kind === "reset" ? [notice] : [],
  );
const problem = (answer: { readonly body: string }): string => {
  const { type, detail, detailEn } = JSON.parse(answer.body);
  return `${type} ${detail} ${detailEn}`;
};

describe("an alarm that is over and signed for", () => {
  test("waits at the board until somebody with a PIN resets it; then the home is normal", async () => {
    const { phone, street, episode } = await open("signed", "returned");
    expect(await phone.page()).toContain("已签收,待复位");
    expect(await phone.page()).toContain(button);

    await phone.showPin("wang", pins.wang);
    const answer = await phone.reset(episode);
    expect(answer.json()).toMatchObject({ done: [{ kind: "reset" }], written: true });
    expect((await phone.status()).alarms).toEqual([]);
    const page = await phone.page();
    expect(page).toContain("没有报警");
    expect(page).not.toContain("待复位");
    expect(street.stateOf(kitchen)).toBe("normal");
  });

  test("is recorded with who let it go, at which screen, when, and what they found", async () => {
    const { phone, street, episode } = await open("signed", "returned");
    await phone.showBadge(badge);
    const { wallMs } = street.time.clock.now();
    await phone.reset(episode, "灶具软管已换");
    expect(await resets(street)).toMatchObject([
      {
        action: {
          detector: kitchen,
          rule: "device-alarm-co",
          by: "赵军",
          reason: "灶具软管已换",
          at: { wallMs },
          origin: { side: "board", source: "192.168.1.20" },
        },
        where: { gateway: "gw-xian-1" },
      },
    ]);
  });

  test("stays reset after a restart, and cannot be reset twice", async () => {
    const { phone, street, episode } = await open("signed", "returned");
    await phone.showPin("wang", pins.wang);
    await phone.reset(episode);
    expect(problem(await phone.reset(episode))).toContain("/problems/no-such-alarm");
    await street.crashAndRestart();
    expect((await phone.status()).alarms).toEqual([]);
    expect(await resets(street)).toHaveLength(1);
  });

  test("may be reset by whoever may sign, though they may not hush", async () => {
    const { phone, episode } = await open("signed", "returned");
    await phone.showPin("li", pins.li);
    expect((await phone.reset(episode)).statusCode).toBe(200);
  });

  test("that comes back has no reset: it is a new alarm, to be signed for anew", async () => {
    const { phone, street, episode } = await open("signed", "returned");
    await phone.showPin("wang", pins.wang);
    await street.says(kitchen, alarmed);
    expect(problem(await phone.reset(episode))).toContain("/problems/no-such-alarm");
    expect(await phone.page()).not.toContain(button);
    expect((await phone.status()).alarms).toMatchObject([{ life: "unacknowledged" }]);
  });

  test("is not let go under the name of a self-test that follows it", async () => {
    const { phone, street, episode } = await open("signed", "returned");
    await phone.showPin("wang", pins.wang);
    street.time.advance(10_000);
    await street.says(kitchen, { co_ppm: 2, status: ["alarm", "self-test"] });
    const { alarms } = await phone.status();
    const selfTest = alarms.find((one) => one.test && one.rule === "device-alarm-co");
    expect(selfTest).toMatchObject({ active: true });
    expect(problem(await phone.reset(selfTest?.episode ?? ""))).toContain("/problems/refused");
    expect(await resets(street)).toEqual([]);
    expect((await phone.page()).split(button)).toHaveLength(2);
    expect((await phone.reset(episode)).statusCode).toBe(200);
  });
});

test.each([
  ["stands, unsigned", []],
  ["stands, signed for", ["signed"]],
  ["is over and nobody has signed for", ["returned"]],
] as const)("an alarm that %s offers no reset and refuses one with the rule", async (_, before) => {
  const { phone, street, episode } = await open(...before);
  await phone.showPin("wang", pins.wang);
  expect(await phone.page()).not.toContain(button);
  const refused = problem(await phone.reset(episode));
  expect(refused).toContain("/problems/refused");
  expect(refused).toContain("只有已恢复且已签收的锁存报警可以复位");
  expect(refused).toContain("only an alarm that has returned and is signed for can");
  expect((await phone.status()).alarms).toHaveLength(1);
  expect(await resets(street)).toEqual([]);
});

describe("a latched alarm stays latched", () => {
  test("for a wrong PIN, and for none", async () => {
    const { phone, street, episode } = await open("signed", "returned");
    expect(problem(await phone.showPin("wang", "000111"))).toContain("/problems/wrong-pin");
    expect(problem(await phone.reset(episode))).toContain("/problems/pin-needed");
    expect((await phone.status()).alarms).toMatchObject([{ life: "latched" }]);
    expect(await resets(street)).toEqual([]);
  });

  test.each(["", "  "])("for a reason that says nothing (%j)", async (reason) => {
    const { phone, street, episode } = await open("signed", "returned");
    await phone.showPin("wang", pins.wang);
    expect(problem(await phone.reset(episode, reason))).toContain("必须写明姓名和原因");
    expect((await phone.status()).alarms).toMatchObject([{ life: "latched" }]);
    expect(await resets(street)).toEqual([]);
  });
});
