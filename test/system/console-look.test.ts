/** How the duty page looks and reads: Chinese and English, night and day, desk and phone. */
import { expect, test } from "vitest";
import type { TestCenter } from "./console-center.ts";
import { expectAccessible, openCenter, openDuty, row, rows, sees, shoot } from "./console-seat.ts";
import {
  gasEvent,
  sampleAlarm,
  sampleGateway,
  troubleEvent,
} from "../../dashboards/console/testing/sample-alarm.ts";

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
  center.tell({
    kind: "gateway",
    data: sampleGateway({
      id: "school-09",
      drill: true,
      detectors: 4,
      unknown: 0,
      heardAtMs: ago(2),
      pending: 3,
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
      noLevel: true,
      event: {
        rule: "device-alarm-gas",
        alarmClass: "gas",
        gas: "combustible-gas",
        cause: {
          ruleSet: "canary",
          source: { standard: "Canary", clause: "device verdict", confidence: "h" },
          text: { zh: "设备自报燃气报警", en: "the device says that it alarms for gas" },
          inputs: {},
        },
      },
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
      noLevel: true,
      event: troubleEvent("power", "市电断开,备电供电", "mains lost, on backup battery"),
      late: true,
    }),
    sampleAlarm({
      episode: "ep-6",
      address: "喜安社区3栋1单元101",
      firstAtMs: ago(60),
      noLevel: true,
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

test("five urgent alarms stand on the first screen of a 1366 by 768 seat without scrolling", async () => {
  const center = await openCenter();
  for (let i = 1; i <= 6; i += 1)
    center.tell({
      kind: "alarm",
      data: sampleAlarm({ episode: `ep-${i}`, firstAtMs: center.nowMs() - i * 1_000 }),
    });
  const page = await openDuty(center);
  const box = await rows(page).nth(4).boundingBox();
  expect(box && box.y + box.height).toBeLessThanOrEqual(768);
});

test("no word is smaller than 16 px and no button lower than 44 px", async () => {
  const center = await openCenter();
  tellBusyNight(center);
  const page = await openDuty(center);
  await row(page, "地址未知").waitFor();
  const small = `[...document.querySelectorAll("body *")]
    .filter((e) => e.getClientRects().length > 0 && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.outerHTML)`;
  const low = `[...document.querySelectorAll("button, .alarm")]
    .filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)`;
  expect(await page.evaluate("document.querySelectorAll('button, .alarm').length")).toBeGreaterThan(
    10,
  );
  expect(await page.evaluate(small)).toEqual([]);
  expect(await page.evaluate(low)).toEqual([]);
});

test("nothing moves for people who asked for stillness", async () => {
  const center = await openCenter();
  center.tell({ kind: "alarm", data: sampleAlarm({ firstAtMs: center.nowMs() }) });
  const page = await openDuty(center);
  await row(page, "喜安").waitFor();
  const moving = "document.getAnimations().length";
  expect(await page.evaluate(moving)).toBe(1);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await page.evaluate(moving)).toBe(0);
});
