/** Devices that are called otherwise since the last start: what is known of their gas goes along. */
import type { AlarmEvent, Cause } from "#domain/alarm.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { Instant } from "#domain/time.ts";
import { giveUp } from "#rules/episodes.ts";
import { adopt, endHistory } from "#rules/late.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import type { Memory } from "#rules/memory.ts";
import { initialState, isQuiet, type DetectorState } from "#rules/step.ts";
import type { Directory } from "./directory.ts";

/** One that nobody will hear again under this name. */
export interface Renamed {
  readonly from: DetectorState;
  readonly to: DetectorId;
}

/**
 * Somebody has registered a device, or given it another id, while it alarmed. From now on it speaks
 * under the new name, so that the old one's alarm could never return and would sound for ever. The
 * levels and verdicts go to the new name, whose rules raise at once what still stands; the old
 * episodes are then told as over, see {@link endRenamed}. Nothing is silent in between.
 */
export const followNames = (
  known: ReadonlyMap<DetectorId, DetectorState>,
  directory: Pick<Directory, "all" | "byId" | "namesBefore">,
  now: Instant,
): {
  readonly live: ReadonlyMap<DetectorId, DetectorState>;
  readonly renamed: readonly Renamed[];
} => {
  const renamed: Renamed[] = [];
  // Nearly always: every name is still somebody's.
  if ([...known.keys()].every((name) => directory.byId(name))) return { live: known, renamed };
  const live = new Map(known);
  for (const { id } of directory.all) {
    for (const name of directory.namesBefore(id)) {
      const from = live.get(name);
      if (from === undefined || isQuiet(from)) continue;
      const to = live.get(id) ?? initialState(id, now);
      live.set(id, { ...to, wakeAtMs: now.monoMs, memory: adopt(to.memory, gasKnown(from)) });
      live.delete(name);
      renamed.push({ from, to: id });
    }
  }
  return { live, renamed };
};

/** What its store told of last, and nothing has contradicted, would have become the present in seconds. */
const gasKnown = ({ memory, alarms: { history } }: DetectorState): Memory =>
  history?.dueMs === undefined ? memory : adopt(memory, history.state.memory);

/** The old name's alarms, told as over under the new one's rules. */
export const endRenamed = (
  { from, to }: Renamed,
  at: Instant,
  limits: LimitSet,
): readonly AlarmEvent[] => {
  const cause = (): Cause => ({
    ruleSet: limits.id,
    source: limits.reportedState,
    text: {
      zh: `该设备现登记为 ${to},报警以新编号继续;此处不再更新。`,
      en: `The device is registered as ${to} now and its alarm goes on under that name; nothing more comes under this one.`,
    },
    inputs: { detector: to },
  });
  const { detector } = from;
  return from.alarms.episodes
    .map((one) => giveUp(one, cause, { detector, at, limits }))
    .concat(endHistory(from, at, limits));
};
