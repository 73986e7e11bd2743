import { createContext, use, useSyncExternalStore } from "react";
import type { PulseWatch } from "../outside/pulse-watch.ts";
import type { Link, Pulse } from "../state/pulse.ts";

/** The center's clock for every age on the page. Only what shows time ticks with it. */
export const PulseContext = createContext<PulseWatch | undefined>(undefined);

const usePulseOf = <Value,>(pick: (pulse: Pulse) => Value): Value => {
  const watch = use(PulseContext);
  if (watch === undefined) throw new Error("pulse used outside of PulseContext");
  return useSyncExternalStore(watch.subscribe, () => pick(watch.pulse()));
};

export const usePulse = (): Pulse => usePulseOf((pulse) => pulse);
export const useLink = (): Link => usePulseOf((pulse) => pulse.link);
/** The center's time in whole seconds as epoch ms, so that a tick within a second redraws nothing. */
export const useNowMs = (): number =>
  usePulseOf((pulse) => Math.floor(pulse.nowMs / 1_000) * 1_000);
