/** docs/promise.md names the tests that hold it; a promise whose test is gone is an empty one. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const promise = readFileSync("docs/promise.md", "utf8");

/** `file` › "test name", and further › "names" of the same file. */
const claims = (): readonly { readonly file: string; readonly name?: string }[] => {
  const found: { file: string; name?: string }[] = [];
  let file = "";
  for (const [, path, name] of promise.matchAll(/`([\w./-]+\.ts)`|› "([^"]+)"/g)) {
    if (path !== undefined) {
      file = path;
      found.push({ file });
    } else if (name !== undefined) {
      found.push({ file, name });
    }
  }
  return found;
};

test("every test that the promise names exists under that name", () => {
  const missing = claims().filter(
    ({ file, name }) =>
      !existsSync(file) ||
      (name !== undefined && !readFileSync(file, "utf8").includes(`"${name}"`)),
  );
  expect(missing).toEqual([]);
});

test("every promise names a test", () => {
  const [promised = ""] = promise.split("## 靠什么证明");
  const items = promised.split(/^\d+\. /m).slice(1);
  expect(items.length).toBeGreaterThan(10);
  expect(items.filter((item) => !/`[\w./-]+\.test\.ts`/.test(item))).toEqual([]);
});
