/**
 * UL FSRI, thermal runaway of a lithium cell: total hydrocarbons in ppm at 1 Hz (MIT licence,
 * ulfsri/fsri-lib-ess-demo-2020, columns `Time (s)` and `THC (ppm)`). They rise from 4 to 258 ppm
 * within 6 s and reach 490 ppm, as methane 0.98 %LEL: no %LEL threshold may alarm.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ppmToPercentLel, lowerExplosiveLimit } from "#domain/gas.ts";
import { ppm } from "#domain/quantity.ts";
import { lel, noLevel, openBench } from "./timetable.ts";

const recording = new URL("../recordings/fsri-cell-thc-ppm-1hz.csv", import.meta.url);

test("the recorded fire gas never reaches a level, and its gaps are no values", () => {
  const lines = readFileSync(recording, "utf8").trim().split("\n").slice(1);
  const bench = openBench();
  let gaps = 0;
  let empty = 0;
  for (const line of lines) {
    const [second, thc] = line.split(",");
    if (second === "") {
      empty += 1;
      continue;
    }
    if (thc === undefined || thc.trim() === "") {
      gaps += 1;
      bench.says(Number(second), noLevel("not-reported", "methane"));
    } else {
      bench.says(
        Number(second),
        lel(ppmToPercentLel(ppm(Number(thc)), lowerExplosiveLimit.methane)),
      );
    }
  }
  expect(lines).toHaveLength(6_082);
  expect({ gaps, empty }).toEqual({ gaps: 0, empty: 136 });
  expect(bench.events.filter((event) => event.alarmClass === "gas")).toEqual([]);
  expect(bench.sounding()).toBe("none");
});
