/** A browser with seats in it, for the tests of the duty page. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { buildConsoleIfStale } from "#tools/build-console.ts";
import { launchBrowser } from "./browser.ts";
import { openTestCenter, type TestCenter } from "./console-center.ts";

let browser: Browser;
const opened: { readonly close: () => Promise<void> }[] = [];

beforeAll(async () => {
  await buildConsoleIfStale();
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const thing of opened.splice(0).toReversed()) await thing.close();
});

export const openCenter = async (
  options?: Parameters<typeof openTestCenter>[0],
): Promise<TestCenter> => {
  const center = await openTestCenter(options);
  opened.push(center);
  return center;
};

export interface Look {
  readonly colorScheme?: "dark" | "light";
  readonly width?: number;
  readonly height?: number;
}

/** A new seat: its own browser profile, nobody logged in. */
export const openSeat = async (center: Pick<TestCenter, "url">, look: Look = {}): Promise<Page> => {
  const context = await browser.newContext({
    colorScheme: look.colorScheme ?? "dark",
    viewport: { width: look.width ?? 1_366, height: look.height ?? 768 },
  });
  context.setDefaultTimeout(10_000);
  opened.push(context);
  const page = await context.newPage();
  await page.goto(center.url);
  return page;
};

export const logIn = async (page: Page, name: string, password = "right"): Promise<void> => {
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
};

export const openDuty = async (
  center: Pick<TestCenter, "url">,
  name = "王强",
  look?: Look,
  password?: string,
): Promise<Page> => {
  const page = await openSeat(center, look);
  await logIn(page, name, password);
  await page.getByRole("button", { name: "退出登录" }).waitFor();
  return page;
};

export const rows = (page: Page): Locator =>
  page.getByRole("region", { name: /^(待处理报警|Open alarms)$/ }).getByRole("listitem");
export const row = (page: Page, words: string | RegExp): Locator =>
  rows(page).filter({ hasText: words });
export const sees = (page: Page, words: string | RegExp): Promise<void> =>
  page.getByText(words).first().waitFor();

/** `CANARY_SCREENSHOTS=folder` keeps what the pages looked like, for people. */
export const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["CANARY_SCREENSHOTS"];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};

export const expectAccessible = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
  ).toEqual([]);
};
