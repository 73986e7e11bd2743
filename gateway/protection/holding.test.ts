import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { detectorId, type DetectorId } from "#domain/ids.ts";
import { createHolding } from "./holding.ts";

const kitchen = detectorId("kitchen");
const bath = detectorId("bath");

test("whom it waits for outlives a restart that finds a readable journal, and the file goes with the last", () => {
  const folder = mkdtempSync(join(tmpdir(), "canary-holding-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "unheard");
  const heard = new Set<DetectorId>();
  const start = (lost: readonly DetectorId[]) =>
    createHolding({ file, lost, isHeard: (id) => heard.has(id) });

  expect(start([kitchen, bath]).unheard(undefined)).toEqual([kitchen, bath]);
  const second = start([]);
  expect(second.unheard(new Set([bath]))).toEqual([bath]);
  heard.add(bath);
  expect(second.unheard(new Set([bath]))).toEqual([]);
  expect(start([]).unheard(undefined)).toEqual([kitchen]);
  heard.add(kitchen);
  expect(start([]).unheard(undefined)).toEqual([]);
  expect(existsSync(file)).toBe(false);
});
