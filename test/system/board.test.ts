/** The board on a phone while the center is gone: it opens at once, signs, hushes and counts down. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import {
  eventual,
  homes,
  openPhones,
  pin,
  startGateway,
  takePicture,
  textOf,
} from "./board-phone.ts";
import { freePort } from "./street-process.ts";

const { openPhone } = openPhones();

interface Opened {
  readonly paintMs: number;
  readonly bytes: number;
}

/** As text: the DOM has no types here. */
const measure = (page: Page): Promise<Opened> =>
  page.evaluate<Opened>(`(async () => {
    const [paint] = await new Promise((seen) =>
      new PerformanceObserver((list) => seen(list.getEntriesByName("first-contentful-paint")))
        .observe({ type: "paint", buffered: true }));
    const loads = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    return {
      paintMs: Math.round(paint.startTime),
      bytes: loads.reduce((sum, one) => sum + one.encodedBodySize, 0),
    };
  })()`);

test("with the center deleted a guard signs for an alarm and hushes it, and sees the countdown", async () => {
  const gateway = await startGateway(3);
  await gateway.says("xian-1-1-101", { co_ppm: 80, status: ["alarm"] });
  const page = await openPhone(gateway);
  expect(await textOf(page, "#link")).toContain("断开");
  expect(await textOf(page, "article .place")).toBe("喜安社区 1栋 1单元 ***");
  expect(await page.content()).not.toContain("101");
  await takePicture(page, "1-masked");

  await page.getByRole("button", { name: "签收" }).click();
  await page.getByLabel("工号").fill("wang");
  await page.getByLabel("PIN").fill("000111");
  await takePicture(page, "2-drawer");
  await page.locator("#do").click();
  await eventual(() => textOf(page, "#problem")).toContain("不对");
  await page.getByLabel("PIN").fill(pin);
  await page.locator("#do").click();
  await eventual(() => textOf(page, "article .meta")).toMatch(/王强 \d\d:\d\d:\d\d 签收/);
  expect(await textOf(page, "article .place")).toBe("喜安社区1栋1单元101");
  expect(await textOf(page, "#said")).toBe("已签收");
  expect(await textOf(page, ".buzzers li")).toContain("鸣响");
  await takePicture(page, "3-signed");

  await page.getByRole("button", { name: "消音" }).click();
  // What nobody said on site is not written down in their name.
  await page.getByLabel("我在现场").check();
  await page.locator("#do").click();
  await eventual(() => textOf(page, "#problem")).toContain("必须写明姓名和原因");
  await page.getByLabel("我在现场").uncheck();
  await page.getByLabel("原因").fill("已到场,正在通风");
  await page.locator("#do").click();
  await eventual(() => textOf(page, "#problem")).toContain("无人到场确认");
  await page.getByLabel("我在现场").check();
  await takePicture(page, "4-hush");
  await page.locator("#do").click();
  await eventual(() => textOf(page, ".hushed")).toMatch(
    /^已消音 · (5:00|4:\d\d) 后恢复声响 · 王强/,
  );
  const before = await textOf(page, ".hushed span");
  await eventual(() => textOf(page, ".hushed span")).not.toBe(before);
  await eventual(() => textOf(page, ".buzzers li")).toContain("静");
  await takePicture(page, "5-hushed");

  // Another device in the same building: the sound comes back, and it stands first.
  await gateway.says("xian-1-1-201", { co_ppm: 400, status: ["alarm"] });
  await eventual(() => page.locator(".hushed").count()).toBe(0);
  await eventual(() => textOf(page, ".buzzers li")).toContain("鸣响");
  expect(await textOf(page, "article .place")).toContain("201");

  await page.getByRole("button", { name: "锁定" }).click();
  await eventual(() => textOf(page, "article .place")).toContain("***");
  expect(gateway.output()).not.toContain(pin);
});

test("what is over and signed for is reset with a PIN and with what was found, and leaves the board", async () => {
  const gateway = await startGateway(1);
  await gateway.says("xian-1-1-101", { co_ppm: 80, status: ["alarm"] });
  const page = await openPhone(gateway);
  await page.getByRole("button", { name: "签收" }).click();
  await page.getByLabel("工号").fill("wang");
  await page.getByLabel("PIN").fill(pin);
  await page.locator("#do").click();
  await eventual(() => textOf(page, "#said")).toBe("已签收");
  expect(await page.getByRole("button", { name: "复位" }).count()).toBe(0);

  // An episode lasts three seconds at least: the home goes on saying that it is well.
  await eventual(async () => {
    await gateway.says("xian-1-1-101", { co_ppm: 2, status: [] });
    return textOf(page, "article .meta");
  }).toContain("已签收,待复位");
  await page.getByRole("button", { name: "锁定" }).click();
  await eventual(() => textOf(page, "article .place")).toContain("***");
  await page.getByRole("button", { name: "复位" }).click();
  await page.getByLabel("工号").fill("wang");
  await page.getByLabel("PIN").fill(pin);
  expect(await page.getByLabel("分钟").isVisible()).toBe(false);
  expect(await page.getByLabel("我在现场").isVisible()).toBe(false);
  await takePicture(page, "8-reset");
  await page.locator("#do").click();
  await eventual(() => textOf(page, "#problem")).toContain("必须写明姓名和原因");
  // Its level fell faster than a sensor can, so that a fault may stand beside it.
  const latched = page.locator("article", { hasText: "待复位" });
  expect(await latched.count()).toBe(1);
  await page.getByLabel("原因").fill("灶具软管已换");
  await page.locator("#do").click();
  await eventual(() => textOf(page, "#said")).toBe("已复位");
  await eventual(() => latched.count()).toBe(0);
  expect(await page.locator("article", { hasText: "一氧化碳" }).count()).toBe(0);
});

test("at sixty alarms it opens within a second on a slow phone, weighs little, and stays usable", async () => {
  const gateway = await startGateway(200);
  await Promise.all(
    homes(60).map(({ id }, at) => gateway.says(id, { co_ppm: 60 + at, status: ["alarm"] })),
  );
  await Promise.all(
    homes(200)
      .slice(60)
      .map(({ id }) => gateway.says(id, { co_ppm: 1 })),
  );
  const page = await openPhone(gateway, 6);
  await eventual(() => page.locator("article").count()).toBeGreaterThanOrEqual(60);
  const opened: Opened[] = [];
  for (let time = 0; time < 3; time += 1) {
    await page.reload();
    opened.push(await measure(page));
  }
  process.stdout.write(`board, 60 of 200, CPU 6× slower: ${JSON.stringify(opened)}\n`);
  // The machine is shared: the best of three is what the page itself needs.
  expect(Math.min(...opened.map(({ paintMs }) => paintMs))).toBeLessThan(1_000);
  expect(Math.max(...opened.map(({ bytes }) => bytes))).toBeLessThan(200_000);
  await takePicture(page, "6-sixty");
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390);
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

  // The wind of two-second refreshes does not blow the form away, nor what is typed in it.
  await page.locator("article").nth(59).getByRole("button", { name: "签收" }).click();
  await page.getByLabel("工号").fill("wang");
  const asOf = await textOf(page, "#link time");
  await eventual(() => textOf(page, "#link time")).not.toBe(asOf);
  expect(await page.getByLabel("工号").inputValue()).toBe("wang");
  await takePicture(page, "7-sixty-drawer");
});

test("when the gateway itself goes, what stood there stays under a banner that says since when", async () => {
  const gateway = await startGateway(3);
  await gateway.says("xian-1-1-101", { co_ppm: 80, status: ["alarm"] });
  const page = await openPhone(gateway);
  await page.route("**/*", (route) => route.abort());
  await eventual(() => textOf(page, "#cut")).toMatch(/与网关断开 \d+ 秒,画面停在/);
  expect(await textOf(page, "article .what")).toContain("一氧化碳");
  await page.unroute("**/*");
  await eventual(() => page.locator("#cut").isHidden()).toBe(true);
});

test("beside a certificate the phone is led to the encrypted page, and only there a PIN is taken", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-cert-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [certFile, keyFile] = [join(folder, "board.crt"), join(folder, "board.key")];
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825";
  const name = ["-subj", "/CN=gw-xian-1", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", [...words.split(" "), ...name, "-keyout", keyFile, "-out", certFile], {
    stdio: "ignore",
  });
  const port = await freePort();
  const gateway = await startGateway(3, { port, certFile, keyFile });
  await gateway.says("xian-1-1-101", { co_ppm: 80, status: ["alarm"] });
  const page = await openPhone(gateway);

  // Whatever a page sends, nothing is recognised in the open.
  const headers = { "x-canary-board": "1", "x-forwarded-for": "192.168.1.20" };
  const refused = await fetch(`${gateway.url}/api/v1/session`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ person: "wang", pin }),
  });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain("encrypted-page-needed");

  await page.getByRole("button", { name: "签收" }).click();
  await page.waitForURL(`https://127.0.0.1:${port}/`);
  await page.getByRole("button", { name: "签收" }).click();
  await page.getByLabel("工号").fill("wang");
  await page.getByLabel("PIN").fill(pin);
  await page.locator("#do").click();
  await eventual(() => textOf(page, "article .meta")).toMatch(/王强 \d\d:\d\d:\d\d 签收/);
  await eventual(() => textOf(page, "article .place")).toBe("喜安社区1栋1单元101");

  // The visit does not leave the encrypted page.
  await page.goto(gateway.url);
  expect(await textOf(page, "article .place")).toContain("***");
});

test("a certificate that is not there is a fault, and the PIN is taken all the same", async () => {
  const missing = { port: await freePort(), certFile: "/nowhere.crt", keyFile: "/nowhere.key" };
  const gateway = await startGateway(3, missing);
  await gateway.says("xian-1-1-101", { co_ppm: 80, status: ["alarm"] });
  const page = await openPhone(gateway);
  expect(await page.content()).toContain("/nowhere.crt");
  await page.getByRole("button", { name: "签收" }).click();
  await page.getByLabel("工号").fill("wang");
  await page.getByLabel("PIN").fill(pin);
  await page.locator("#do").click();
  await eventual(() => textOf(page, "article .meta")).toMatch(/王强 \d\d:\d\d:\d\d 签收/);
});
