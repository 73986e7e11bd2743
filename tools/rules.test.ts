/** `canary rules` over a real site file and a real book; with the gateway in `test/system/rule-book.test.ts`. */
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { openSystemClock } from "#platform/system-clock.ts";
import { noteRules } from "#gateway/note-rules.ts";
import { readSiteFile } from "#platform/site-file/read.ts";
import { changeRules, type RulesChange } from "./change-rules.ts";
import { publishedWords } from "./published-words.ts";
import { showRules, type BookReport } from "./rules.ts";

let folder: string;
let siteFile: string;
const said: string[] = [];
const faults: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-rules-"));
  siteFile = join(folder, "site.yaml");
  await mkdir(join(folder, "data/gateway"), { recursive: true });
  await writeFile(siteFile, await readFile("config/site.yaml", "utf8"));
  const keep = (line: string): void => void said.push(line);
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "error").mockImplementation(keep);
});
afterEach(async () => {
  vi.restoreAllMocks();
  said.length = 0;
  faults.length = 0;
  await rm(folder, { recursive: true });
});

const env = () => ({ CANARY_CONFIG: siteFile, CANARY_DATA: join(folder, "data") });
/** What a start of the gateway leaves in the book. */
const startGateway = async (): Promise<void> => {
  const site = readSiteFile(siteFile, []);
  if (!site.ok) throw new Error("the site file");
  await noteRules({
    safe: false,
    site: site.value,
    folder: join(folder, "data/gateway"),
    clock: openSystemClock(),
    reportFault: ({ key }) => faults.push(key),
  });
};
const wang = { by: "王工", reason: "老楼更严", json: false };
const change = (what: RulesChange, signed: Partial<typeof wang> = {}): Promise<number> =>
  changeRules(what, { ...wang, ...signed }, env());
const publish = async (overrides: string, decision: "apply" | "try"): Promise<number> => {
  const file = join(folder, "overrides.yaml");
  await writeFile(file, overrides);
  return change({ kind: "publish", words: publishedWords(undefined, file), decision });
};
const rulesInFile = async (): Promise<unknown> => {
  const site: unknown = parse(await readFile(siteFile, "utf8"));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own example, with its rules
  return (site as { readonly gateway: { readonly rules?: unknown } }).gateway.rules;
};
const report = async (): Promise<BookReport> => {
  said.length = 0;
  expect(await showRules({ json: true }, env())).toBe(0);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own report, looked at by each test
  return JSON.parse(said[0] ?? "") as BookReport;
};
const deeds = async (): Promise<readonly unknown[]> =>
  (await report()).deeds.map(({ kind, version, by }) => [kind, version, by].join(" ").trim());

test("published, tried, applied, rolled back: the book tells who and why, the file what applies", async () => {
  const before = await readFile(siteFile, "utf8");
  await startGateway();
  expect(await publish("gas: { lowPercentLel: 6 }", "try")).toBe(0);
  expect(said.join()).toContain("gas.low.raiseAt: 10 %LEL → 6 %LEL");
  expect(await rulesInFile()).toEqual({
    shadow: "cn-2019",
    shadowOverrides: { gas: { lowPercentLel: 6 } },
  });
  await startGateway();
  expect(await report()).toMatchObject({ inForce: { version: 1, shadow: 2 } });
  expect(await change({ kind: "apply", version: 2 })).toBe(0);
  expect(await rulesInFile()).toEqual({ overrides: { gas: { lowPercentLel: 6 } } });
  await startGateway();
  const leaves = { by: "李敏", reason: "误报太多" };
  expect(await change({ kind: "roll-back", version: undefined }, leaves)).toBe(0);
  expect((await readFile(siteFile, "utf8")).replace(/ {2}rules: \{\}\n/, "")).toBe(before);
  expect(await report()).toMatchObject({
    inForce: { version: 2 },
    siteFileAsks: { version: 1 },
    editions: [
      { version: 1, by: "站点文件 site file", changes: [] },
      { version: 2, by: "王工", reason: "老楼更严", changes: [{ path: "gas.low.raiseAt" }, {}] },
    ],
  });
  await startGateway();
  expect(await deeds()).toEqual([
    "began 1",
    "try 2 王工",
    "began 1",
    "apply 2 王工",
    "began 2",
    "roll-back 1 李敏",
    "began 1",
  ]);
  said.length = 0;
  expect(await showRules({ json: false }, env())).toBe(0);
  expect(said.join()).toMatch(/回退 roll back to 第 1 版 version 1 {2}李敏:误报太多/);
  expect(said.join()).toMatch(
    /在用 in force: 第 1 版 version 1\n站点文件 site file: 第 1 版 version 1$/,
  );
  expect(faults).toEqual([]);
});

test("rules that somebody wrote into the file are kept in the book before they are overwritten", async () => {
  await startGateway();
  const text = await readFile(siteFile, "utf8");
  const byHand = text.replace("  http:", "  rules: { limits: cn-2026 } # 试\n  http:");
  await writeFile(siteFile, byHand);
  expect(await change({ kind: "roll-back", version: 1 })).toBe(0);
  expect(await change({ kind: "roll-back", version: 2 })).toBe(0);
  expect(await readFile(siteFile, "utf8")).toContain("rules: { limits: cn-2026 } # 试");
});

test("a refusal changes neither the file nor the book", async () => {
  await startGateway();
  const text = await readFile(siteFile, "utf8");
  const book = await readFile(join(folder, "data/gateway/rule-book.jsonl"), "utf8");
  const now = publishedWords(undefined, undefined);
  const refusals: readonly (readonly [RulesChange, Partial<typeof wang>, string])[] = [
    [{ kind: "roll-back", version: undefined }, {}, "No other version"],
    [{ kind: "roll-back", version: 7 }, {}, "There is no version 7; there are: 1"],
    [{ kind: "apply", version: Number.NaN }, {}, "There is no version"],
    [{ kind: "apply", version: 1 }, {}, "says version 1 already"],
    [{ kind: "try", version: 1 }, {}, "needs no trial"],
    [{ kind: "end-trial" }, {}, "nothing on trial"],
    [{ kind: "publish", words: now, decision: "apply" }, {}, "The same as version 1"],
    [{ kind: "publish", words: now, decision: "apply" }, { by: " " }, "needs a name and a reason"],
    [
      { kind: "publish", words: publishedWords("cn-1999", undefined), decision: "apply" },
      {},
      'no limit set "cn-1999"',
    ],
    [
      {
        kind: "publish",
        words: publishedWords(undefined, join(folder, "none.yaml")),
        decision: "try",
      },
      {},
      "cannot be used as the site's numbers",
    ],
  ];
  for (const [what, signed, why] of refusals) {
    said.length = 0;
    expect([await change(what, signed), said.join()]).toEqual([1, expect.stringContaining(why)]);
  }
  expect(await publish("gas: { lowPercentLel: 90 }", "apply")).toBe(1);
  expect(said.join()).toContain("outside 5-25 %LEL");
  expect(await publish("[]", "apply")).toBe(1);
  expect(await readFile(siteFile, "utf8")).toBe(text);
  expect(await readFile(join(folder, "data/gateway/rule-book.jsonl"), "utf8")).toBe(book);
  expect((await readdir(folder)).sort()).toEqual(["data", "overrides.yaml", "site.yaml"]);
});

test("what is not given stays, and can be given up by name", () => {
  const now = { limits: "cn-2019", overrides: { holdSeconds: 60 } };
  expect(publishedWords("cn-2026", undefined)(now)).toEqual({
    ok: true,
    value: { limits: "cn-2026", overrides: { holdSeconds: 60 } },
  });
  expect(publishedWords(undefined, false)(now)).toEqual({ ok: true, value: { limits: "cn-2019" } });
  expect(publishedWords(undefined, true)({})).toEqual({ ok: true, value: {} });
});

test("a rollback mends a file whose rules cannot be used, and not one with other mistakes", async () => {
  await startGateway();
  const text = await readFile(siteFile, "utf8");
  const wrong = "  rules: { overrides: { gas: { lowPercentLel: 99 } } }\n  http:";
  await writeFile(siteFile, text.replace("  http:", wrong));
  expect((await report()).siteFileAsks).toEqual({ mistakes: expect.stringContaining("5-25") });
  expect(await change({ kind: "roll-back", version: undefined })).toBe(0);
  expect(await rulesInFile()).toEqual({});
  await writeFile(siteFile, text.replace("version: 1", "version: 9"));
  expect(await change({ kind: "roll-back", version: 1 })).toBe(1);
});

test("the file keeps its mode, its link and a copy of what it was; the copy is as closed as the file", async () => {
  await startGateway();
  const text = await readFile(siteFile, "utf8");
  await mkdir(join(folder, "etc"));
  const real = join(folder, "etc/site.yaml");
  await writeFile(real, text);
  await chmod(real, 0o640);
  await rm(siteFile);
  await symlink(real, siteFile);
  expect(await publish("holdSeconds: 60", "apply")).toBe(0);
  const [fresh, copy, ...others] = (await readdir(join(folder, "etc"))).sort();
  expect([fresh, others]).toEqual(["site.yaml", []]);
  expect(await readFile(join(folder, "etc", copy ?? ""), "utf8")).toBe(text);
  for (const name of [fresh, copy]) {
    expect((await stat(join(folder, "etc", name ?? ""))).mode & 0o777).toBe(0o640);
  }
});

test("an edition of another program, whose words give other numbers now, is refused", async () => {
  await startGateway();
  await publish("holdSeconds: 60", "apply");
  const file = join(folder, "data/gateway/rule-book.jsonl");
  const entries = await readFile(file, "utf8");
  // As if this program's numbers had been others when the first edition was written down.
  await writeFile(file, entries.replace('"words":{}', '"words":{"limits":"cn-2026"}'));
  said.length = 0;
  expect(await change({ kind: "roll-back", version: 1 })).toBe(1);
  expect(said.join()).toContain("another version of this program");
});

test("where no gateway has run, and where the book is damaged, it is said what to do", async () => {
  await startGateway();
  const file = join(folder, "data/gateway/rule-book.jsonl");
  await writeFile(file, `${await readFile(file, "utf8")}{"kind":"apply"`);
  expect((await report()).damagedLines).toEqual([3]);
  expect(said.join()).toContain("delete the line");
  await rm(join(folder, "data"), { recursive: true });
  expect(await showRules({ json: false }, env())).toBe(78);
  expect(await change({ kind: "end-trial" })).toBe(78);
  expect(said.join()).toContain("no gateway has run here yet");
});
