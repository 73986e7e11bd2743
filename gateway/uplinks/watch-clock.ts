import { clockText, type UplinkFaults } from "./faults.ts";

/** As the center's; see `center/intake/rebase-times.ts`. */
const clockToleranceMs = 5_000;
/** One receipt may have been held up on its way. */
const wrongInARowForFault = 3;

/** Shows a fault while our wall clock differs from the center's; `offsetMs`: the center's minus ours. */
export const createClockWatch = (faults: UplinkFaults): ((offsetMs: number) => void) => {
  let wrongInARow = 0;
  return (offsetMs) => {
    wrongInARow = Math.abs(offsetMs) > clockToleranceMs ? wrongInARow + 1 : 0;
    if (wrongInARow === 0) faults.clear("clock-offset");
    if (wrongInARow >= wrongInARowForFault) {
      faults.show("clock-offset", clockText(Math.round(-offsetMs / 1_000)));
    }
  };
};
