/**
 * Judgement must not change unnoticed: the lives in `frozen-scripts.ts` and `frozen-street.ts` make
 * exactly the events that are written down, and a rehearsal reads and looks as it did. After a
 * deliberate change run `FREEZE=1 vitest run rules/frozen` and read the diff.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rehearsalScripts } from "#test/compliance/frozen-rehearsal.ts";
import { scripts, type Script } from "#test/compliance/frozen-scripts.ts";
import { streetScripts } from "#test/compliance/frozen-street.ts";

const openFrozen = (name: string, all: readonly Script[]): ReadonlyMap<string, string> => {
  const file = new URL(`../test/recordings/${name}`, import.meta.url);
  if (process.env["FREEZE"] === "1") {
    writeFileSync(file, all.map((one) => `# ${one.name}\n${one.run().join("\n")}\n`).join(""));
  }
  return new Map(
    readFileSync(file, "utf8")
      .split(/^# /m)
      .filter((part) => part !== "")
      .map((part) => {
        const end = part.indexOf("\n");
        return [part.slice(0, end), part.slice(end + 1).trimEnd()] as const;
      }),
  );
};

const judgements = openFrozen("frozen-judgement.txt", scripts);
test.each(scripts)("$name is judged as before", ({ name, run }) => {
  expect(run().join("\n")).toBe(judgements.get(name));
});

const streets = openFrozen("frozen-street.txt", streetScripts);
test.each(streetScripts)("$name is judged as before", ({ name, run }) => {
  expect(run().join("\n")).toBe(streets.get(name));
});

const rehearsals = openFrozen("frozen-rehearsal.txt", rehearsalScripts);
test.each(rehearsalScripts)("$name is as before", ({ name, run }) => {
  expect(run().join("\n")).toBe(rehearsals.get(name));
});
