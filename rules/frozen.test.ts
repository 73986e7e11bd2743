/**
 * Judgement must not change unnoticed: the lives in `frozen-scripts.ts` make exactly the events that
 * are written down. After a deliberate change run `FREEZE=1 vitest run rules/frozen` and read the diff.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scripts } from "#test/compliance/frozen-scripts.ts";

const file = new URL("../test/recordings/frozen-judgement.txt", import.meta.url);

if (process.env["FREEZE"] === "1") {
  writeFileSync(file, scripts.map(({ name, run }) => `# ${name}\n${run().join("\n")}\n`).join(""));
}

const frozen = new Map(
  readFileSync(file, "utf8")
    .split("# ")
    .filter((part) => part !== "")
    .map((part) => {
      const [name, ...lines] = part.trimEnd().split("\n");
      return [name, lines] as const;
    }),
);

test.each(scripts)("$name is judged as before", ({ name, run }) => {
  expect(run()).toEqual(frozen.get(name));
});
