/** Collects items and hands them on together. */
export interface Gatherer<Item> {
  readonly add: (item: Item) => void;
  /** Hands on what is waiting, now. */
  readonly flush: () => void;
  /** Forgets what is waiting and its timer. */
  readonly drop: () => void;
}

/**
 * Hands on at once what comes alone, and at most every `pauseMs` what comes in floods, in order.
 * The lone alarm never waits for a timer, because those of a hidden tab are slowed to one a minute;
 * the flood must not redraw the page once for each alarm, or it would freeze.
 */
export const createGatherer = <Item>(
  use: (items: readonly Item[]) => void,
  pauseMs: number,
): Gatherer<Item> => {
  let waiting: Item[] = [];
  let lastMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    lastMs = performance.now();
    use(items);
  };

  return {
    add: (item) => {
      waiting.push(item);
      if (performance.now() - lastMs >= pauseMs) flush();
      else timer ??= setTimeout(flush, pauseMs);
    },
    flush,
    drop: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
    },
  };
};
