import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKeptFile, type KeptFile } from "./kept-file.ts";

let home: string;
const faults: string[] = [];
const opened: KeptFile[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "canary-kept-"));
  faults.length = 0;
});
afterEach(async () => {
  for (const file of opened.splice(0)) await file.close();
  await rm(home, { recursive: true });
});

const open = async (): Promise<KeptFile> => {
  const result = await openKeptFile(join(home, "mqtt-sessions"), (present, text) =>
    faults.push(`${present} ${text.en}`),
  );
  if (!result.ok) throw new Error(result.error.en);
  opened.push(result.value);
  return result.value;
};
const contents = async (file: KeptFile) => {
  const entries: unknown[] = [];
  for await (const entry of file.entries()) entries.push(entry);
  return entries;
};
const closeLast = async () => opened.pop()?.close();

test("what was written is there after opening again, in the order of its keys; what was forgotten is not", async () => {
  const file = await open();
  await file.write([
    ["b", { n: 2 }],
    ["a", { n: 1 }],
    ["c", { n: 3 }],
  ]);
  await Promise.all([file.write([["c", undefined]]), file.write([["a", { n: 10 }]])]);
  await closeLast();

  expect(await contents(await open())).toEqual([
    ["a", { n: 10 }],
    ["b", { n: 2 }],
  ]);
  expect(faults).toEqual([]);
});

test("a store that another holds is an error, and is left alone", async () => {
  await open();

  const second = await openKeptFile(join(home, "mqtt-sessions"), () => undefined);

  expect(second).toMatchObject({ ok: false, error: { en: expect.stringContaining("in use") } });
  expect(await readdir(home)).toEqual(["mqtt-sessions"]);
});

test("a damaged store is put aside under another name, reported, and begun anew", async () => {
  await (await open()).write([["a", 1]]);
  await closeLast();
  const folder = join(home, "mqtt-sessions");
  for (const name of await readdir(folder))
    if (/^(MANIFEST|CURRENT)/u.test(name)) await writeFile(join(folder, name), "rubbish");

  const fresh = await open();

  expect(await contents(fresh)).toEqual([]);
  expect(faults).toEqual([expect.stringContaining("true the MQTT session store was damaged")]);
  expect((await readdir(home)).filter((name) => name.includes(".damaged-"))).toHaveLength(1);
});

test("an entry that is no JSON is damage too", async () => {
  const file = await open();
  await file.write([["a", { text: "recognizable".repeat(10) }]]);
  await closeLast();
  const folder = join(home, "mqtt-sessions");
  const { ClassicLevel } = await import("classic-level");
  const raw = new ClassicLevel(folder, { valueEncoding: "utf8" });
  await raw.put("b", "{");
  await raw.close();

  expect(await contents(await open())).toEqual([]);
  expect(faults).toHaveLength(1);
});

test("of those who wait for the same batch, nobody is told before their own change is written", async () => {
  const file = await open();
  const begun = file.write([["a", 1]]);
  const waiting = ["b", "c", "d"].map(async (key) => {
    await file.write([[key, key]]);
    return contents(file);
  });
  for (const [index, seen] of (await Promise.all(waiting)).entries())
    expect(seen).toContainEqual(["bcd"[index], "bcd"[index]]);
  await begun;
});
