/** How large an import may be: a street has some ten thousand homes. */
export const fileBytesMax = 10 * 1024 * 1024;
export const rowsMax = 20_000;
export const columnsMax = 100;
export const cellLengthMax = 500;
/** What the parts of an XLSX file may say they unpack to, together. */
export const unpackedBytesMax = 64 * 1024 * 1024;
export const zipEntriesMax = 500;
/** Heap of the thread that reads the file, MiB, and how long it may take, ms. */
export const readerHeapMib = 512;
export const readerTimeMs = 30_000;
