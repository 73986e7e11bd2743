import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "csv-parse/sync";
import { createFakeGateway } from "../fake-gateway.testing.ts";
import { openDesk, type OpenDesk } from "../open-desk.testing.ts";
import { createAnswerCheck, recordOf } from "./answer-check.testing.ts";

vi.setConfig({ testTimeout: 30_000 });

let desk: OpenDesk;
let cookie: string;
const gateway = createFakeGateway("gw-1");
const dayMs = 86_400_000;
const today = (): string =>
  new Date(desk.time.clock.now().wallMs + 8 * 3_600_000).toISOString().slice(0, 10);
/** Sessions end before a month does. */
const asked = async () =>
  recordOf(await (await desk.get("/api/v1/figures", await desk.login())).json());

beforeEach(async () => {
  desk = await openDesk();
  cookie = await desk.login();
});
afterEach(() => desk.close());

describe("figures over HTTP", () => {
  test("answer as they are described, with and without data", async () => {
    const check = createAnswerCheck(await (await desk.get("/api/openapi.json")).json());
    const path = "/api/v1/figures";
    const get = (query: string, as = cookie) => desk.get(`${path}${query}`, as);
    await check("get", path, 200, get(""));
    await desk.take(gateway.alarm({ seq: 1 }));
    await check("get", path, 200, get(""));
    await check("get", path, 200, get("?from=2024-02-28&to=2024-03-01&area=/pidu/"));
    await check("get", path, 401, get("", ""));
    for (const wrong of [
      "?from=2026-02-30&to=2026-03-01",
      "?from=2026-03-02&to=2026-03-01",
      "?from=2024-01-01&to=2026-03-01",
      "?from=9999-99-99",
      "?to=0000-00-00",
      "?to=today",
      "?area=pidu",
      "?district=/pidu/",
    ]) {
      await check("get", path, 400, get(wrong));
    }
  });

  test("reach from 29 days ago to today when nothing is asked for", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    const before = today();
    desk.time.advance(29 * dayMs);
    const answer = await asked();
    expect(answer).toMatchObject({ from: before, to: today(), total: { cases: 1 } });
    desk.time.advance(dayMs);
    const later = await asked();
    expect(later).toMatchObject({ to: today(), total: { cases: 0 }, standing: { count: 1 } });
  });

  test("asked for by many at once are all the same", async () => {
    await desk.take(gateway.alarm({ seq: 1 }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await desk.get("/api/v1/figures", cookie)).text()),
    );
    expect(new Set(answers).size).toBe(1);
  });

  test("come as a table that a spreadsheet reads and no name turns into a formula", async () => {
    const text = '=HYPERLINK("http://evil.example","6栋")';
    await desk.take(gateway.alarm({ seq: 1, detector: "kitchen", address: { text } }));
    const answer = await desk.get("/api/v1/figures.csv", cookie);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toMatch(/canary-figures-2026-.*\.csv/);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows: string[][] = parse(new TextDecoder().decode(bytes));
    expect(rows[0]).toEqual([
      "类别 group",
      "对象 of",
      "指标 figure",
      "数值 value",
      "单位 unit",
      "样本数 n",
    ]);
    const total = rows.filter(([group]) => group === "合计 total");
    const valueOf = (figure: string) => total.find((row) => row[2]?.includes(figure))?.slice(3);
    expect(valueOf("事件 cases")).toEqual(["1", "件 cases", ""]);
    // Nobody has signed for anything: no data, and not 0 seconds.
    expect(valueOf("签收时长 time to sign p50")).toEqual(["", "秒 s", "0"]);
    const noisy = rows.find(([group, of]) => group?.includes("noisiest") && of !== "合计 total");
    expect(noisy?.slice(1)).toEqual([
      `'${text} · gw-1/kitchen`,
      "报警 alarms",
      "1",
      "条 alarms",
      "1",
    ]);
    expect(rows.flat().filter((cell) => /^[=+@\t\r]/.test(cell))).toEqual([]);
  });
});
