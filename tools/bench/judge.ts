/** The judgement alone, in this process: what one reading costs to decode and to judge, in CPU time. */
import { detectorId } from "#domain/ids.ts";
import { epochMs, monoMs, seconds } from "#domain/quantity.ts";
import type { Report } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { decodeMqtt } from "#firmware-config/mqtt.ts";
import { native } from "#firmware-config/profiles/native.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import { initialState, step, type DetectorState } from "#rules/step.ts";
import { detectorName } from "./jobs.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median } from "./statistics.ts";

const rounds = 9;
const readingsPerRound = 100_000;
const rules = { limits: defaultLimits, silenceAfter: seconds(60) };

/** performance.md §3. The peer's figure is what it does instead: JSON.parse and a comparison. */
export const judge = (setting: Setting): Promise<readonly Row[]> => {
  setting.say("judge");
  const now = openSystemClock().now();
  const payload = Buffer.from(
    '{"seq":10000017,"at":"2026-11-22T03:14:07.250+08:00","co_ppm":1.5,"ch4_lel":0.2,"lpg_lel":0,"status":[]}',
  );
  const few = stepper(10_000, now, payload);
  const many = stepper(100_000, now, payload);
  const fewNs = nanosecondsEach(few);
  const manyNs = nanosecondsEach(many);
  const decodeAndStepNs = nanosecondsEach((index) => {
    decode(payload, now);
    many(index);
  });
  const bareNs = nanosecondsEach(() => isBareAlarm(payload));
  const row = (what: string, ours: number, rest: Partial<Row> = {}): Row => ({
    bench: "judge",
    what,
    unit: "ns",
    ours,
    ...rest,
  });
  return Promise.resolve([
    row("step, all rules, 10,000 detectors", fewNs),
    row("step, all rules, 100,000 detectors", manyNs, {
      target: { is: "at most", value: 1_000 },
    }),
    row("decode + check + step, native payload", decodeAndStepNs, {
      peer: bareNs,
      target: { is: "at most", value: 2_500 },
    }),
  ]);
};

const topic = "canary/v1/detectors/d-0/reading";

const decode = (payload: Uint8Array, now: Instant): Report["findings"] => {
  const decoded = decodeMqtt(native, topic, payload, now.wallMs);
  if (decoded.kind !== "findings") throw new Error(`the bench's own reading: ${decoded.why}`);
  return decoded.findings;
};

/** Judges one reading after the other, detector by detector, a millisecond apart. */
const stepper = (detectors: number, now: Instant, payload: Uint8Array) => {
  const findings = decode(payload, now);
  const states: DetectorState[] = Array.from({ length: detectors }, (_, index) =>
    initialState(detectorId(detectorName(index)), now),
  );
  let elapsedMs = 0;
  return (index: number): void => {
    const place = index % detectors;
    const before = states[place];
    if (before === undefined) return;
    elapsedMs += 1;
    const receivedAt = {
      ...now,
      monoMs: monoMs(now.monoMs + elapsedMs),
      wallMs: epochMs(now.wallMs + elapsedMs),
    };
    const report: Report = {
      detector: before.detector,
      position: { line: "mqtt", place: topic },
      receivedAt,
      findings,
    };
    const next = step(before, { kind: "report", report }, rules);
    if (next.sounding !== "none") throw new Error("the bench's harmless reading sounded a buzzer");
    states[place] = next.state;
  };
};

const isBareAlarm = (payload: Buffer): boolean => {
  const reading: unknown = JSON.parse(payload.toString());
  return typeof reading === "object" && reading !== null && "co_ppm" in reading
    ? Number(reading.co_ppm) >= 100
    : false;
};

const nanosecondsEach = (job: (index: number) => unknown): number =>
  median(
    Array.from({ length: rounds }, () => {
      // CPU time, not time on the wall: others may be at work on this machine.
      const before = process.cpuUsage();
      for (let index = 0; index < readingsPerRound; index += 1) job(index);
      const { user, system } = process.cpuUsage(before);
      return ((user + system) * 1_000) / readingsPerRound;
    }),
  );
