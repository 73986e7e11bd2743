import { expect, onTestFinished, test } from "vitest";
import { openObserved } from "#platform/mqtt-listener/wire-for-tests.ts";
import { ok } from "#domain/result.ts";
import { generate, resultsOf } from "./generate.ts";
import type { FloodPhase, Job, PacedPhase } from "./jobs.ts";
import { openWorkshop } from "./workshop.ts";

const flood: FloodPhase = {
  kind: "flood",
  warmUpMs: 50,
  measureMs: 300,
  window: 5,
  alarmEvery: 10,
};
const paced: PacedPhase = {
  kind: "paced",
  warmUpMs: 100,
  measureMs: 400,
  readingsPerSecond: 200,
  alarmsPerSecond: 50,
};

/** A listener that sounds a detector's buzzer as its readings say. */
const openStreet = async (soundsAfter: (detector: string) => boolean) => {
  const listener = await openObserved({
    authenticate: () => ok({ mayPublish: () => true, maySubscribe: () => true }),
    onPublish: ({ topic, payload }) => {
      const detector = /detectors\/(d-\d+)\/reading/.exec(topic)?.[1];
      if (detector === undefined || !soundsAfter(detector)) return undefined;
      const state = Buffer.from(payload).includes('"alarm"') ? "on" : "off";
      const set = `canary/v1/buzzers/${detector.replace("d", "b")}/set`;
      void listener.publish(set, JSON.stringify({ state }), { qos: 1, retain: true });
      return undefined;
    },
  });
  const workshop = await openWorkshop();
  onTestFinished(async () => {
    await workshop.close();
    await listener.close();
  });
  const run = (phases: Job["phases"]) =>
    generate(workshop, {
      mqttPort: listener.port,
      connections: 8,
      detectors: 100_000,
      buzzers: 4,
      pids: [process.pid],
      phases,
    });
  return { listener, run };
};

test("what the generator counts as taken is what reached the program", async () => {
  const street = await openStreet(() => true);
  const [result] = resultsOf(await street.run([flood]), "flood");

  const readings = street.listener.taken.filter((line) => line.includes("/reading "));
  expect(result?.taken).toBeGreaterThan(0);
  // The warm-up and the last window are taken too, and not counted.
  expect(readings.length).toBeGreaterThan(result?.taken ?? Infinity);
  const alarms = readings.filter((line) => line.includes('"alarm"'));
  expect(alarms.length / readings.length).toBeCloseTo(1 / flood.alarmEvery, 1);
});

test("every alarm that sounds is timed, and one that never sounds is counted as missing", async () => {
  const street = await openStreet((detector) => detector !== "d-0");
  const [result] = resultsOf(await street.run([paced]), "paced");

  expect(result?.buzzerMs.length).toBeGreaterThan(0);
  expect(Math.min(...(result?.buzzerMs ?? [0]))).toBeGreaterThan(0);
  expect(result?.buzzerMissing).toBeGreaterThan(0);
}, 15_000);

test("a server that closes a connection makes the run fail instead of its figures look good", async () => {
  const street = await openStreet(() => true);
  const running = street.run([{ ...flood, measureMs: 20_000 }]);
  const failed = expect(running).rejects.toThrow(/closed|refused|ECONN/);
  await expect.poll(() => street.listener.stats().received, { timeout: 10_000 }).toBeGreaterThan(0);
  await street.listener.close();
  await failed;
}, 15_000);
