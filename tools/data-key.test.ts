import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeKeyFile } from "#center/vault/key-ring.ts";
import { dataKey } from "./data-key.ts";

let folder: string;
const said: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-data-key-"));
  const keep = (line: string): void => void said.push(line);
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "error").mockImplementation(keep);
});
afterEach(async () => {
  vi.restoreAllMocks();
  said.length = 0;
  await rm(folder, { recursive: true });
});

test("a rotation puts a new key before the old one, for the owner only, and prints neither", async () => {
  const file = join(folder, "keys", "personal-data.key");
  const env = { CANARY_DATA: folder };
  expect(await dataKey({ rotate: false, json: false }, env)).toBe(1);
  expect(said.join()).toContain(file);
  await makeKeyFile(file);
  const before = await readFile(file, "utf8");
  expect(await dataKey({ rotate: true, json: false }, env)).toBe(0);
  const after = await readFile(file, "utf8");
  expect(after.split("\n")).toHaveLength(3);
  expect(after.endsWith(before)).toBe(true);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const line of after.trim().split("\n")) expect(said.join()).not.toContain(line);
  expect(await dataKey({ rotate: true, json: true }, { ...env, CANARY_DATA_KEY: after })).toBe(1);
});
