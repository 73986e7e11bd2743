/** Tries each buzzer once a month, when nothing sounds: a siren nobody tries is a siren nobody has. */
import type { BuzzerCommand } from "#domain/buzzer.ts";
import { causeWords } from "#domain/buzzer.ts";
import type { BuzzerId } from "#domain/ids.ts";
import type { EpochMs } from "#domain/quantity.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import { isSelfTestDue, type SelfTestPlan } from "#rules/protection/self-test.ts";
import type { ReportFault } from "../ports.ts";

/** How a trial ended. */
export interface SelfTestResult {
  readonly buzzer: BuzzerId;
  readonly outcome: Result<void, Bilingual>;
}

/** When each buzzer was last tried, over restarts. */
export interface SelfTestMemory {
  readonly last: (buzzer: BuzzerId) => EpochMs | undefined;
  readonly note: (buzzer: BuzzerId, at: EpochMs) => void;
}

export interface SelfTestDeps {
  readonly plan: SelfTestPlan;
  readonly memory: SelfTestMemory;
  readonly onResult: (result: SelfTestResult) => void;
}

interface Bench {
  readonly buzzers: readonly BuzzerId[];
  readonly attempt: (buzzer: BuzzerId, command: BuzzerCommand) => Promise<Result<void, Bilingual>>;
  /** Puts the buzzer back to what it shall do now. */
  readonly release: (buzzer: BuzzerId) => void;
  readonly timers: Timers;
  readonly reportFault: ReportFault;
}

export interface SelfTests {
  readonly isTesting: (buzzer: BuzzerId) => boolean;
  /** Goes on with the trials, one at a time, while `isAllQuiet`; what sounds ends one under way. */
  readonly run: (now: Instant, isAllQuiet: () => boolean) => void;
}

/** Long enough to be heard, too short to frighten. */
const chirpMs = 1_000;
/** One that failed is tried again within the same window, not at every tick. */
const failedRetryMs = 15 * 60_000;

const chirp: BuzzerCommand = {
  state: "on",
  pattern: "chirp",
  cause: "self-test",
  text: causeWords["self-test"],
  test: true,
};

export const createSelfTests = (deps: SelfTestDeps | undefined, bench: Bench): SelfTests => {
  if (deps === undefined) return { isTesting: () => false, run: () => {} };
  const { plan, memory, onResult } = deps;
  const resting = new Set<BuzzerId>();
  let testing: BuzzerId | undefined;

  const test = async (id: BuzzerId, at: EpochMs): Promise<void> => {
    const outcome = await bench.attempt(id, chirp);
    // An alarm came in the middle: it has taken the buzzer over, and the trial says nothing.
    if (testing !== id) return;
    await new Promise<void>((resolve) => bench.timers.after(chirpMs, resolve));
    if (testing !== id) return;
    testing = undefined;
    bench.release(id);
    if (outcome.ok) memory.note(id, at);
    else {
      resting.add(id);
      bench.timers.after(failedRetryMs, () => resting.delete(id));
    }
    bench.reportFault(failedFault(id, outcome));
    onResult({ buzzer: id, outcome });
  };

  return {
    isTesting: (id) => testing === id,
    run: (now, isAllQuiet) => {
      if (!isAllQuiet()) {
        testing = undefined;
        return;
      }
      if (testing !== undefined) return;
      testing = bench.buzzers.find(
        (id) => !resting.has(id) && isSelfTestDue(plan, memory.last(id), now),
      );
      if (testing !== undefined) void test(testing, now.wallMs);
    },
  };
};

const failedFault = (id: BuzzerId, outcome: Result<void, Bilingual>) => ({
  key: `buzzer-test:${id}`,
  present: !outcome.ok,
  text: outcome.ok
    ? { zh: `蜂鸣器 ${id} 自检通过`, en: `buzzer ${id} passed its self-test` }
    : {
        zh: `蜂鸣器 ${id} 自检未通过:${outcome.error.zh}`,
        en: `buzzer ${id} failed its self-test: ${outcome.error.en}`,
      },
});
