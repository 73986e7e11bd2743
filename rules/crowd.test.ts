import { describe, expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import { co, defaultRules, detector, instant, lel, reportAt } from "#test/compliance/timetable.ts";
import { initialState, step, type DetectorState } from "./step.ts";

test("one of 500 detectors falls silent: it alone is told, within the limit and one poll", () => {
  const every = 10;
  // The wall clock jumps a day to and fro all the time; only the monotonic one counts.
  const at = (second: number): Instant => ({
    ...instant(second),
    wallMs: epochMs(instant(second).wallMs + (second % 20 === 0 ? 86_400_000 : -86_400_000)),
  });
  const states: DetectorState[] = Array.from({ length: 500 }, (_, index) =>
    initialState(detectorId(`d${index}`), at(0)),
  );
  const told: string[] = [];
  for (let second = 0; second <= 1_200; second += every) {
    for (const [index, state] of states.entries()) {
      const speaks = index !== 123 || second <= 600;
      const receivedAt = at(second);
      const report = { ...reportAt(receivedAt, co(0)), detector: state.detector };
      const result = step(
        state,
        speaks ? { kind: "report", report } : { kind: "tick", now: receivedAt },
        defaultRules,
      );
      states[index] = result.state;
      for (const event of result.events) told.push(`${second} ${event.kind} ${event.detector}`);
    }
  }
  expect(told).toEqual(["780 raised d123"]);
});

describe("a thousand identical triggers", () => {
  test("at one instant are one alarm and 999 merges", () => {
    let state = initialState(detector, instant(0));
    const events = Array.from({ length: 1_000 }, () => {
      const report = reportAt(instant(5), lel(25), co(400));
      const result = step(state, { kind: "report", report }, defaultRules);
      ({ state } = result);
      return result.events;
    }).flat();
    expect(events.map((event) => `${event.kind} ${event.rule}`)).toEqual([
      "raised co",
      "raised combustible",
    ]);
    expect(state.alarms.episodes.map((episode) => episode.events)).toEqual([1, 1]);
  });

  test("arriving out of order are one alarm too", () => {
    let state = initialState(detector, instant(0));
    const raised = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 1_000).flatMap(
      (second) => {
        const report = reportAt(instant(second), lel(25));
        const result = step(state, { kind: "report", report }, defaultRules);
        ({ state } = result);
        return result.events.filter((event) => event.rule === "combustible");
      },
    );
    expect(raised).toHaveLength(1);
  });
});
