/** What a start leaves in the book of rules. The gateway itself is in `test/system/rule-book.test.ts`. */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createManualTime } from "#platform/manual-time.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { running, type RuleBook } from "#rules/rule-book.ts";
import { exampleSite } from "#test/scenarios/open-gateway.ts";
import { noteRules } from "./note-rules.ts";
import type { GatewayFault } from "./ports.ts";
import { readRuleBook, ruleBookFile } from "./rule-book-file.ts";

let folder: string;
const faults: GatewayFault[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-rule-book-"));
});
afterEach(async () => {
  faults.length = 0;
  await rm(folder, { recursive: true, force: true });
});

const begin = (rules: Site["gateway"]["rules"], safe = false): Promise<void> => {
  const site = exampleSite();
  const changed = { ...site, gateway: { ...site.gateway, rules } };
  const { clock } = createManualTime();
  return noteRules({ safe, site: changed, folder, clock, reportFault: (one) => faults.push(one) });
};
const book = async (): Promise<RuleBook> => {
  const kept = await readRuleBook(ruleBookFile(folder));
  if (!kept.ok) throw new Error(kept.error.en);
  return kept.value.book;
};
const stricter = { overrides: { gas: { lowPercentLel: 6 } } };

test("rules written into the site file become an edition of its own, once", async () => {
  await begin({});
  await begin({});
  await begin({ ...stricter, shadow: "ul-2034" });
  await begin({ ...stricter, shadow: "ul-2034" });
  const { editions, deeds } = await book();
  expect(editions.map(({ version, by, words }) => [version, by, words])).toEqual([
    [1, "站点文件 site file", {}],
    [2, "站点文件 site file", stricter],
    [3, "站点文件 site file", { limits: "ul-2034" }],
  ]);
  expect(deeds).toHaveLength(2);
  expect(running(await book())).toMatchObject({
    hash: editions[1]?.hash,
    shadow: editions[2]?.hash,
  });
  expect(faults).toEqual([]);
});

test("a line cut off by a power cut is a fault, costs only itself, and the start is written after it", async () => {
  await begin({});
  const file = ruleBookFile(folder);
  await appendFile(file, '{"kind":"edition","versi');
  await begin(stricter);
  expect(faults.map(({ key, text }) => [key, text.en.includes("line 3")])).toEqual([
    ["rule-book", true],
  ]);
  expect((await book()).editions).toHaveLength(2);
});

test("an edition whose numbers were altered does not count", async () => {
  await begin({});
  const file = ruleBookFile(folder);
  const text = await readFile(file, "utf8");
  expect(text).toContain('"value":10,');
  await writeFile(file, text.replace('"value":10,', '"value":11,'));
  await begin({});
  expect(faults).toHaveLength(1);
  expect((await book()).editions).toHaveLength(1);
});

test("a file that is no book, a folder in its place, a folder that is not there: faults and no more", async () => {
  await writeFile(ruleBookFile(folder), "\u0000\u0001 no book\n[]\n{}");
  await begin({});
  expect((await book()).editions).toHaveLength(1);
  await rm(ruleBookFile(folder));
  await mkdir(ruleBookFile(folder));
  await begin({});
  await rm(folder, { recursive: true });
  await begin({});
  expect(faults.map(({ key }) => key)).toEqual(["rule-book", "rule-book", "rule-book"]);
});

test("a safe start leaves the disk alone", async () => {
  await begin({}, true);
  await expect(readFile(ruleBookFile(folder))).rejects.toThrow("ENOENT");
});
