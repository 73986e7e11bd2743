import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { History } from "#center/telemetry/history-schema.ts";
import { runReplay } from "./replay.ts";

const trace = new URL("../test/recordings/fsri-cell-thc-ppm-1hz.csv", import.meta.url).pathname;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-replay-"));
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (...args: readonly string[]) => {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runReplay(args, {
    write: (text) => out.push(text),
    complain: (text) => complaints.push(text),
  });
  return { code, out: out.join("\n"), complaints: complaints.join("\n") };
};

test("the fire trace never alarms, and is drawn", async () => {
  const svg = join(folder, "trace.svg");
  const { code, out } = await run(trace, "--lang", "en", "--svg", svg);
  expect(code).toBe(0);
  expect(out).not.toMatch(/raised {2}P1/);
  expect(await readFile(svg, "utf8")).toContain("</svg>");
});

test("two sets are compared on a leak, as text and as JSON", async () => {
  const leak = join(folder, "leak.csv");
  const rows = Array.from({ length: 120 }, (_, second) => `${second},${second < 30 ? 0 : 25}`);
  await writeFile(leak, `time_s,ch4 %LEL\n${rows.join("\n")}\n`);
  const text = await run(leak, "--compare", "cn-2026", "--lang", "en");
  expect(text.out).toBe("later     0:00:30 → 0:00:45  combustible  urgent");
  const json = await run(leak, "--compare", "cn-2026", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ differences: [{ kind: "later" }] });
  const events = await run(leak, "--json");
  expect(JSON.parse(events.out)).toMatchObject({ rules: "cn-2019", events: [{ kind: "raised" }] });
});

test("what is wrong is said with what to do, and the exit code is 2", async () => {
  expect((await run()).complaints).toContain("canary replay <trace.csv");
  expect((await run("--colour")).code).toBe(2);
  expect((await run(join(folder, "none.csv"))).complaints).toContain("读不到文件");
  expect((await run(trace, "--rules", "us")).complaints).toContain("cn-2019");
  expect((await run(trace, "--compare", "us")).code).toBe(2);
  expect((await run(trace, "--silence", "soon")).code).toBe(2);
  const comma = join(folder, "comma.csv");
  await writeFile(comma, "time_s;co ppm\n0;1,5\n");
  expect(await run(comma, "--lang", "en")).toMatchObject({
    code: 2,
    complaints: expect.stringContaining("semicolons"),
  });
});

test("a recording that a Chinese spreadsheet saved as GBK, or as UTF-16, is read, and GBK is told", async () => {
  const file = join(folder, "gbk.csv");
  // 时间,一氧化碳 ppm
  const head = Buffer.from("cab1bce42cd2bbd1f5bbafccbc2070706d0d0a", "hex");
  await writeFile(file, Buffer.concat([head, Buffer.from("2026/11/22 3:00,320\r\n")]));
  expect(await run(file)).toMatchObject({
    code: 0,
    complaints: expect.stringContaining("GBK"),
    out: expect.stringContaining("320 ppm"),
  });
  const wide = join(folder, "wide.csv");
  await writeFile(wide, Buffer.from("\uFEFFtime_s,co ppm\n0,320\n", "utf16le"));
  expect((await run(wide)).out).toContain("320 ppm");
});

test("a file too large for the memory of a small machine is refused before it is read", async () => {
  const file = join(folder, "years.csv");
  await writeFile(file, "time_s,co ppm\n");
  await truncate(file, 2 * 1_024 ** 3);
  expect(await run(file, "--lang", "en")).toMatchObject({
    code: 2,
    complaints: expect.stringContaining("The file has 2048 MB; 32 MB is the most"),
  });
});

test("the center's history of an evening is replayed in minutes, and says so", async () => {
  const file = join(folder, "minutes.json");
  const points = Array.from({ length: 40 }, (_, minute) => ({
    atMs: Date.UTC(2026, 0, 15, 12) + minute * 60_000,
    count: 60,
    min: 90,
    max: 100,
    mean: 95,
  }));
  const kitchen = { gas: "co", mark: "real", unit: "ppm", silenceMs: 60_000, points, gaps: [] };
  // Typed as the center answers, so that the two cannot part.
  const answer: History = {
    gateway: "gw-xian-1",
    detector: "kitchen",
    fromMs: points[0]?.atMs ?? 0,
    toMs: points.at(-1)?.atMs ?? 0,
    bucketMs: 60_000,
    series: [kitchen],
    losses: [],
  };
  await writeFile(file, JSON.stringify(answer));
  const { code, out, complaints } = await run(file, "--lang", "en");
  expect(code).toBe(0);
  expect(out).toMatch(/0:25:00 {2}worsened {2}P1 {2}co/);
  expect(complaints).toContain("A history in minutes");
});

test("the rules of a site file are rehearsed with its own numbers; a file with mistakes is refused", async () => {
  const leak = join(folder, "low-leak.csv");
  const rows = Array.from({ length: 60 }, (_, second) => `${second},${second < 30 ? 0 : 7}`);
  await writeFile(leak, `time_s,ch4 %LEL\n${rows.join("\n")}\n`);
  const example = await readFile(new URL("../config/site.yaml", import.meta.url), "utf8");
  const site = join(folder, "site.yaml");
  const rules = (lowPercentLel: number) =>
    example.replace(
      /^gateway:$/m,
      `gateway:\n  rules: { overrides: { gas: { lowPercentLel: ${lowPercentLel} } } }`,
    );
  await writeFile(site, rules(6));
  const compared = await run(leak, "--compare", site, "--json");
  expect(JSON.parse(compared.out)).toMatchObject({
    rules: "cn-2019",
    compare: "cn-2019+site",
    differences: [{ kind: "gained", rule: "combustible", urgent: true }],
  });
  await writeFile(site, rules(60));
  expect(await run(leak, "--rules", site, "--lang", "en")).toMatchObject({
    code: 2,
    complaints: expect.stringContaining("outside 5-25 %LEL"),
  });
});
