import { expect, test } from "vitest";
import { salvageReport } from "./salvage-report.ts";

const salvage = (data: object): unknown =>
  salvageReport(JSON.stringify({ specversion: "1.0", type: "canary.report.v1", data }));

test("of a report with fields too many everything that fits is kept", () => {
  const place = { household: "0028010603", floor: 6, address: "x".repeat(201) };
  const contact = { name: "王秀英", email: "w@example.cn" };
  expect(salvage({ kind: "gas-smell", text: "楼道有味", place, contact, drill: true })).toEqual({
    kind: "gas-smell",
    text: "楼道有味",
    place: { household: "0028010603" },
    drill: true,
  });
});

test.each([
  ['{"kind":"co-suspected"', "co-suspected"],
  ["疑似一氧化碳中毒", "co-suspected"],
  ['{"data":{"kind":"gas_leak","place":"三楼"}}', "gas-smell"],
  ["{broken 楼上说有煤气味", "gas-smell"],
  ['{"data":["gas-smell"]}', "gas-smell"],
])("what speaks of danger is one, whatever its form: %s", (body, kind) => {
  expect(salvageReport(body)).toEqual({ kind, place: {} });
});

test("Chinese that its sender writes as escapes is read as the words it is", () => {
  const body = String.raw`{"data":{"kind":"other","text":"\u4e09\u697c\u6f0f\u6c14"}}`;
  expect(salvageReport(body)).toEqual({ kind: "gas-smell", place: {}, text: "三楼漏气" });
  const co = String.raw`{"data":{"text":"\u7591\u4f3c\u4e00\u6c27\u5316\u78b3"}}`;
  expect(salvageReport(co)).toMatchObject({ kind: "co-suspected" });
});

test("what speaks of neither gas nor carbon monoxide waits for people", () => {
  expect(salvage({ kind: "request", text: "路灯不亮", colour: "red" })).toBeUndefined();
  expect(salvageReport("{not json")).toBeUndefined();
});
