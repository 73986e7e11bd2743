/** Many homes at once, and what rings nobody, in a real browser. */
import { expect, test } from "vitest";
import { expectAccessible, openCenter, openDuty, row, rows, sees, shoot } from "./console-seat.ts";
import {
  gasEvent,
  sampleAlarm,
  sampleStorm,
} from "../../dashboards/console/testing/sample-alarm.ts";

test("a storm stands above its alarms, each of which is signed for by itself", async () => {
  const center = await openCenter();
  const nowMs = center.nowMs();
  for (let n = 1; n <= 6; n += 1) {
    center.tell({
      kind: "alarm",
      data: sampleAlarm({
        episode: `ep-${n}`,
        address: `喜安社区2栋${n}单元101`,
        firstAtMs: nowMs - n * 1_000,
      }),
    });
  }
  center.tell({
    kind: "alarm",
    data: sampleAlarm({ episode: "other", address: "方碑社区5栋", firstAtMs: nowMs }),
  });
  const page = await openDuty(center);
  center.tell({ kind: "street", data: sampleStorm({ gateway: "xian-01" }) });

  const heads = page.getByRole("region", { name: "多户情况" });
  await heads.getByText("报警集中", { exact: true }).waitFor();
  await heads.getByText("涉及 6 台,下方报警 6 条").waitFor();
  expect(await rows(page).count()).toBe(7);
  expect(await row(page, "多户之一").count()).toBe(6);
  expect(await row(page, "方碑社区5栋").getByText("多户之一").count()).toBe(0);
  await shoot(page, "storm");
  await expectAccessible(page);

  await row(page, "2栋3单元101").getByRole("button").click();
  await row(page, "2栋3单元101").getByText("王强 已签收").waitFor();
  expect(center.signatures.map(({ episode }) => episode)).toEqual(["ep-3"]);
  center.tell({ kind: "street", data: sampleStorm({ stands: false }) });
  await expect.poll(() => heads.count()).toBe(0);
  expect(await rows(page).count()).toBe(7);
});

test("a held alarm is listed apart with who holds it and until when; what rings is signed for first", async () => {
  const center = await openCenter();
  const nowMs = center.nowMs();
  const held = { by: "shelved", who: "李敏", reason: "换电池" } as const;
  center.tell({
    kind: "alarm",
    data: sampleAlarm({
      episode: "held",
      address: "喜安社区7栋",
      firstAtMs: nowMs - 60_000,
      held,
      event: { chatter: 12 },
      actions: [
        {
          id: "a1",
          kind: "shelved",
          detector: "det-held",
          rule: "co",
          by: "李敏",
          reason: "换电池",
          at: { bootId: "boot-1", monoMs: 1, wallMs: nowMs - 90_000 },
          untilWallMs: nowMs + 3_600_000,
        },
      ],
    }),
  });
  const page = await openDuty(center);
  await sees(page, /不响铃的报警 1 条/);
  await row(page, "喜安社区7栋").getByText("已搁置:李敏").waitFor();
  await row(page, "喜安社区7栋").getByText("抖动 ×12").waitFor();
  await sees(page, "换电池");
  expect(await page.title()).not.toContain("(1)");
  expect(await page.getByText("本席位无声").count()).toBe(0);

  center.tell({
    kind: "alarm",
    data: sampleAlarm({
      episode: "rings",
      address: "方碑社区5栋",
      firstAtMs: nowMs,
      event: gasEvent(6, 2),
    }),
  });
  await row(page, "方碑社区5栋").waitFor();
  expect(await rows(page).first().textContent()).toContain("方碑社区5栋");
  await shoot(page, "held");
  await expectAccessible(page);
});
