/** Cuts a list so that one statement stays below the databases' limits of parameters (32,766). */
export const inChunks = <Item>(items: readonly Item[], size: number): readonly Item[][] => {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
};
