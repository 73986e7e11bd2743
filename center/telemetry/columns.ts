/** A roll-up as the database keeps it. */
import type { RollUpColumns } from "../store/telemetry-tables.ts";
import type { RollUp } from "./roll-up.ts";

export const columnsOf = (one: RollUp): RollUpColumns => ({
  readings: one.readings,
  lowest: one.lowest ?? null,
  highest: one.highest ?? null,
  total: one.total,
  first_ms: Math.floor(one.firstMs),
  last_ms: Math.floor(one.lastMs),
  qualities: JSON.stringify(one.qualities),
});

export const rollUpIn = (row: RollUpColumns): RollUp => ({
  readings: row.readings,
  lowest: row.lowest ?? undefined,
  highest: row.highest ?? undefined,
  total: row.total,
  firstMs: row.first_ms,
  lastMs: row.last_ms,
  // Our own writing, by `columnsOf`.
  qualities: JSON.parse(row.qualities),
});
