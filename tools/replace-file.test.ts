import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceFile } from "./replace-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-replace-"));
  await writeFile(join(folder, "site.yaml"), "old");
});
afterEach(() => rm(folder, { recursive: true }));

test("when what belongs to it cannot be written, the file is as it was and nothing lies beside it", async () => {
  const file = join(folder, "site.yaml");
  const failing = replaceFile(file, "new", 0, async () => {
    expect(await readFile(`${file}.new`, "utf8")).toBe("new");
    throw new Error("disk full");
  });
  await expect(failing).rejects.toThrow("disk full");
  expect(await readFile(file, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["site.yaml"]);
});

test("two changes leave two copies, named by their time", async () => {
  const file = join(folder, "site.yaml");
  const first = await replaceFile(file, "new", 0, async () => {});
  expect(first).toBe(`${file}.before-1970-01-01T00-00-00-000Z`);
  const second = await replaceFile(file, "newer", 1, async () => {});
  const kept = await Promise.all([first, second, file].map((name) => readFile(name, "utf8")));
  expect(kept).toEqual(["old", "new", "newer"]);
});
