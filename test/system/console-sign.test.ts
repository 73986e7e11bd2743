/** Signing for an alarm (签收) in a real browser: what was seen, once, by whom. */
import { expect, test } from "vitest";
import { openCenter, openDuty, row, sees } from "./console-seat.ts";
import { gasEvent, sampleAlarm } from "../../dashboards/console/testing/sample-alarm.ts";

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
  await alarm.getByText("一氧化碳", { exact: true }).waitFor();
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
  await page.getByRole("button", { name: "签收 方碑社区5栋2单元102 天然气(甲烷)" }).click();
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

test("what changed in the moment of signing is not signed for unseen", async () => {
  const center = await openCenter();
  const seen = sampleAlarm({ firstAtMs: center.nowMs() });
  center.tell({ kind: "alarm", data: seen });
  const page = await openDuty(center);
  await sees(page, "310 ppm");
  const worse = sampleAlarm({
    firstAtMs: seen.firstAtMs,
    version: 2,
    event: { kind: "worsened", level: { gas: "co", ppm: 820 } },
  });
  center.tell({ kind: "alarm", data: worse }, false);
  await page.keyboard.press("F2");
  await row(page, "喜安").getByText("情况刚有变化,没有签收。").waitFor();
  center.tell({ kind: "alarm", data: worse });
  await row(page, "820 ppm").waitFor();
  await page.keyboard.press("F2");
  await row(page, "820 ppm").getByText("王强 已签收").waitFor();
  expect(center.signatures.map(({ ifMatch }) => ifMatch)).toEqual(['"1"', '"2"']);
});

test("F2 held down is one wish; pressed again it goes to the next that nobody owns", async () => {
  const center = await openCenter();
  const nowMs = center.nowMs();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: nowMs - 2 }) });
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ episode: "ep-2", address: "喜安社区7栋", firstAtMs: nowMs - 1 }),
  });
  const page = await openDuty(center);
  await row(page, "喜安社区7栋").waitFor();
  await page.keyboard.down("F2");
  await row(page, "2栋1单元603").getByText("王强 已签收").waitFor();
  for (let i = 0; i < 5; i += 1) await page.keyboard.down("F2");
  await page.keyboard.up("F2");
  const chosen = "document.querySelector('[aria-current=true]').id";
  expect(await page.evaluate(chosen)).toBe("alarm-ep-1");
  await page.keyboard.press("F2");
  expect(await page.evaluate(chosen)).toBe("alarm-ep-2");
  expect(center.signatures).toHaveLength(1);
  await page.keyboard.press("F2");
  await row(page, "喜安社区7栋").getByText("王强 已签收").waitFor();
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
