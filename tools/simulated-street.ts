/** What the simulated detectors of a street measure: a function of time, so that a demo repeats itself. */

/** One detector's value at a moment, in the native form's fields. */
export interface SimulatedReading {
  readonly co_ppm?: number;
  readonly ch4_lel?: number;
  readonly status: readonly string[];
}

/** The staged leak: seconds after its start → what is smelled. It starts over after `periodS`. */
export const stagedLeak = { gasStartS: 20, coStartS: 50, ventS: 110, periodS: 300 } as const;

/** A quiet home: the small noise of a healthy sensor, never a repeated exact value. */
export const quietHome = (detector: number, seconds: number): SimulatedReading => ({
  co_ppm: round(
    1.5 + Math.sin(seconds / 7 + detector) + Math.sin(seconds / 3.1 + 2 * detector) / 2,
  ),
  ch4_lel: round(Math.max(0, 0.2 + Math.sin(seconds / 11 + detector) / 5)),
  status: [],
});

/** Natural gas seeps into one kitchen, %LEL: up within half a minute, out with the window open. */
export const leakingGasLel = (seconds: number): number => {
  const { gasStartS, ventS, periodS } = stagedLeak;
  return round(ramp(seconds % periodS, gasStartS, 30, ventS) * 28);
};

/** A boiler fills a bathroom with carbon monoxide, ppm. */
export const leakingCoPpm = (seconds: number): number => {
  const { coStartS, ventS, periodS } = stagedLeak;
  return round(ramp(seconds % periodS, coStartS, 20, ventS) * 380);
};

/** 0 before `startS`, up to 1 within `riseS`, back to 0 within half a minute after `ventS`. */
const ramp = (seconds: number, startS: number, riseS: number, ventS: number): number => {
  if (seconds < startS) return 0;
  if (seconds < ventS) return Math.min(1, (seconds - startS) / riseS);
  return Math.max(0, 1 - (seconds - ventS) / 30);
};

const round = (value: number): number => Math.round(value * 10) / 10;
