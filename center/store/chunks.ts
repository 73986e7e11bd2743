/**
 * Cuts a list so that one statement stays below the databases' limits of parameters (32,766 at
 * at most 60 columns a row). The pieces have few different sizes, so that the same statements
 * come again and again and need to be prepared only once.
 */
export const inChunks = <Item>(items: readonly Item[]): readonly Item[][] => {
  const chunks: Item[][] = [];
  let start = 0;
  for (const size of chunkSizes) {
    while (items.length - start >= size) {
      chunks.push(items.slice(start, start + size));
      start += size;
    }
  }
  return chunks;
};

const chunkSizes = [512, 64, 8, 1];

/**
 * The same for the lists of `in (…)`, which may name a thing twice: the last piece is filled up with
 * its last item to a power of two, so that one question does for what would otherwise be a dozen.
 */
export const inLists = <Item>(items: readonly Item[]): readonly Item[][] => {
  const lists: Item[][] = [];
  for (let start = 0; start < items.length; start += largest) {
    const list = items.slice(start, start + largest);
    const last = list.at(-1);
    const size = 2 ** Math.ceil(Math.log2(list.length));
    if (last !== undefined) while (list.length < size) list.push(last);
    lists.push(list);
  }
  return lists;
};

const largest = 512;
