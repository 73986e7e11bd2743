/** An alarm that its gateway has forgotten, ended by a person on a real page. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashPassword } from "#center/accounts/passwords.ts";
import { noteOnCase } from "#center/cases/act-on-case.ts";
import { createFakeGateway, detectorAt } from "#center/fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "#center/open-desk.testing.ts";
import { places, plantRegister } from "#center/rights/plant-register.testing.ts";
import { expectAccessible, openDuty, sees, shoot } from "./console-seat.ts";

const dist = join(import.meta.dirname, "..", "..", "dashboards", "console", "dist");
const password = "a password of my own";
const gateway = createFakeGateway("gw-xian");
const anew = createFakeGateway("gw-xian", "journal-2", "boot-2");

let desk: OpenDesk;
let heart: ReturnType<typeof setInterval>;

beforeEach(async () => {
  desk = await openDesk({ consoleFolder: dist });
  await plantRegister(desk.store);
  const times = { created_at_ms: 0, disabled_at_ms: null, password_expires_at_ms: null };
  const password_hash = await hashPassword(password);
  await desk.store.db
    .insertInto("users")
    .values({ name: "chen", password_hash, must_change_password: 0, area: places.xian, ...times })
    .execute();
  await desk.store.db
    .insertInto("grants")
    .values({ user_name: "chen", role: "community_lead", area: places.xian })
    .execute();
  heart = setInterval(() => desk.time.advance(1_000), 1_000);
});
afterEach(async () => {
  clearInterval(heart);
  await desk.close();
});

/** The grid worker writes down what the meter on the scene shows. */
const measure = async (co: number): Promise<void> => {
  const wang = { name: "wang", grants: [{ role: "grid", area: places.xian } as const] };
  const seen = { caseId: "AJ-000001", version: 1, actor: wang, source: "" };
  const input = { readings: [{ gas: "co", value: co } as const] };
  const nowMs = desk.time.clock.now().wallMs;
  await desk.store.write((tx) => noteOnCase(tx, { ...seen, input, nowMs }));
  desk.broadcast.wake();
};

const endButton = (page: Page) => page.getByRole("button", { name: "人工结束报警", exact: true });

test("the lead sees why not yet, ends it once somebody has measured, and it is marked as theirs", async () => {
  const standing = detectorAt("kitchen", 400, "alarm", ["ep-1"]);
  await desk.take(gateway.alarm({ seq: 1, atMs: 10 }));
  await desk.take(gateway.status({ atMs: 90, detectors: [standing] }));
  const chen = await openDuty(desk, "chen", {}, password);
  await chen.getByRole("button", { name: /^在办事件/ }).click();
  await chen.getByRole("button", { name: "打开 AJ-000001" }).click();
  await sees(chen, "可做的操作");
  expect(await endButton(chen).count()).toBe(0);

  await desk.take(anew.status({ atMs: 9, detectors: [detectorAt("kitchen", 0, "normal")] }));
  await sees(chen, "没有现场一氧化碳便携读数");
  expect(await endButton(chen).isDisabled()).toBe(true);
  await expectAccessible(chen);
  await shoot(chen, "case-forgotten");

  await measure(0);
  await expect.poll(() => endButton(chen).isDisabled()).toBe(false);
  await endButton(chen).click();
  await chen.getByLabel("理由", { exact: true }).fill("网关换卡,现场读数为零");
  await chen.keyboard.press("Control+Enter");
  await sees(chen, "chen 人工结束");
  await sees(chen, "网关换卡,现场读数为零");
  await expect.poll(() => endButton(chen).count()).toBe(0);
  await expectAccessible(chen);
  await shoot(chen, "case-alarm-ended");
});
