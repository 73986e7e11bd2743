import { existsSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { copyData } from "./copy-data.ts";

test("a file that came while the database was copied is there as well: a row of it may name it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-copy-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  await mkdir(from);
  const database = new Database(join(from, "center.sqlite"));
  database.exec("create table evidence (file text)");
  database.close();
  const copying = copyData(from, to);
  while (!existsSync(join(to, "center.sqlite"))) await setImmediate();
  writeFileSync(join(from, "photo"), "a photo");
  await copying;
  expect(await readFile(join(to, "photo"), "utf8")).toBe("a photo");
});
