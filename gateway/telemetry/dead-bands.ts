import type { Gas } from "#domain/gas.ts";
import { hundredthsPerUnit } from "#domain/telemetry.ts";

/** How far a level must move to be told apart within one minute; ppm for CO, %LEL for the rest. */
export interface DeadBand {
  readonly coPpm?: number | undefined;
  readonly lel?: number | undefined;
}

/**
 * Lowest, highest and mean of every minute are exact whatever these are; they decide only how many
 * steps within a minute are told apart. Canary's own choice: half the display step that GB 15322.2
 * and EN 50291-1 detectors alarm by is noise (±3 ppm, ±1 %LEL on the devices in `profiles/`).
 */
const usual = { coPpm: 5, lel: 2 } as const;

/** In hundredths of the gas's unit. A profile's own band, from the site file, goes first. */
export const deadBandOf = (gas: Gas, own: DeadBand | undefined): number =>
  (gas === "co" ? (own?.coPpm ?? usual.coPpm) : (own?.lel ?? usual.lel)) * hundredthsPerUnit;
