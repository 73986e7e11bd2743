import { expect, test } from "vitest";
import type { Level } from "#domain/gas.ts";
import { detectorId } from "#domain/ids.ts";
import { percentLel, percentVolume, ppm } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import { parseHistory, recordInput } from "#rules/rehearsal/history.ts";
import { rehearse } from "#rules/rehearsal/rehearse.ts";
import type { JudgeInput } from "#rules/step.ts";
import { openGateway } from "./open-gateway.ts";

const kitchen = detectorId("xian-2-1-603");

/** A night: gas that comes and goes, carbon monoxide that stays, a silence, a return. */
const night = (second: number): Level[] => {
  if (second > 900 && second < 1_000) return [];
  const gas: Level = {
    gas: "methane",
    lel: percentLel(second % 200 < 60 ? 12 : 1),
    lelPercentVolume: percentVolume(5),
  };
  const co: Level = { gas: "co", ppm: ppm(second > 120 && second < 800 ? 320 : 4) };
  return [gas, co];
};

test("what the pipeline wrote live, a rehearsal of the same inputs makes again, byte for byte", async () => {
  const street = await openGateway();
  const inputs: JudgeInput[] = [];
  for (let second = 0; second <= 1_500; second += 5) {
    const levels = night(second);
    if (levels.length > 0) {
      const report: Report = {
        detector: kitchen,
        position: { line: "mqtt", place: "night" },
        receivedAt: street.time.clock.now(),
        findings: levels.map((level) => ({ kind: "level", level })),
      };
      inputs.push({ kind: "report", report });
      await street.pipeline().take([report]);
    }
    street.time.advance(5_000);
    await street.settle();
  }
  const live = (await street.records())
    .toSorted((a, b) => a.seq - b.seq)
    .flatMap(({ notice }) =>
      "event" in notice && notice.event.detector === kitchen ? [notice.event] : [],
    );
  const point = street.pointOf(kitchen);
  const history = parseHistory(inputs.map(recordInput).join("\n"));
  if (!history.ok || point === undefined) throw new Error("no history, or no detector");
  const replayed = rehearse(history.value, point.rules).events;

  expect(live.length).toBeGreaterThan(6);
  expect(live.map((event) => JSON.stringify(event))).toEqual(
    replayed.map((event) => JSON.stringify(event)),
  );
});
