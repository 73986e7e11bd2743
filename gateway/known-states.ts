import { detectorId, type DetectorId } from "#domain/ids.ts";
import type { Bilingual, Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { reviveState, type DetectorState } from "#rules/step.ts";
import type { Journal, ReportFault } from "./ports.ts";
import { bootsKey } from "./uplinks/earlier-boots.ts";
import { reviveShadow, shadowedBy } from "./shadow.ts";

/** What the last process left: by the rules in force, and by the rules on trial. */
export interface KnownStates {
  readonly live: ReadonlyMap<DetectorId, DetectorState>;
  readonly shadow: ReadonlyMap<DetectorId, DetectorState>;
  /** What parts of the gateway keep for themselves, as text, under names that hold a colon. */
  readonly own?: ReadonlyMap<string, string>;
  /** Detectors whose state was kept and could not be read; `all`: nobody knows whose were kept. */
  readonly lost?: readonly DetectorId[] | "all";
}

/** States the journal kept. One that cannot be read starts anew, and a fault says for whom. */
export const reviveStates = async (
  journal: Pick<Journal, "states">,
  now: Instant,
  reportFault: ReportFault,
  /** The set on trial; states of another trial are left aside. */
  trial?: string,
): Promise<KnownStates> => {
  const live = new Map<DetectorId, DetectorState>();
  const shadow = new Map<DetectorId, DetectorState>();
  const own = new Map<string, string>();
  const lost: DetectorId[] = [];
  const put = (
    states: Map<DetectorId, DetectorState>,
    key: string,
    detector: string,
    state: Result<DetectorState | undefined, Bilingual>,
  ): void => {
    if (!state.ok) {
      reportFault({ key: `state:${key}`, present: true, text: state.error });
      lost.push(detectorId(detector));
    } else if (state.value !== undefined) states.set(detectorId(detector), state.value);
  };
  const saved = await journal.states().catch(() => undefined);
  for (const { detector, json } of saved ?? []) {
    if (detector === bootsKey) continue;
    const shadowed = shadowedBy(detector);
    if (shadowed === undefined && detector.includes(":")) own.set(detector, json);
    else if (shadowed === undefined) put(live, detector, detector, reviveState(json, now));
    else if (trial !== undefined) {
      put(shadow, detector, shadowed, reviveShadow(json, trial, now));
    }
  }
  return { live, shadow, own, lost: saved === undefined ? "all" : lost };
};
