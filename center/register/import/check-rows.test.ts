import { expect, test } from "vitest";
import { checkRows } from "./check-rows.ts";

const heading =
  "社区 楼栋 户号 地址 安装位置 网关 探测器 序列号 生产日期 到期日期 联系电话 住户姓名".split(" ");
const good: Readonly<Record<string, string>> = {
  社区: "喜安社区",
  楼栋: "2栋",
  户号: "001",
  地址: "2-1-603",
  安装位置: "厨房",
  网关: "gw-1",
  探测器: "d-1",
  序列号: "SN-1",
};
const row = (changes: Readonly<Record<string, string>> = {}) =>
  heading.map((name) => ({ ...good, ...changes })[name] ?? "");
/** Mistakes as `row column: sentence`. */
const mistakes = (...rows: readonly (readonly string[])[]): readonly string[] =>
  checkRows([heading, ...rows]).mistakes.map(
    ({ row, column, zh }) => `${row} ${column ?? ""}: ${zh}`,
  );

test("a good row has none, an empty row between is none", () => {
  expect(
    mistakes(
      row(),
      heading.map(() => ""),
    ),
  ).toEqual([]);
});

test.each([
  [
    { 户号: "8.61E+14" },
    "2 户号: “8.61E+14”被表格软件改成了科学计数法,尾数已丢失:请把该列设为“文本”后重新填写",
  ],
  [
    { 序列号: "8.61234567890123E14" },
    "2 序列号: “8.61234567890123E14”被表格软件改成了科学计数法,尾数已丢失:请把该列设为“文本”后重新填写",
  ],
  [{ 探测器: "" }, "2 探测器: 不能为空"],
  [{ 探测器: "a/b" }, "2 探测器: “a/b”编号只能用汉字、字母、数字和 . _ -,最多 64 个"],
  [{ 地址: "" }, "2 地址: 填了户号就要填地址"],
  [{ 到期日期: "2031-02-30" }, "2 到期日期: “2031-02-30”日期应写作 2026-11-22"],
  [{ 生产日期: "2026-01-01", 到期日期: "2025-01-01" }, "2 到期日期: 不晚于生产或安装日期"],
  [
    { 联系电话: "12345", 住户姓名: "王芳" },
    "2 联系电话: 不是有效的电话号码(11 位手机号,或固定电话)",
  ],
  [{ 联系电话: "13812341234" }, "2 住户姓名: 填了电话就要填住户姓名"],
])("%j is told at its place", (changes, told) => {
  expect(mistakes(row(changes))).toEqual([told]);
});

test("a serial that only looks a little like a number is a serial", () => {
  expect(mistakes(row({ 序列号: "8E14" }))).toEqual([]);
});

test("what stands twice names the row it stood in first", () => {
  expect(
    mistakes(
      row(),
      row({ 户号: "002", 地址: "2-1-604", 探测器: "d-2" }),
      row({ 探测器: "d-3", 序列号: "SN-3", 地址: "别处" }),
      row({ 探测器: "d-4", 序列号: "SN-4", 安装位置: "卧室" }),
    ),
  ).toEqual([
    "3 序列号: 与第 2 行重复",
    "4 安装位置: 与第 2 行重复",
    "4 户号: 户号 001 与第 2 行重复,但地址不同",
  ]);
});

test("columns nobody knows are ignored with a note, a missing or doubled one is told", () => {
  const { notes, mistakes } = checkRows([
    [...heading, "备注"],
    [...row(), "x"],
  ]);
  expect([notes, mistakes]).toEqual([
    [{ zh: "已忽略不认识的列:备注", en: "columns not known and ignored: 备注" }],
    [],
  ]);
  const wrong = checkRows([
    ["社区", "Community"],
    ["a", "b"],
  ]).mistakes.map(({ column, zh }) => `${column ?? ""} ${zh}`);
  expect(wrong).toContain("楼栋 表头缺少此列");
  expect(wrong).toContain("社区 此列出现了两次");
});
