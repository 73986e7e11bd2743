import { lowerExplosiveLimit, type CombustibleGas, type Level } from "#domain/gas.ts";
import {
  percentLel,
  percentVolume,
  type PercentLel,
  type PercentVolume,
} from "#domain/quantity.ts";
import type { Clause } from "#domain/alarm.ts";
import { sources } from "./limits/sources.ts";

/** A table of lower explosive limits, percent by volume in air, with its source. */
export interface LelTable {
  readonly id: "usual" | "iec";
  readonly source: Clause;
  readonly limits: Readonly<Record<CombustibleGas, PercentVolume>>;
}

/** Tables differ: 4.4 or 5.0 %vol for methane changes the same reading by 14 %. */
export const lelTables: readonly LelTable[] = [
  { id: "usual", source: sources.lelUsual, limits: lowerExplosiveLimit },
  {
    id: "iec",
    source: sources.lelIec,
    limits: {
      methane: percentVolume(4.4),
      lpg: percentVolume(1.7),
      hydrogen: percentVolume(4),
      "combustible-gas": percentVolume(4.4),
    },
  },
];

/**
 * A reading's %LEL restated by another table: the same amount of gas, another limit to compare it
 * with. Without a table the reading is judged as its maker computed it.
 */
export const judgedLel = (
  level: Extract<Level, { readonly gas: CombustibleGas }>,
  table: LelTable | undefined,
): PercentLel =>
  table === undefined
    ? level.lel
    : percentLel((level.lel * level.lelPercentVolume) / table.limits[level.gas]);
