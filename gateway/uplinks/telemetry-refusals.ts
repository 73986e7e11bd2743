import type { MonoMs } from "#domain/quantity.ts";
import type { PendingBlock } from "#gateway/telemetry/store.ts";

/**
 * Blocks in a message that was refused are sent one by one; one that is refused alone is set aside
 * and offered again later, because the center may have been upgraded meanwhile.
 */
export const createRefusals = () => {
  const alone = new Set<number>();
  const aside = new Map<number, MonoMs>();
  let inRow = 0;
  return {
    choose: (blocks: readonly PendingBlock[]): readonly PendingBlock[] => {
      const offered = blocks.filter(({ n }) => !aside.has(n));
      const [first] = offered;
      if (first !== undefined && alone.has(first.n)) return [first];
      const stop = offered.findIndex(({ n }) => alone.has(n));
      return stop === -1 ? offered : offered.slice(0, stop);
    },
    add: (blocks: readonly PendingBlock[], retryAt: MonoMs): void => {
      const [only] = blocks;
      if (blocks.length > 1) {
        for (const { n } of blocks) alone.add(n);
        return;
      }
      inRow += 1;
      if (only !== undefined) aside.set(only.n, retryAt);
    },
    forget: (blocks: readonly PendingBlock[]): void => {
      inRow = 0;
      for (const { n } of blocks) alone.delete(n);
    },
    inRow: () => inRow,
    isCalm: () => aside.size === 0 && alone.size === 0,
    startOver: (): void => {
      alone.clear();
      aside.clear();
      inRow = 0;
    },
    /** The first block whose time has come to be offered again. */
    ripe: (now: MonoMs): number | undefined => {
      const ripe = [...aside].filter(([, retryAt]) => retryAt <= now).map(([n]) => n);
      for (const n of ripe) aside.delete(n);
      return ripe.length === 0 ? undefined : Math.min(...ripe);
    },
  };
};
