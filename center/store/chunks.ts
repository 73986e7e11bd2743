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
