/** A case worked by hand, from the alarm to the verified close: real pages, the real center. */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashPassword } from "#center/accounts/passwords.ts";
import { fireTimers } from "#center/cases/fire-timers.ts";
import { scan } from "#center/http/scan-code.testing.ts";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "#center/open-desk.testing.ts";
import { places, plantRegister } from "#center/rights/plant-register.testing.ts";
import type { Role } from "#domain/rights.ts";
import { expectAccessible, openDuty, openSeat, logIn, row, sees, shoot } from "./console-seat.ts";

const dist = join(import.meta.dirname, "..", "..", "dashboards", "console", "dist");
const password = "a password of my own";
const gateway = createFakeGateway("gw-xian");

let desk: OpenDesk;
let heart: ReturnType<typeof setInterval>;

beforeEach(async () => {
  desk = await openDesk({ consoleFolder: dist });
  await plantRegister(desk.store);
  await addPerson("li", "duty");
  await addPerson("zhao", "duty");
  await addPerson("wang", "grid");
  await addPerson("chen", "community_lead");
  // The center's clock is moved by hand; here it goes as fast as the wall's, and its heart beats.
  heart = setInterval(() => desk.time.advance(1_000), 1_000);
});
afterEach(async () => {
  clearInterval(heart);
  await desk.close();
});

const addPerson = async (name: string, role: Role): Promise<void> => {
  const times = { created_at_ms: 0, disabled_at_ms: null, password_expires_at_ms: null };
  const password_hash = await hashPassword(password);
  await desk.store.db
    .insertInto("users")
    .values({ name, password_hash, must_change_password: 0, area: places.xian, ...times })
    .execute();
  await desk.store.db
    .insertInto("grants")
    .values({ user_name: name, role, area: places.xian })
    .execute();
};

const seatOf = (name: string, look = {}) => openDuty(desk, name, look, password);
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const drawer = (page: Page, title: string | RegExp) => page.getByRole("region", { name: title });

const openFromList = async (page: Page): Promise<void> => {
  await button(page, /^在办事件/).click();
  await button(page, "打开 AJ-000001").click();
  await drawer(page, "事件 AJ-000001").getByText("可做的操作").waitFor();
};

const photo = {
  name: "scene.jpg",
  mimeType: "image/jpeg",
  buffer: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2_000, 7)]),
};

const stateIs = (page: Page, words: string) =>
  drawer(page, /^事件/).locator("strong.state").getByText(words).waitFor();

test("alarm, signature, dispatch, taking, arrival, photo and reading, review by another, close", async () => {
  const li = await seatOf("li");
  await desk.take(gateway.alarm({ seq: 1 }));
  await row(li, "一氧化碳").waitFor();
  await li.keyboard.press("F2");
  await row(li, "li 已签收").waitFor();

  // Enter opens the case of the selected alarm; the queue stays where it is.
  await li.keyboard.press("Enter");
  await stateIs(li, "已签收·研判中");
  expect(await row(li, "一氧化碳").isVisible()).toBe(true);
  await li.getByText("后通知下一级").waitFor();
  await expectAccessible(li);
  await shoot(li, "case-accepted");
  await button(li, "派遣").click();
  await li.getByLabel("承办人(账号)").fill("wang");

  // Somebody else is faster: 409, how it stands now, and what was typed is still there.
  const late = Promise.withResolvers<void>();
  await li.route("**/api/v1/cases/AJ-000001", async (route) => {
    await late.promise;
    await route.continue();
  });
  const zhao = await desk.loginAs("zhao", password);
  await postAction(zhao, "assign_ext", await versionOf(zhao), {
    external: { who: "gas-company", reached: true, said: "十分钟到" },
  });
  await li.keyboard.press("Control+Enter");
  await sees(li, "事件已被他人或新报警更新");
  late.resolve();
  await drawer(li, /^事件/).getByText("zhao").waitFor();
  expect(await li.getByLabel("承办人(账号)").inputValue()).toBe("wang");
  await li.getByLabel("承办人(账号)").press("Control+Enter");
  await stateIs(li, "已派遣·待接单");

  const wang = await seatOf("wang");
  await openFromList(wang);
  await button(wang, "接单").click();
  await stateIs(wang, "赶赴中");
  await button(wang, "到场").click();
  await wang.getByLabel("理由", { exact: true }).fill("门口,门牌码损坏");
  await wang.keyboard.press("Control+Enter");
  await stateIs(wang, "处置中");
  await shoot(wang, "case-on-scene");

  // Not while the gas is there: the next step stands there with the reason, nothing to unfold.
  await wang.getByText("恢复正常后才能提交处置完毕").waitFor();
  expect(await button(wang, "处置完毕").isDisabled()).toBe(true);
  await desk.take(gateway.alarm({ seq: 2, kind: "returned", id: "back", atMs: 90_000, co: 0 }));
  await button(wang, "处置完毕").click();
  await wang.getByText("请先上传").waitFor();
  await wang.getByLabel("结论").selectOption("C1");
  await wang.getByLabel("便携仪 一氧化碳 ppm").fill("3");
  await wang.keyboard.press("Control+Enter");
  await sees(wang, "请至少上传一张现场照片");
  // Nothing has changed since: it is not said to have.
  expect(await wang.getByText("下面是当前状态").count()).toBe(0);
  await wang.getByLabel("上传照片、录音或视频").setInputFiles(photo);
  await wang.getByText(/^照片 · wang/).waitFor();
  expect(await wang.getByLabel("便携仪 一氧化碳 ppm").inputValue()).toBe("3");
  await button(wang, /^确认处置完毕/).click();
  await stateIs(wang, "待复核");

  // Signed for and over: gone from the queue, reached through its case.
  const chen = await seatOf("chen", { colorScheme: "light" });
  await sees(chen, "无未处理报警");
  await openFromList(chen);
  await button(chen, "复核通过").click();
  await stateIs(chen, "待核实");
  await expectAccessible(chen);
  await shoot(chen, "case-verifying-light");

  await stateIs(li, "待核实");
  await button(li, "核实办结").click();
  await li.getByLabel("联系上住户").selectOption("yes");
  await li.getByLabel("屋里安全").selectOption("yes");
  await li.getByLabel("设备正常").selectOption("yes");
  await li.getByLabel("处理满意").selectOption("yes");
  await shoot(li, "case-closing");
  await button(li, /^确认核实办结/).click();
  await stateIs(li, "已办结");
  await button(li, "在办事件 0").waitFor();
  await shoot(li, "case-closed");
  const closed = await caseOf(await desk.loginAs("li", password));
  expect(closed).toMatchObject({
    case: { state: "closed", handler: "wang", conclusion: "C1" },
    evidence: [{ kind: "photo", by: "wang" }],
  });
});

test("whoever may not act sees why, in words, and can still write a note", async () => {
  await desk.take(gateway.alarm({ seq: 1 }));
  const chen = await seatOf("chen");
  await openFromList(chen);
  await chen.getByText(/现在不能做的/).click();
  const refused = drawer(chen, /^事件/).getByRole("button", { name: "签收", exact: true });
  expect(await refused.isDisabled()).toBe(true);
  await sees(chen, /签收.*(社区值守|网格员)/);
  await button(chen, "记录进展").click();
  await chen.getByLabel("备注").fill("已电话联系楼长");
  await chen.keyboard.press("Control+Enter");
  await sees(chen, "· 已电话联系楼长");
  await chen.keyboard.press("Escape");
  await expect.poll(() => drawer(chen, /^事件/).count()).toBe(0);
  expect(await row(chen, "一氧化碳").isVisible()).toBe(true);
});

test("who lives there is masked, and shown in full only for a reason", async () => {
  await desk.take(gateway.alarm({ seq: 1 }));
  const zhao = await seatOf("zhao");
  await openFromList(zhao);
  await button(zhao, "查看住户").click();
  await sees(zhao, "138****5678");
  await zhao.getByLabel("查看理由(留痕)").fill("电话核实是否有人");
  await expectAccessible(zhao);
  await button(zhao, "查看完整信息").click();
  await sees(zhao, "13812345678");
  const looks = await desk.store.db
    .selectFrom("audit")
    .select("action")
    .where("actor", "=", "zhao")
    .execute();
  expect(looks.map(({ action }) => action)).toContain("person-reveal");
});

test("what somebody is told is counted, opens its case, and is gone once read", async () => {
  const li = await seatOf("li");
  await button(li, "通知 0").waitFor();
  await desk.take(gateway.alarm({ seq: 1 }));
  // Nobody signs within a minute: the community is told.
  desk.time.advance(61_000);
  await fireTimers(desk.store, desk.time.clock.now().wallMs);
  desk.broadcast.wake();
  await button(li, /^通知 [1-9]/).click();
  await sees(li, "已读不等于签收");
  await expectAccessible(li);
  await shoot(li, "notices");
  const read = drawer(li, "未读通知").getByRole("button", { name: /^已读/ });
  for (let left = await read.count(); left > 0; left -= 1) {
    await read.first().click();
    await expect.poll(() => read.count()).toBe(left - 1);
  }
  await button(li, "通知 0").waitFor();
});

test("a smell of gas that somebody called in has no alarm, and yet stands above the queue until it is signed for", async () => {
  const li = await seatOf("li");
  await sees(li, "无未处理报警");
  const report = { kind: "gas-smell", place: { household: "h-xian" } };
  const key = { "idempotency-key": "somebody-called" };
  await post(await desk.loginAs("zhao", password), "intake/reports", report, key);
  const waiting = li.getByRole("region", { name: "待签收事件" });
  await waiting.getByText("闻到异味").waitFor();
  await sees(li, "本席位无声");
  await expect.poll(() => li.title()).toContain("(1) !! ");
  expect(await li.getByText("无未处理报警").count()).toBe(0);
  await expectAccessible(li);
  await shoot(li, "case-without-alarm");
  await waiting.getByRole("button", { name: "打开 AJ-000001" }).click();
  await button(li, "签收").click();
  await stateIs(li, "已签收·研判中");
  await expect.poll(() => waiting.count()).toBe(0);
});

test("a phone is enrolled on the page, and the next login asks for its code", async () => {
  const li = await seatOf("li");
  await button(li, "手机验证码").click();
  await li.getByLabel("当前密码").fill(password);
  await button(li, "开始绑定").click();
  const secret = (await li.locator(".secret").first().textContent()) ?? "";
  const picture = li.getByRole("img", { name: "二维码" });
  const [scanned = ""] = await scan(await picture.screenshot());
  expect(new URL(scanned).searchParams.get("secret")).toBe(secret.replaceAll(" ", ""));
  await expectAccessible(li);
  await shoot(li, "enrol-phone");
  await li.getByLabel("六位数字").fill(codeFor(secret.replaceAll(" ", "")));
  await button(li, "确认绑定").click();
  await sees(li, "请抄下恢复码");
  await expectAccessible(li);

  const again = await openSeat(desk);
  await logIn(again, "li", password);
  await sees(again, "请输入手机验证码");
  await expectAccessible(again);
  await shoot(again, "login-code");
  desk.time.advance(30_000);
  await again.getByLabel("手机验证码(或恢复码)").fill(codeFor(secret.replaceAll(" ", "")));
  await button(again, "登录").click();
  await sees(again, "无未处理报警");
});

/** RFC 6238 with its own defaults, by the center's clock. */
const codeFor = (base32: string): string => {
  const bits = Array.from(base32)
    .map((letter) =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
    )
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(desk.time.clock.now().wallMs / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
};

const caseOf = async (cookie: string): Promise<{ case: { version: number } }> =>
  JSON.parse(await (await desk.get("/api/v1/cases/AJ-000001", cookie)).text());
const versionOf = async (cookie: string): Promise<number> => (await caseOf(cookie)).case.version;

const postAction = (cookie: string, action: string, version: number, body: object) =>
  post(cookie, `cases/AJ-000001/actions/${action}`, body, {
    "if-match": `"${version}"`,
    "idempotency-key": `${action}-${version}`,
  });

const post = async (cookie: string, path: string, body: object, headers = {}) => {
  const answer = await fetch(`${desk.url}/api/v1/${path}`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.text()).toBe(true);
};
