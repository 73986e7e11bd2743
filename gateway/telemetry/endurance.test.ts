import { expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { ppm } from "#domain/quantity.ts";
import type { GatewayFault } from "#gateway/ports.ts";
import { createManualTime } from "#platform/manual-time.ts";
import { enduranceOf } from "./endurance.ts";
import { createMemoryStore } from "./memory-store.ts";
import { openTelemetry } from "./open-telemetry.ts";

const hourMs = 3_600_000;

/** Twenty detectors that speak once in ten seconds, and a center that is away. */
const openStory = () => {
  const time = createManualTime();
  const faults = new Map<string, GatewayFault>();
  const budgetBytes = 600_000;
  const telemetry = openTelemetry({
    clock: time.clock,
    timers: time.timers,
    drill: false,
    deadBands: {},
    budgetBytes,
    flushMs: 600_000,
    reportFault: (fault) => void faults.set(fault.key, fault),
    openStore: () => createMemoryStore({ budgetBytes }),
  });
  const present = (): readonly string[] =>
    [...faults.values()].filter((fault) => fault.present).map(({ key }) => key);
  const passHour = async (): Promise<void> => {
    for (let second = 0; second < 3_600; second += 10) {
      await time.pass(10_000);
      const takenAt = time.clock.now();
      for (let n = 0; n < 20; n += 1) {
        const level = { gas: "co", ppm: ppm(1 + ((n + second) % 3)) } as const;
        telemetry.note(
          {
            detector: detectorId(`d-${n}`),
            position: { line: "mqtt", place: "x" },
            receivedAt: takenAt,
            findings: [{ kind: "level", level }],
          },
          {
            takenAt,
            late: false,
            warmingUp: false,
            testing: false,
            profile: "native",
            silenceMs: 60_000,
          },
        );
      }
    }
  };
  return { time, telemetry, faults, present, passHour };
};

test("the hours it says are left are the hours until it thins, within a tenth; 50 and 80 % are told", async () => {
  const { telemetry, present, faults, passHour } = openStory();
  await passHour();
  await passHour();
  const said = telemetry.status();
  expect(said.hoursLeft).toBeDefined();
  expect(said.text.zh).toMatch(/若中心断开,还可完整保存约 \d+ 小时/);
  expect(present()).toEqual([]);

  const marks: (readonly [number, string])[] = [];
  let hours = 0;
  while (!present().includes("telemetry-losses")) {
    await passHour();
    hours += 1;
    for (const key of present()) {
      if (!marks.some(([, known]) => known === key))
        marks.push([telemetry.status().usedShare, key]);
    }
    expect(hours).toBeLessThan(100);
  }
  const predicted = said.hoursLeft ?? 0;
  expect(Math.abs(hours - predicted) / predicted).toBeLessThan(0.1);
  expect(marks.map(([, key]) => key)).toEqual([
    "telemetry-budget-50",
    "telemetry-budget-80",
    "telemetry-losses",
  ]);
  expect(marks[0]?.[0]).toBeLessThan(0.6);
  expect(marks[1]?.[0]).toBeLessThan(0.9);
  expect(faults.get("telemetry-losses")?.text.zh).toContain("因空间已满被稀疏");

  // The center comes back and takes everything: the faults go.
  const pending = await telemetry.store.pending(0, 1e9, { ...createManualTime().clock.now() });
  telemetry.noteState(
    await telemetry.store.settle(
      pending.blocks.map(({ n }) => n),
      pending.losses,
    ),
  );
  for (let more = 0; more < 10 && telemetry.status().usedShare > 0.4; more += 1) {
    const rest = await telemetry.store.pending(0, 1e9, createManualTime().clock.now());
    telemetry.noteState(
      await telemetry.store.settle(
        rest.blocks.map(({ n }) => n),
        [],
      ),
    );
  }
  expect(present()).not.toContain("telemetry-budget-50");
  expect(present()).not.toContain("telemetry-budget-80");
}, 60_000);

test("in days when it lasts for days, and honest while it does not know", () => {
  expect(enduranceOf(0, 256 * 1_048_576, 1_048_576).text.en).toContain("about 10 days more");
  expect(enduranceOf(100, 1_000, undefined).text.zh).toContain("写入速度尚在测量");
  expect(enduranceOf(2_000, 1_000, 10).hoursLeft).toBe(0);
});

test("a store that fails keeps nobody waiting: blocks stay in memory, the fault says so, then all is written", async () => {
  const time = createManualTime();
  const faults = new Map<string, GatewayFault>();
  const state = { fails: true };
  const store = createMemoryStore({ budgetBytes: 1e9 }, () =>
    state.fails ? Promise.reject(new Error("EIO: i/o error")) : Promise.resolve(),
  );
  const telemetry = openTelemetry({
    clock: time.clock,
    timers: time.timers,
    drill: false,
    deadBands: {},
    budgetBytes: 1e9,
    flushMs: 60_000,
    reportFault: (fault) => void faults.set(fault.key, fault),
    openStore: () => store,
  });
  const takenAt = time.clock.now();
  telemetry.note(
    {
      detector: detectorId("kitchen"),
      position: { line: "mqtt", place: "x" },
      receivedAt: takenAt,
      findings: [{ kind: "level", level: { gas: "co", ppm: ppm(3) } }],
    },
    {
      takenAt,
      late: false,
      warmingUp: false,
      testing: false,
      profile: "native",
      silenceMs: hourMs,
    },
  );
  await time.pass(120_000);
  expect(faults.get("telemetry-store")).toMatchObject({ present: true });
  expect(telemetry.status().unwritten).toBe(1);
  state.fails = false;
  await time.pass(120_000);
  expect(faults.get("telemetry-store")).toMatchObject({ present: false });
  expect(telemetry.status()).toMatchObject({ unwritten: 0, backlog: { readings: 1, blocks: 1 } });
});
