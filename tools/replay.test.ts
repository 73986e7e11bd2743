import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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
