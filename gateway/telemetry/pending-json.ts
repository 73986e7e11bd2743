import type { BootId } from "#domain/ids.ts";
import { stretchToWire, type Series, type Stretch } from "#domain/telemetry.ts";
import type { WireBlock } from "#domain/telemetry-wire.ts";
import type { Instant } from "#domain/time.ts";

/** A kept block as it travels. */
export const blockJson = (
  block: {
    readonly n: number;
    readonly series: Series;
    readonly bootId: BootId;
    readonly startMonoMs: number;
    readonly startWallMs: number;
    readonly stretches: readonly Stretch[];
  },
  now: Instant,
): string => {
  const { n, series } = block;
  const wire: WireBlock = {
    n,
    detector: series.detector,
    gas: series.gas,
    mark: series.mark,
    ...(series.lelPercentVolume !== undefined && { lelPercentVolume: series.lelPercentVolume }),
    silenceMs: Math.round(series.silenceMs),
    startMs: Math.round(startOf(block, now)),
    // The center may know by how much that boot's clock was wrong.
    ...(block.bootId !== now.bootId && {
      boot: block.bootId,
      monoMs: Math.round(block.startMonoMs),
    }),
    stretches: block.stretches.map(stretchToWire),
  };
  return JSON.stringify(wire);
};

/** A wall clock that was set since then was wrong then; within one boot the other clock knows. */
const startOf = (
  block: { readonly bootId: BootId; readonly startMonoMs: number; readonly startWallMs: number },
  now: Instant,
): number =>
  block.bootId === now.bootId ? now.wallMs - (now.monoMs - block.startMonoMs) : block.startWallMs;
