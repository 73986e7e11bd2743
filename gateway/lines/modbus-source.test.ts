import { expect, test } from "vitest";
import { detectorId, type DetectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import { milliseconds, seconds } from "#domain/quantity.ts";
import type { ModbusProfile } from "#firmware-config/profile.ts";
import { gasModuleCo } from "#firmware-config/profiles/modbus.ts";
import type { GatewayFault, Take } from "../ports.ts";
import { startModbusSource } from "./modbus-source.ts";
import { registersAnswer, withCrc, type Behaviour } from "./testing/fake-bus.ts";
import { openStory } from "./testing/line-story.ts";

const profile: ModbusProfile = {
  ...gasModuleCo,
  pollIntervalMs: seconds(1),
  replyTimeoutMs: milliseconds(200),
  minGapMs: milliseconds(0),
};

/** Every unit is warmed up and measures 31 ppm: status word, then the level. */
const healthy: Behaviour = ({ unit, functionCode, address, value }) => [
  {
    afterMs: 10,
    bytes: registersAnswer(
      unit,
      functionCode,
      [0x8000, 31].slice(address - 0x6000).slice(0, value),
    ),
  },
];
const level31 = { kind: "level", level: { gas: "co", ppm: 31 } };

const startStory = async (
  behave: Behaviour,
  settings: {
    readonly units?: readonly number[];
    readonly profile?: ModbusProfile;
    readonly detectors?: readonly (DetectorId | undefined)[];
    readonly take?: Take;
    readonly pluggedInAfterMs?: number;
  } = {},
) => {
  const story = await openStory(behave);
  if (settings.pluggedInAfterMs !== undefined) {
    story.bus.unplug();
    await story.time.pass(0);
    story.time.timers.after(settings.pluggedInAfterMs, story.bus.plugIn);
  }
  const reports: Report[] = [];
  const faults: GatewayFault[] = [];
  const source = startModbusSource({
    line: story.line,
    units: (settings.units ?? [1]).map((unit) => ({
      unit,
      profile: settings.profile ?? profile,
      detectors: settings.detectors ?? [],
    })),
    take:
      settings.take ??
      ((taken) => {
        reports.push(...taken);
        return undefined;
      }),
    ...story.time,
    reportFault: (fault) => faults.push(fault),
  });
  return { ...story, source, reports, faults };
};

const faultsOf = (reports: readonly Report[]) =>
  reports.flatMap((report) =>
    report.findings.flatMap((finding) => (finding.kind === "fault" ? [finding.fault] : [])),
  );

test("each poll becomes a report that says who, where and when", async () => {
  const { time, reports } = await startStory(healthy, { detectors: [detectorId("kitchen")] });
  await time.pass(2_500);
  expect(reports.map((report) => report.receivedAt.monoMs)).toEqual([10, 1_010, 2_010]);
  expect(reports[0]).toMatchObject({
    detector: "kitchen",
    position: { line: "bus-1", place: "unit 1, channel 1" },
    findings: expect.arrayContaining([expect.objectContaining(level31)]),
  });
});

test("a detector nobody registered gets a name from its place on the wires", async () => {
  const { time, reports } = await startStory(healthy, { units: [17] });
  await time.pass(100);
  expect(reports[0]?.detector).toBe("bus-1-unit-17-channel-1");
});

test("the blocks of a profile are read one by one, with its gap, and decoded together", async () => {
  const [status, level] = gasModuleCo.points;
  if (status === undefined || level === undefined) throw new Error("the module has two points");
  const inTwoBlocks: ModbusProfile = {
    ...profile,
    minGapMs: milliseconds(100),
    reads: [
      { functionCode: 3, address: 0x6000, count: 1 },
      { functionCode: 4, address: 0x6001, count: 1 },
    ],
    points: [status, { ...level, block: 1, offset: 0 }],
  };
  const { time, bus, reports } = await startStory(healthy, { profile: inTwoBlocks });
  await time.pass(500);
  expect(bus.requests.map(({ atMs, functionCode }) => [atMs, functionCode])).toEqual([
    [0, 3],
    [110, 4],
  ]);
  expect(reports).toHaveLength(1);
  expect(reports[0]?.findings).toContainEqual(level31);
});

test("a unit that does not answer is a fault of each of its detectors, in words", async () => {
  const { time, reports } = await startStory(() => [], {
    profile: { ...profile, channels: 2 },
    detectors: [detectorId("kitchen"), detectorId("boiler")],
  });
  await time.pass(300);
  expect(reports.map((report) => report.detector)).toEqual(["kitchen", "boiler"]);
  const [fault] = faultsOf(reports);
  expect(fault).toMatchObject({ code: "no-reply", at: "unit 1, function 3, 0x6000 (424577)" });
  expect(fault?.text.zh).toContain("从站 1 没有应答");
});

test("a unit that answers for another is a wrong reply that names both", async () => {
  const { time, reports } = await startStory(() => [
    { afterMs: 10, bytes: withCrc(2, 3, 2, 0, 100) },
  ]);
  await time.pass(100);
  const [fault] = faultsOf(reports);
  expect(fault?.code).toBe("wrong-reply");
  expect(fault?.text.en).toContain("Asked unit 1 on line bus-1, but unit 2 answered");
});

test("a refusal is told at every poll and does not cost the unit its slots", async () => {
  const { time, bus, reports } = await startStory(({ unit }) => [
    { afterMs: 5, bytes: withCrc(unit, 0x83, 2) },
  ]);
  await time.pass(3_100);
  expect(bus.requests.map((request) => request.atMs)).toEqual([0, 1_000, 2_000, 3_000]);
  expect(faultsOf(reports).map((fault) => fault.code)).toEqual(Array(4).fill("exception"));
});

test("one dead unit among eight: the others are polled to the millisecond, it is probed apart", async () => {
  const { time, bus } = await startStory(
    (request) => (request.unit === 4 ? [] : healthy(request)),
    {
      units: [1, 2, 3, 4, 5, 6, 7, 8],
    },
  );
  await time.pass(30_000);
  for (const unit of [1, 2, 3, 5, 6, 7, 8]) {
    // The first round pays for finding the dead one; after it each has its slot.
    const atMs = bus.requests.filter((r) => r.unit === unit && r.atMs > 1_500).map((r) => r.atMs);
    const periodsMs = atMs.slice(1).map((at, i) => at - (atMs[i] ?? 0));
    expect(Math.max(...periodsMs)).toBeLessThanOrEqual(1_100);
    expect(Math.min(...periodsMs)).toBeGreaterThanOrEqual(900);
    expect(atMs.length).toBeGreaterThanOrEqual(28);
  }
});

test("a unit that is plugged in again reports within 10 s", async () => {
  let isDead = true;
  const { time, reports } = await startStory(
    (request) => (request.unit === 4 && isDead ? [] : healthy(request)),
    { units: [1, 4], detectors: [undefined] },
  );
  await time.pass(60_000);
  isDead = false;
  const backAtMs = time.nowMs();
  await time.pass(10_000);
  const seen = reports.find(
    (report) =>
      report.receivedAt.monoMs > backAtMs &&
      report.detector === "bus-1-unit-4-channel-1" &&
      report.findings[0]?.kind !== "fault",
  );
  expect(seen).toBeDefined();
});

test("a line that is just being opened is no fault, one that stays away is", async () => {
  const slow = await startStory(healthy, { pluggedInAfterMs: 800 });
  await slow.time.pass(4_000);
  expect(faultsOf(slow.reports)).toEqual([]);
  expect(slow.reports.length).toBeGreaterThan(1);

  const away = await startStory(healthy, { pluggedInAfterMs: 60_000 });
  await away.time.pass(4_000);
  expect(faultsOf(away.reports)[0]?.text.en).toContain("Line bus-1 is not open");
});

test("while the line is unplugged every poll says so, and the slots go on after it", async () => {
  const { time, bus, reports } = await startStory(healthy);
  await time.pass(500);
  bus.unplug();
  await time.pass(3_000);
  expect(faultsOf(reports).map((fault) => fault.code)).toEqual([
    "no-reply",
    "no-reply",
    "no-reply",
  ]);
  expect(faultsOf(reports)[0]?.text.en).toContain("Line bus-1 is not open");
  bus.plugIn();
  await time.pass(3_000);
  expect(reports.at(-1)).toMatchObject({ receivedAt: { monoMs: 6_010 } });
  expect(reports.at(-1)?.findings).toContainEqual(level31);
});

test("a decoder's bug is a fault of that detector and the line goes on", async () => {
  const { time, reports } = await startStory(healthy, {
    profile: {
      ...profile,
      get points(): never {
        throw new Error("planted");
      },
    },
  });
  await time.pass(1_500);
  const faults = faultsOf(reports);
  expect(faults.map((fault) => fault.code)).toEqual(["unsupported", "unsupported"]);
  expect(faults[0]?.text.en).toContain("planted");
});

test("a full disk is told once and gone when writing works again; polling never stops", async () => {
  let isFull = true;
  const { time, faults, bus } = await startStory(healthy, {
    take: () => (isFull ? Promise.reject(new Error("ENOSPC")) : Promise.resolve()),
  });
  await time.pass(500);
  expect(faults.at(-1)).toMatchObject({ key: "source-bus-1-not-kept", present: true });
  isFull = false;
  await time.pass(1_000);
  expect(faults.at(-1)).toMatchObject({ key: "source-bus-1-not-kept", present: false });
  expect(bus.requests).toHaveLength(2);
});

test("closing stops the polling", async () => {
  const { time, bus, source, line } = await startStory(healthy);
  await time.pass(100);
  await source.close();
  await time.pass(5_000);
  expect(bus.requests).toHaveLength(1);
  await line.close();
});
