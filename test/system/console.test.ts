/** The duty page in a real browser against a center that does as it is told. */
import { expect, test } from "vitest";
import {
  expectAccessible,
  logIn,
  openCenter,
  openDuty,
  openSeat,
  row,
  rows,
  sees,
  shoot,
} from "./console-seat.ts";
import {
  gasEvent,
  sampleAlarm,
  sampleGateway,
} from "../../dashboards/console/testing/sample-alarm.ts";

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
  await page.getByLabel("当前密码").fill("wrong");
  await page.getByLabel("新密码", { exact: true }).fill("a long new one");
  await page.getByLabel("再输一次新密码").fill("another");
  await page.getByRole("button", { name: "设置新密码" }).click();
  await sees(page, "两次输入的新密码不同");
  await expectAccessible(page);
  await page.getByLabel("再输一次新密码").fill("a long new one");
  await page.getByRole("button", { name: "设置新密码" }).click();
  await sees(page, "当前密码不对。");
  await page.getByLabel("当前密码").fill("right");
  await page.getByRole("button", { name: "设置新密码" }).click();
  await sees(page, "无未处理报警");
});

test("an unregistered detector that alarms is shown at once: address unknown, with gateway and bus position", async () => {
  const center = await openCenter();
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ address: undefined, firstAtMs: center.nowMs() }),
  });
  const page = await openDuty(center);
  await row(page, "地址未知")
    .getByText(/^地址未知 · 网关 xian-01 · mqtt · canary\/v1\/detectors\/det-ep-1$/)
    .waitFor();
});

test("a silent stream turns the page amber, then red with its clock stopped, and comes back by itself", async () => {
  const center = await openCenter({ heartbeatMs: 700 });
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openDuty(center);
  await sees(page, /连接正常/);
  center.fallSilent();
  center.cutLine();
  await sees(page, /连接不稳,没有收到中心心跳已 00:0\d — 正在重连。/);
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
  await expect.poll(() => rows(page).first().textContent()).toContain("方碑");
  expect(await page.evaluate("document.activeElement.id")).toBe("alarm-ep-2");
  await page.keyboard.press("F2");
  await row(page, "喜安社区7栋").getByText("王强 已签收").waitFor();
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("alarm-ep-2");
  expect(center.signatures.map(({ episode }) => episode)).toEqual(["ep-2"]);
});

test("a seat without sound says so in red; once somebody is on duty CO sounds until it is signed for", async () => {
  const center = await openCenter();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openSeat(center);
  await page.evaluate(recordSound);
  await logIn(page, "王强");
  await sees(page, "本席位无声");
  expect(await page.evaluate(sounding)).toEqual([]);

  await page.getByRole("alert").getByRole("button", { name: "上岗" }).click();
  await sees(page, "声音:正常");
  await expect.poll(() => page.getByText("本席位无声").count()).toBe(0);
  // T4: four tones and five seconds of silence.
  await expect.poll(() => page.evaluate(sounding)).toEqual([5.7]);

  await page.keyboard.press("F2");
  await expect.poll(() => page.evaluate(sounding)).toEqual([]);
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ episode: "ep-2", firstAtMs: center.nowMs(), event: gasEvent(30) }),
  });
  await expect.poll(() => page.evaluate(sounding)).toEqual([1]);
});

/** Notes what the page plays over and over, by the length of one cycle in seconds. */
const recordSound = `
  window.playing = new Set();
  const { start, stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function () {
    if (this.loop) window.playing.add(this);
    return start.call(this);
  };
  AudioScheduledSourceNode.prototype.stop = function () {
    window.playing.delete(this);
    return stop.call(this);
  };`;
const sounding = "[...window.playing].map(({ buffer }) => Math.round(buffer.duration * 10) / 10)";

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
  expect(await rows(page).count()).toBe(100);
  await expect.poll(() => rows(page).first().textContent()).toContain("喜安社区1999室");
  // Down to the hundredth and one further: what F2 would sign for has to be on the page.
  await rows(page).nth(99).getByText("未签收").click();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => rows(page).count()).toBe(101);
  await page.keyboard.press("F2");
  await row(page, "王强 已签收").waitFor();
  // The signed one sank to the end and is drawn all the same, the 1,899 before it are not.
  await expect.poll(() => rows(page).nth(100).textContent()).toContain("王强 已签收");
  expect(await rows(page).count()).toBe(101);
  await page.getByRole("button", { name: "显示其余 1899 条" }).click();
  await expect.poll(() => rows(page).count()).toBe(201);
});

test("a page that fails by its own fault says so in red instead of showing a quiet street", async () => {
  const center = await openCenter();
  const page = await openDuty(center);
  await sees(page, "无未处理报警");
  await page.evaluate("setTimeout(() => { throw new Error('a fault planted by the test') })");
  await sees(page, "值守页面出错,画面不可信。");
});
