import { expect, test } from "vitest";
import type { DeskAlarm } from "#domain/desk.ts";
import { gasEvent, nightMs, sampleAlarm } from "../testing/sample-alarm.ts";
import { peakLevel } from "./peak-level.ts";

type Present = NonNullable<DeskAlarm["present"]>;

/** Twenty seconds after the alarm. */
const present = (...levels: Present["levels"]): Present => ({
  detector: "det-ep-1",
  state: "alarm",
  heardAtMs: nightMs + 20_000,
  levels,
  position: { line: "mqtt", place: "x" },
});

test("the peak is never below what is shown as now", () => {
  const rising = sampleAlarm({ present: present({ gas: "co", ppm: 402 }) });
  expect(peakLevel(rising, nightMs)).toEqual({ gas: "co", ppm: 402 });
  const gas = { gas: "methane", lel: 31, lelPercentVolume: 5 } as const;
  const leak = sampleAlarm({ event: gasEvent(14), present: present(gas) });
  expect(peakLevel(leak, nightMs)).toEqual(gas);
});

test("the peak of the notice stays when the level is lower, of another gas or not known", () => {
  const peak = { gas: "co", ppm: 318 };
  for (const story of [
    { present: present({ gas: "co", ppm: 40 }) },
    { present: present({ gas: "methane", lel: 999, lelPercentVolume: 5 }) },
    {},
  ]) {
    expect(peakLevel(sampleAlarm(story), nightMs)).toEqual(peak);
  }
  expect(peakLevel(sampleAlarm({ noLevel: true }), nightMs)).toBeUndefined();
});

test("what is measured after the alarm returned is not its peak", () => {
  const over = sampleAlarm({ condition: "returned", present: present({ gas: "co", ppm: 402 }) });
  expect(peakLevel(over, nightMs)).toEqual({ gas: "co", ppm: 318 });
});
