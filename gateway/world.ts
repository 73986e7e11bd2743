/** What the caller says, and what every part of the gateway is given. */
import { join } from "node:path";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { both, type Log } from "#platform/log.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers, type Timers } from "#platform/timers.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { createFaultBoard, type FaultBoard } from "./fault-board.ts";
import type { GatewayFault, ReportFault } from "./ports.ts";
import { appliedRules, chooseLimits, chooseTrial, type AppliedRules } from "./site-limits.ts";
import type { StartTimes } from "./start/start-times.ts";

export interface GatewayOptions {
  readonly site: Site;
  readonly dataFolder: string;
  readonly brokerUrl: string | undefined;
  readonly log: Log;
  /** Rules and buzzers only: no journal on disk, no center, no page. */
  readonly safe?: boolean;
  /** What people must know of this start for as long as it lasts. */
  readonly faults?: readonly GatewayFault[];
  /** A page that cannot open is a fault and not the end: a service manager would end up in a loop. */
  readonly outlivesPage?: boolean;
  /** Rules and buzzers are live; pages are not. */
  readonly onProtecting?: (start: StartTimes) => void;
}

/** What every part of the gateway is given. */
export interface World {
  readonly options: GatewayOptions;
  readonly site: Site;
  readonly safe: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly faults: FaultBoard;
  readonly reportFault: ReportFault;
  readonly directory: Directory;
  readonly limits: LimitSet;
  /** On trial beside them. */
  readonly trial: LimitSet | undefined;
  readonly rules: AppliedRules;
  readonly folder: string;
}

/** The world of one start, or what is wrong with the limits. */
export const openWorld = (options: GatewayOptions): Result<World, Bilingual> => {
  const limits = chooseLimits(options.site);
  const trial = chooseTrial(options.site);
  if (!limits.ok || !trial.ok) {
    const [first] = [limits, trial].flatMap((chosen) => (chosen.ok ? [] : chosen.error));
    return err(first?.text ?? { zh: "限值有误", en: "wrong limits" });
  }
  const faults = openFaultBoard(options.log);
  return ok({
    options,
    site: options.site,
    safe: options.safe === true,
    clock: openSystemClock(),
    timers: systemTimers,
    faults,
    reportFault: faults.report,
    directory: createDirectory(options.site),
    limits: limits.value,
    trial: options.safe === true ? undefined : trial.value,
    rules: appliedRules(limits.value, trial.value),
    folder: join(options.dataFolder, "gateway"),
  });
};

const openFaultBoard = (log: Log): FaultBoard =>
  createFaultBoard(({ key, present, text }) => {
    if (present) log.error({ key }, both(text));
    else log.info({ key }, both(text));
  });
