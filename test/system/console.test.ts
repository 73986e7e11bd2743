/** The duty page in a real browser against a center that does as it is told. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import packaged from "@sparticuz/chromium";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildConsoleIfStale } from "#tools/build-console.ts";
import { openTestCenter, type TestCenter } from "./console-center.ts";
import {
  gasEvent,
  sampleAlarm,
  sampleGateway,
  troubleEvent,
} from "../../dashboards/console/testing/sample-alarm.ts";

let browser: Browser;
const opened: { readonly close: () => Promise<void> }[] = [];

beforeAll(async () => {
  await buildConsoleIfStale();
  browser = await chromium.launch({
    executablePath: await packaged.executablePath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

const openCenter = async (options?: Parameters<typeof openTestCenter>[0]): Promise<TestCenter> => {
  const center = await openTestCenter(options);
  opened.push(center);
  return center;
};

interface Look {
  readonly colorScheme?: "dark" | "light";
  readonly width?: number;
  readonly height?: number;
}

/** A new seat: its own browser profile, nobody logged in. */
const openSeat = async (center: TestCenter, look: Look = {}): Promise<Page> => {
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

const logIn = async (page: Page, name: string, password = "right"): Promise<void> => {
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
};

const openDuty = async (center: TestCenter, name = "王强", look?: Look): Promise<Page> => {
  const page = await openSeat(center, look);
  await logIn(page, name);
  await page.getByRole("button", { name: "退出登录" }).waitFor();
  return page;
};

const row = (page: Page, words: string | RegExp) =>
  page.getByRole("listitem").filter({ hasText: words });
const sees = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();

/** `CANARY_SCREENSHOTS=folder` keeps what the pages looked like, for people. */
const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["CANARY_SCREENSHOTS"];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};

const expectAccessible = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
  ).toEqual([]);
};

test("a wrong password is refused in words; the right one opens an empty desk that proves it is alive", async () => {
  const center = await openCenter();
  center.tell({ kind: "gateway", data: sampleGateway({ heardAtMs: center.nowMs() }) });
  const page = await openSeat(center);
  await expectAccessible(page);
  await logIn(page, "王强", "wrong");
  await sees(page, "用户名或密码不对。");
  await shoot(page, "login");
  await logIn(page, "王强");
  await sees(page, "无未处理报警");
  await sees(page, /最后心跳 \d s 前 · 31 台探测器 未知 2/);
  await expectAccessible(page);
  await shoot(page, "empty");
});

test("the given first password has to be changed before the desk opens", async () => {
  const center = await openCenter({ mustChangePassword: true });
  const page = await openSeat(center);
  await logIn(page, "管理员");
  await sees(page, "首次登录");
  await page.getByLabel("当前密码").fill("right");
  await page.getByLabel("新密码", { exact: true }).fill("a long new one");
  await page.getByLabel("再输一次新密码").fill("another");
  await page.getByRole("button", { name: "设置新密码" }).click();
  await sees(page, "两次输入的新密码不同");
  await expectAccessible(page);
  await page.getByLabel("再输一次新密码").fill("a long new one");
  await page.getByRole("button", { name: "设置新密码" }).click();
  await sees(page, "无未处理报警");
});

test("an alarm appears with address, gas, value and age; F2 signs for exactly the version that was seen", async () => {
  const center = await openCenter();
  const page = await openDuty(center);
  await sees(page, "无未处理报警");
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ firstAtMs: center.nowMs() - 21_000, version: 7 }),
  });

  const alarm = row(page, "喜安社区2栋1单元603");
  await alarm.getByText("310 ppm").waitFor();
  await alarm.getByText("一氧化碳").waitFor();
  await alarm.getByText("未签收").waitFor();
  await alarm.getByText(/^\d\d:\d\d$/).waitFor();
  await expect
    .poll(() => page.getByTestId("urgent").textContent())
    .toContain("紧急 一氧化碳 喜安社区2栋1单元603 310 ppm");
  await expect.poll(() => page.title()).toContain("(1) !! 一氧化碳");

  await page.keyboard.press("F2");
  await alarm.getByText(/王强 已签收 \d\d:\d\d:\d\d/).waitFor();
  expect(center.signatures).toEqual([
    {
      episode: "ep-1",
      ifMatch: '"7"',
      key: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
    },
  ]);
  expect(await alarm.getByRole("button").count()).toBe(0);
});

test("the button signs for its own row, whichever row is selected", async () => {
  const center = await openCenter();
  const nowMs = center.nowMs();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: nowMs - 20_000 }) });
  center.tell({
    kind: "alarm",
    data: sampleAlarm({
      episode: "ep-2",
      address: "方碑社区5栋2单元102",
      firstAtMs: nowMs - 9_000,
      event: gasEvent(14),
    }),
  });
  const page = await openDuty(center);
  await page.getByRole("button", { name: "签收:方碑社区5栋2单元102 天然气(甲烷)" }).click();
  await row(page, "方碑社区5栋2单元102").getByText("王强 已签收").waitFor();
  expect(center.signatures.map(({ episode }) => episode)).toEqual(["ep-2"]);
});

test("what one seat signs for shows its owner at the other, and the slower hand is told who was first", async () => {
  const center = await openCenter();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ episode: "ep-2", address: "喜安社区7栋", firstAtMs: center.nowMs() + 1 }),
  });
  const [li, wang] = [await openDuty(center, "李敏"), await openDuty(center, "王强")];
  await row(li, "2栋1单元603").getByRole("button").click();
  await row(wang, "2栋1单元603")
    .getByText(/李敏 已签收/)
    .waitFor();

  center.signBy("ep-2", "张燕", false);
  await row(wang, "喜安社区7栋").getByRole("button").click();
  await sees(wang, /喜安社区7栋:张燕 已于 \d\d:\d\d:\d\d 签收/);
  await row(wang, "喜安社区7栋")
    .getByText(/张燕 已签收/)
    .waitFor();
});

test("a signature whose answer was lost says so, and the second press is the same signature", async () => {
  const center = await openCenter();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openDuty(center);
  await sees(page, "310 ppm");
  center.loseNextAnswer();
  await page.keyboard.press("F2");
  await row(page, "喜安").getByText("没有送到中心,尚未签收。请再按一次。").waitFor();
  await page.keyboard.press("F2");
  await row(page, "喜安")
    .getByText(/王强 已签收/)
    .waitFor();
  const [first, second] = center.signatures;
  expect(center.signatures).toHaveLength(2);
  expect(second).toEqual(first);
});

test("an unregistered detector that alarms is shown at once: address unknown, with gateway and bus position", async () => {
  const center = await openCenter();
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ address: undefined, firstAtMs: center.nowMs() }),
  });
  const page = await openDuty(center);
  await row(page, "地址未知").getByText("xian-01 · mqtt · canary/v1/detectors/det-ep-1").waitFor();
});

test("back to normal but unsigned stays on the desk until it is signed for, then leaves it", async () => {
  const center = await openCenter();
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ condition: "returned", firstAtMs: center.nowMs() }),
  });
  const page = await openDuty(center);
  await row(page, "喜安").getByText("已恢复·未签收").waitFor();
  await page.keyboard.press("F2");
  await sees(page, /你已签收:喜安社区2栋1单元603/);
  await sees(page, "无未处理报警");
});

test("a silent stream turns the page amber, then red with its clock stopped, and comes back by itself", async () => {
  const center = await openCenter({ heartbeatMs: 400 });
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openDuty(center);
  await sees(page, /连接正常/);
  center.fallSilent();
  center.cutLine();
  await sees(page, /连接不稳:已 00:00 没有收到中心心跳/);
  await sees(page, /与中心断开 00:0\d — 画面停在 \d\d:\d\d:\d\d。改用电话值守。/);
  const stopped = await page.getByText(/截至 \d\d:\d\d:\d\d/).textContent();
  await sees(page, "与中心断开 00:03");
  expect(await page.getByText(/截至 \d\d:\d\d:\d\d/).textContent()).toBe(stopped);
  await expectAccessible(page);
  await shoot(page, "lost");

  center.tell({
    kind: "alarm",
    data: sampleAlarm({ episode: "ep-2", address: "方碑社区5栋", firstAtMs: center.nowMs() }),
  });
  center.mend();
  await sees(page, "断线期间新到 1 条");
  await row(page, "方碑社区5栋").getByText("断线期间到达").waitFor();
  await sees(page, /连接正常/);
  await page.getByRole("button", { name: "已看过" }).click();
  await expect.poll(() => page.getByText("断线期间").count()).toBe(0);
});

test("a line that is open but dead is noticed just the same", async () => {
  const center = await openCenter({ heartbeatMs: 400 });
  const page = await openDuty(center);
  await sees(page, /连接正常/);
  center.fallSilent();
  // The desk still answers, so the page heals by asking for the whole picture again and again.
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  await row(page, "喜安社区2栋1单元603").waitFor();
});

test("a session that ends is said in red, and logging in again brings the desk back", async () => {
  const center = await openCenter({ heartbeatMs: 400 });
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openDuty(center);
  await sees(page, "310 ppm");
  center.endSessions();
  await sees(page, "登录已失效,报警画面已停。");
  await logIn(page, "王强");
  await sees(page, "310 ppm");
});

test("keyboard focus and choice stay with the alarm when a more urgent one comes above it", async () => {
  const center = await openCenter();
  const nowMs = center.nowMs();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: nowMs, event: { priority: 2 } }) });
  center.tell({
    kind: "alarm",
    data: sampleAlarm({
      episode: "ep-2",
      address: "喜安社区7栋",
      firstAtMs: nowMs - 1,
      event: { priority: 2 },
    }),
  });
  const page = await openDuty(center);
  await row(page, "喜安社区7栋").waitFor();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("alarm-ep-2");
  center.tell({
    kind: "alarm",
    data: sampleAlarm({
      episode: "ep-3",
      address: "方碑社区5栋",
      firstAtMs: nowMs,
      event: gasEvent(30),
    }),
  });
  await expect
    .poll(() => page.getByRole("listitem").filter({ hasText: "未签收" }).first().textContent())
    .toContain("方碑");
  expect(await page.evaluate("document.activeElement.id")).toBe("alarm-ep-2");
  await page.keyboard.press("F2");
  await row(page, "喜安社区7栋").getByText("王强 已签收").waitFor();
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("alarm-ep-2");
  expect(center.signatures.map(({ episode }) => episode)).toEqual(["ep-2"]);
});

test("a seat without sound says so in red while gas is unsigned, until somebody goes on duty", async () => {
  const center = await openCenter();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openDuty(center);
  await sees(page, "本席位无声");
  await page.getByRole("alert").getByRole("button", { name: "上岗" }).click();
  await sees(page, "声音:正常");
  await expect.poll(() => page.getByText("本席位无声").count()).toBe(0);
});

test("a flood of 2,000 alarms leaves the most urgent first and the page usable", async () => {
  const center = await openCenter();
  const nowMs = center.nowMs();
  const page = await openDuty(center);
  for (let i = 0; i < 2_000; i += 1)
    center.tell({
      kind: "alarm",
      data: sampleAlarm({
        episode: `ep-${i}`,
        address: `喜安社区${i}室`,
        firstAtMs: nowMs - i,
        event: gasEvent(20, i === 1_999 ? 1 : 2),
      }),
    });
  await sees(page, "显示其余 1900 条");
  await expect
    .poll(() => page.getByRole("listitem").filter({ hasText: "未签收" }).first().textContent())
    .toContain("喜安社区1999室");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("F2");
  await expect.poll(() => center.signatures.length).toBe(1);
});

/** Everything the desk can show at once. */
const tellBusyNight = (center: TestCenter): void => {
  const nowMs = center.nowMs();
  const ago = (seconds: number): number => nowMs - seconds * 1_000;
  center.tell({ kind: "gateway", data: sampleGateway({ heardAtMs: ago(1) }) });
  center.tell({
    kind: "gateway",
    data: sampleGateway({
      id: "fangbei-03",
      link: "lost",
      heardAtMs: ago(1_560),
      missing: 2,
      detectors: 31,
      faults: [
        { zh: "网关磁盘写入失败,报警只存在中心", en: "the gateway's disk cannot be written" },
      ],
    }),
  });
  const alarms = [
    sampleAlarm({
      firstAtMs: ago(21),
      present: {
        detector: "det-ep-1",
        state: "alarm",
        heardAtMs: ago(3),
        levels: [{ gas: "co", ppm: 310 }],
        position: { line: "mqtt", place: "x" },
      },
    }),
    sampleAlarm({
      episode: "ep-2",
      address: "方碑社区5栋2单元102",
      firstAtMs: ago(130),
      event: gasEvent(14),
      signedBy: "李敏",
    }),
    sampleAlarm({
      episode: "ep-3",
      address: undefined,
      firstAtMs: ago(75),
      event: { ...gasEvent(22), level: undefined, peak: undefined, gas: "combustible-gas" },
    }),
    sampleAlarm({
      episode: "ep-4",
      address: "喜安社区7栋3单元201",
      firstAtMs: ago(340),
      event: { priority: 2, level: { gas: "co", ppm: 42 } },
      condition: "returned",
    }),
    sampleAlarm({
      episode: "ep-5",
      address: "喜安社区2栋2单元401",
      firstAtMs: ago(1_560),
      event: troubleEvent("power", "市电断开,备电供电", "mains lost, on backup battery"),
      late: true,
    }),
    sampleAlarm({
      episode: "ep-6",
      address: "喜安社区3栋1单元101",
      firstAtMs: ago(60),
      event: troubleEvent("test", "探测器自检", "the detector tests itself"),
    }),
    sampleAlarm({
      episode: "ep-7",
      address: "喜安社区9栋(演练点)",
      firstAtMs: ago(40),
      drill: true,
      durable: false,
    }),
  ];
  for (const data of alarms) center.tell({ kind: "alarm", data });
};

for (const [name, look] of [
  ["dark", { colorScheme: "dark" }],
  ["light", { colorScheme: "light" }],
  ["phone", { colorScheme: "light", width: 320, height: 700 }],
] as const)
  test(`a busy night is readable and accessible: ${name}`, async () => {
    const center = await openCenter();
    tellBusyNight(center);
    const page = await openDuty(center, "王强", look);
    await row(page, "地址未知").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await expectAccessible(page);
    await shoot(page, `busy-${name}-zh`);
    await page.getByRole("button", { name: "English" }).click();
    await sees(page, "Not signed for");
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await expectAccessible(page);
    await shoot(page, `busy-${name}-en`);
    await page.reload();
    await sees(page, "Not signed for");
  });
