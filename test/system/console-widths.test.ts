/** A case worked by hand on a phone and on a desk's screen: alarm, dispatch, scene, review, close. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashPassword } from "#center/accounts/passwords.ts";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "#center/open-desk.testing.ts";
import { places, plantRegister } from "#center/rights/plant-register.testing.ts";
import type { Role } from "#domain/rights.ts";
import { expectAccessible, openDuty, row, shoot } from "./console-seat.ts";

const dist = join(import.meta.dirname, "..", "..", "dashboards", "console", "dist");
const password = "a password of my own";

let desk: OpenDesk;
let heart: ReturnType<typeof setInterval>;
beforeEach(async () => {
  desk = await openDesk({ consoleFolder: dist });
  await plantRegister(desk.store);
  await addPerson("li", "duty", "李敏");
  await addPerson("wang", "grid", "王强");
  await addPerson("chen", "community_lead", "陈刚");
  heart = setInterval(() => desk.time.advance(1_000), 1_000);
});
afterEach(async () => {
  clearInterval(heart);
  await desk.close();
});

const addPerson = async (account: string, role: Role, name: string): Promise<void> => {
  const times = { created_at_ms: 0, disabled_at_ms: null, password_expires_at_ms: null };
  const password_hash = await hashPassword(password);
  const { db } = desk.store;
  await db
    .insertInto("users")
    .values({ name: account, password_hash, must_change_password: 0, area: places.xian, ...times })
    .execute();
  await db.insertInto("grants").values({ user_name: account, role, area: places.xian }).execute();
  const person = { kind: "staff", name, phone: null, area: "xian", household: null, flags: "{}" };
  await db
    .insertInto("people")
    .values({ ...person, id: `no-${account}`, user_name: account, erased_at_ms: null })
    .execute();
};

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const stateIs = (page: Page, words: string) =>
  page.getByRole("region", { name: /^事件/ }).locator("strong.state").getByText(words).waitFor();
const openFromList = async (page: Page): Promise<void> => {
  await button(page, /^在办事件/).click();
  await button(page, "打开 AJ-000001").click();
};
const photo = {
  name: "scene.jpg",
  mimeType: "image/jpeg",
  buffer: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2_000, 7)]),
};

/** Nothing runs out of the screen to the side. */
const fits = async (page: Page): Promise<void> => {
  const over = await page
    .locator("body *")
    .evaluateAll(
      (all, width) =>
        all
          .filter((one) => one.getBoundingClientRect().right > width + 1)
          .map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`),
      page.viewportSize()?.width ?? 0,
    );
  expect(over).toEqual([]);
};

describe.each([
  ["390", { width: 390, height: 844 }],
  ["1440", { width: 1_440, height: 900 }],
] as const)("at %s px", (width, look) => {
  const seat = (name: string) => openDuty(desk, name, look, password);
  const see = async (page: Page, name: string): Promise<void> => {
    await fits(page);
    await shoot(page, `${width}-${name}`);
  };

  test("alarm to verified close, nothing out of the screen and nothing out of reach", async () => {
    const gateway = createFakeGateway("gw-xian");
    const li = await seat("li");
    await see(li, "01-empty");
    await desk.take(gateway.alarm({ seq: 1 }));
    await row(li, "一氧化碳").waitFor();
    await see(li, "02-alarm");
    await row(li, "一氧化碳").getByRole("button", { name: "签收" }).click();
    await row(li, "li 已签收").waitFor();
    await see(li, "03-signed");
    await openFromList(li);
    await stateIs(li, "已签收·研判中");
    await see(li, "04-case");
    await button(li, "派遣").click();
    await li.getByLabel(/^承办人/).waitFor();
    await see(li, "05-dispatch-form");
    await li.getByLabel(/^承办人/).fill("wang");
    await button(li, /^确认派遣/).click();
    await stateIs(li, "已派遣·待接单");
    await see(li, "06-dispatched");

    const wang = await seat("wang");
    await openFromList(wang);
    await button(wang, "接单").click();
    await stateIs(wang, "赶赴中");
    await see(wang, "07-responding");
    await button(wang, "到场").click();
    await wang.getByLabel("理由", { exact: true }).fill("门牌码损坏");
    await see(wang, "08-arrive-form");
    await button(wang, /^确认到场/).click();
    await stateIs(wang, "处置中");
    await see(wang, "09-on-scene");
    await desk.take(gateway.alarm({ seq: 2, kind: "returned", id: "back", atMs: 90_000, co: 0 }));
    await wang.getByLabel("上传照片、录音或视频").setInputFiles(photo);
    await wang.getByText(/^照片 · wang/).waitFor();
    await button(wang, "处置完毕").click();
    await wang.getByLabel("结论").selectOption("C1");
    await wang.getByLabel("便携仪 一氧化碳 ppm").fill("3");
    await see(wang, "10-submit-form");
    await button(wang, /^确认处置完毕/).click();
    await stateIs(wang, "待复核");

    const chen = await seat("chen");
    await openFromList(chen);
    await button(chen, "复核通过").click();
    await stateIs(chen, "待核实");
    await see(chen, "11-verifying");
    await stateIs(li, "待核实");
    await button(li, "核实办结").click();
    for (const question of ["联系上住户", "屋里安全", "设备正常", "处理满意"]) {
      await li.getByLabel(question).selectOption("yes");
    }
    await see(li, "12-close-form");
    await button(li, /^确认核实办结/).click();
    await stateIs(li, "已办结");
    await see(li, "13-closed");
    await expectAccessible(li);
  });
});
