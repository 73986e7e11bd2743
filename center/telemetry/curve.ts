import type { WireBlock } from "#domain/telemetry-wire.ts";
import type { CurveKey } from "../store/telemetry-tables.ts";

export const curveOf = (gateway: string, { detector, gas, mark }: WireBlock): CurveKey => ({
  gateway,
  detector,
  gas,
  mark,
});

/** A name holds no line end. */
export const curveText = ({ gateway, detector, gas, mark }: CurveKey): string =>
  [gateway, detector, gas, mark].join("\n");
