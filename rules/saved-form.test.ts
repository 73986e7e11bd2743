/** The form in the file is the one the versions before have written, whatever the state looks like inside. */
import { expect, test } from "vitest";
import { epochMs } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import {
  co,
  defaultRules,
  detector,
  instant,
  lel,
  openBench,
  reportAt,
  says,
} from "#test/compliance/timetable.ts";
import { initialState, reviveState, saveState, step, type DetectorState } from "./step.ts";

const parse = (state: DetectorState) => JSON.parse(saveState(state));

/** One reading that was taken `lateSeconds` before it came. */
const tells = (
  state: DetectorState,
  atSeconds: number,
  lateSeconds: number,
  finding: Finding,
): DetectorState => {
  const receivedAt = instant(atSeconds);
  const deviceAtMs = epochMs(receivedAt.wallMs - lateSeconds * 1_000);
  const report = { ...reportAt(receivedAt, finding), deviceAtMs };
  return step(state, { kind: "report", report }, defaultRules).state;
};

test("names each part in the order it always had", () => {
  const home = openBench();
  home.says(0, co(60), lel(3), says("tamper"));
  const saved = parse(home.state);
  expect(Object.keys(saved).join(" ")).toBe(
    "version detector at heard wakeAtMs memory episodes life holds quiet",
  );
  expect(saved.at).toEqual(instant(0));
  expect(Object.keys(saved.memory).join(" ")).toBe(
    "co gases verdicts overRange standing warming badGases watched spells broken silent",
  );
  expect(Object.keys(saved.memory.co).join(" ")).toBe(
    "ppm readAtMs doneToMs built cohb incomplete exposure",
  );
  expect(saved.memory.co.exposure).toEqual({ bins: [], fillingFromMs: 0, filling: 0 });
});

test("a device's usual lag is a clock, and so is a late one with what it learns", () => {
  const usual = tells(initialState(detector, instant(0)), 0, 7, lel(0));
  expect(parse(usual).clock).toEqual({ lagMs: 7_000 });
  const late = tells(usual, 10, 3_607, lel(30));
  const clock = { lagMs: 7_000, lateLagMs: 3_607_000, lateSinceMs: 10_000 };
  expect(parse(late).clock).toEqual(clock);
  expect(parse(late).history.state).toMatchObject({ detector, heard: true });

  for (const state of [usual, late]) {
    const revived = reviveState(saveState(state), instant(20));
    if (!revived.ok) throw new Error(revived.error.en);
    expect(revived.value.lag).toEqual(state.lag);
    expect(revived.value.alarms.history).toEqual(state.alarms.history);
  }
  // In another boot what was learnt of the late ones is void: their times were of the boot before.
  const other = reviveState(saveState(late).replaceAll("boot-one", "boot-other"), instant(20));
  expect(other.ok && parse(other.value).clock).toEqual({ lagMs: 7_000 });
});

test("a clock that was saved with half of what it had learnt is a usual one", () => {
  const usual = tells(initialState(detector, instant(0)), 0, 7, lel(0));
  for (const half of [{ lateLagMs: 5 }, { lateSinceMs: 5 }]) {
    const text = JSON.stringify({ ...parse(usual), clock: { lagMs: 7_000, ...half } });
    const revived = reviveState(text, instant(20));
    expect(revived.ok && revived.value.lag).toBe(7_000);
  }
});
