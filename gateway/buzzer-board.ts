import type { BuzzerCommand, Sounding } from "#domain/buzzer.ts";
import type { BuzzerId, DetectorId } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Buzzer, ReportFault } from "./ports.ts";
import type { Timers } from "#platform/timers.ts";

/** One buzzer and the detectors it sounds for; `serves` absent: all of this gateway. */
export interface WiredBuzzer {
  readonly buzzer: Buzzer;
  readonly serves?: ReadonlySet<DetectorId>;
}

/** What a buzzer was told last, and whether the device has confirmed it. */
export interface BuzzerStatus {
  readonly id: BuzzerId;
  readonly command: BuzzerCommand;
  readonly confirmed: boolean;
}

export interface BuzzerBoard {
  /** Makes the buzzers follow what the judgement of one detector asks. Never waits, never throws. */
  readonly follow: (detector: DetectorId, sounding: Sounding) => void;
  readonly status: () => readonly BuzzerStatus[];
  readonly close: () => Promise<void>;
}

/** A buzzer that did not confirm is set again this often, for as long as it takes. */
const retryAfterMs = 5_000;

const off: BuzzerCommand = { state: "off" };
const commands = {
  co: { state: "on", pattern: "t4", cause: "always" },
  gas: { state: "on", pattern: "t3", cause: "always" },
} as const satisfies Record<Exclude<Sounding, "none">, BuzzerCommand>;

/**
 * Actuators follow *state*: each buzzer sounds while any detector it serves asks for it, CO before
 * gas, and is told again until it has confirmed. Every buzzer is set once at the start, so that one
 * left sounding by a crash falls silent and one left silent sounds.
 */
export const createBuzzerBoard = (
  wired: readonly WiredBuzzer[],
  deps: { readonly reportFault: ReportFault; readonly timers: Timers },
): BuzzerBoard => {
  const outputs = wired.map((one) => createOutput(one, deps));
  for (const output of outputs) output.drive();

  return {
    follow: (detector, sounding) => {
      for (const output of outputs) output.follow(detector, sounding);
    },
    status: () => outputs.map((output) => output.status()),
    close: async () => {
      await Promise.all(outputs.map((output) => output.close()));
    },
  };
};

const createOutput = (
  { buzzer, serves }: WiredBuzzer,
  { reportFault, timers }: { readonly reportFault: ReportFault; readonly timers: Timers },
) => {
  const asking = new Map<DetectorId, Exclude<Sounding, "none">>();
  let command: BuzzerCommand = off;
  let confirmed = false;
  let attempt = 0;
  let cancelRetry = (): void => {};

  const drive = (): void => {
    cancelRetry();
    attempt += 1;
    const mine = attempt;
    confirmed = false;
    const settle = (trouble: Bilingual | undefined): void => {
      if (mine !== attempt) return; // a newer command is under way
      confirmed = trouble === undefined;
      reportFault({
        key: `buzzer:${buzzer.id}`,
        present: !confirmed,
        text: trouble ?? { zh: `蜂鸣器 ${buzzer.id} 已确认`, en: `buzzer ${buzzer.id} confirmed` },
      });
      if (!confirmed) cancelRetry = timers.after(retryAfterMs, drive);
    };
    // A driver that throws at once is as broken as one that rejects, and holds up no other.
    Promise.try(() => buzzer.set(command)).then(
      (result) => settle(result.ok ? undefined : result.error),
      (error: unknown) => settle(brokenBuzzer(buzzer.id, error)),
    );
  };

  return {
    drive,
    follow: (detector: DetectorId, sounding: Sounding): void => {
      if (serves !== undefined && !serves.has(detector)) return;
      if (sounding === "none" ? !asking.delete(detector) : asking.get(detector) === sounding)
        return;
      if (sounding !== "none") asking.set(detector, sounding);
      const wanted = loudest(asking.values());
      if (wanted === command) return;
      command = wanted;
      drive();
    },
    status: (): BuzzerStatus => ({ id: buzzer.id, command, confirmed }),
    close: async (): Promise<void> => {
      attempt += 1;
      cancelRetry();
      await buzzer.close();
    },
  };
};

const loudest = (soundings: Iterable<"co" | "gas">): BuzzerCommand => {
  let wanted: BuzzerCommand = off;
  for (const sounding of soundings) {
    if (sounding === "co") return commands.co;
    wanted = commands.gas;
  }
  return wanted;
};

const brokenBuzzer = (id: BuzzerId, error: unknown): Bilingual => ({
  zh: `蜂鸣器 ${id} 驱动出错:${String(error)}`,
  en: `buzzer ${id} failed: ${String(error)}`,
});
