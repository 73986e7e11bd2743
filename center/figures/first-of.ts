/**
 * The first `most` of `items` in the order of `compare`, in that order. Looks at each once: sorting
 * ten thousand for the sake of ten holds everything else up.
 */
export const firstOf = <Item>(
  items: readonly Item[],
  most: number,
  compare: (a: Item, b: Item) => number,
): readonly Item[] => {
  const found: Item[] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (found.length === most && last !== undefined && compare(item, last) >= 0) continue;
    const before = found.findLastIndex((other) => compare(other, item) <= 0);
    found.splice(before + 1, 0, item);
    if (found.length > most) found.pop();
  }
  return found;
};
