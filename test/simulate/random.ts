/** Chance that can be repeated: the same seed and stream give the same draws on every machine. */
export interface Random {
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  /** A whole number from `from` to `to`, both included. */
  readonly between: (from: number, to: number) => number;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  /** One of them, each as likely as its weight says. */
  readonly weigh: <Item>(items: readonly (readonly [weight: number, item: Item])[]) => Item;
}

/** `stream` keeps the draws of one part from shifting those of another. */
export const createRandom = (seed: number, stream: string): Random => {
  const next = generator(`${seed} ${stream}`);
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    chance: (probability) => next() < probability,
    between,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    weigh: (items) => {
      const total = items.reduce((sum, [weight]) => sum + weight, 0);
      let left = next() * total;
      for (const [weight, item] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      const last = items.at(-1);
      if (last === undefined) throw new Error("nothing to choose from");
      return last[1];
    },
  };
};

/** Numbers from 0 to below 1: FNV-1a makes the seed, mulberry32 (public domain) the sequence. */
const generator = (text: string): (() => number) => {
  let state = 2_166_136_261;
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 16_777_619);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
