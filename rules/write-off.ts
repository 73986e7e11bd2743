import { minutes } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { isDanger, type Cause } from "#domain/alarm.ts";
import type { Instant } from "#domain/time.ts";
import { act } from "./act.ts";
import type { Command, Obeyed } from "./command.ts";
import { giveUp } from "./episodes.ts";
import { follow } from "./life.ts";
import type { LimitSet } from "./limits/limit-set.ts";
import { emptyMemory } from "./memory.ts";
import { sources } from "./limits/sources.ts";
import { refusals } from "./refusals.ts";
import { withAlarms, type DetectorState } from "./state.ts";

/** Who is gone says nothing for so long, at least. Canary's own choice. */
const goneAfter = minutes(10);

/**
 * "I was there: this detector is gone." Ends the gas and CO alarms of one that nobody will ever hear again, in
 * a person's name; signatures stay owed, and what latches is reset as any other. Refused while it
 * speaks: a word of its own ends an alarm, or says that it stands. That it is registered no more is
 * for the caller to know.
 */
export const writeOff = (
  state: DetectorState,
  command: Extract<Command, { kind: "write-off" }>,
  now: Instant,
  limits: LimitSet,
): Result<Obeyed, Bilingual> => {
  const { episodes, life } = state.alarms;
  const danger = episodes.filter(({ alarmClass }) => isDanger(alarmClass));
  if (danger.length === 0) return err(refusals.nothingStands);
  if (now.monoMs - state.atMs < goneAfter) return err(refusals.stillSpeaks);
  const { detector } = state;
  const { by, reason, origin } = command;
  const cause = (): Cause => ({
    ruleSet: limits.id,
    source: sources.canary,
    text: {
      zh: `${by} 到场确认该探测器已拆除,报警由人结束:${reason}`,
      en: `${by} was there and says that this detector is gone; ended by a person: ${reason}`,
    },
    inputs: {},
  });
  const events = danger.map((one) => giveUp(one, cause, { detector, at: now, limits }));
  const left = withAlarms(state, {
    episodes: episodes.filter((one) => !danger.includes(one)),
    life: follow(life, events, limits),
  });
  return ok({
    state: { ...left, memory: emptyMemory },
    events,
    action: act("written-off", state, now, "all", by, reason, origin && { origin }),
  });
};
