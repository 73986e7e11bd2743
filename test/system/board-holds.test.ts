/** Out of service at the board, on a phone: chosen, refused in words, counted down, and ended. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "vitest";
import { eventual, openPhones, pin, startGateway, takePicture, textOf } from "./board-phone.ts";

const { openPhone } = openPhones();

test("a technician takes a detector out of service in its row, sees who, why and until, and brings it back", async () => {
  const gateway = await startGateway(3);
  const page = await openPhone(gateway);
  const row = page.locator("tr").first();
  await row.getByRole("button", { name: "维护" }).click();
  await takePicture(page, "9-hold");
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390);
  await page.getByLabel("工号").fill("wang");
  await page.getByLabel("PIN").fill(pin);
  // Nothing is chosen, written or confirmed for anybody.
  const submit = (): Promise<void> => page.locator("#do").click();
  const problem = () => eventual(() => textOf(page, "#problem"));
  await submit();
  await problem().toContain("请先选择停用整台");
  await page.getByLabel("做什么").selectOption({ label: "停用整台探测器" });
  expect(await page.getByLabel("我在现场").isChecked()).toBe(false);
  await submit();
  await problem().toContain("没有这项权限");
  await page.locator("#drawer").getByRole("button", { name: "返回" }).click();
  await page.getByRole("button", { name: "锁定" }).click();
  await eventual(() => textOf(page, "#who")).toBe("认证");

  await row.getByRole("button", { name: "维护" }).click();
  await page.getByLabel("工号").fill("chen");
  await page.getByLabel("PIN").fill(pin);
  await page.getByLabel("做什么").selectOption({ label: "只搁置:失联" });
  expect(await page.getByLabel("我在现场").isVisible()).toBe(false);
  await page.getByLabel("做什么").selectOption({ label: "停用整台探测器" });
  await submit();
  await problem().toContain("必须写明姓名和原因");
  await page.getByLabel("原因").fill("更换传感器");
  await submit();
  await problem().toContain("期限必须大于 0 且不超过 168 小时");
  await page.getByLabel("多久").selectOption({ label: "24 小时" });
  await submit();
  await eventual(() => textOf(page, "#said")).toBe("已停用");
  const hold = page.locator("article.hold");
  await eventual(() => hold.textContent()).toMatch(
    /已停用 · 整台探测器\s+喜安社区1栋1单元101\s*陈工:更换传感器 · (24:00:00|23:59:\d\d) 后恢复响铃 \(至 \d\d-\d\d \d\d:\d\d\)/,
  );
  // What is scrolled out of sight has text and no layout.
  const left = () => hold.locator("[data-until]").textContent();
  const before = await left();
  await eventual(left).not.toBe(before);
  expect(await left()).toMatch(/^23:59:\d\d$/);
  await takePicture(page, "10-held");
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

  await hold.getByRole("button", { name: "恢复使用" }).click();
  expect(await page.getByLabel("原因").isVisible()).toBe(false);
  expect(await textOf(page, "#about")).toContain("101");
  expect(await textOf(page, "#do")).toBe("恢复使用");
  await submit();
  await eventual(() => textOf(page, "#said")).toBe("已恢复使用");
  await eventual(() => hold.count()).toBe(0);
});
