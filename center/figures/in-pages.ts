import { breathe } from "./breathe.ts";

/** Where a page ended: rows are read in order of time, then name. */
export interface PageEnd {
  readonly atMs: number;
  readonly name: string;
}

/**
 * SQLite answers on the thread that takes in alarms: rows are read so many at a time, and in
 * between it is the alarms' turn.
 */
const pageRows = 256;

/** Every row of `readPage`, page by page. Nothing is held between two pages, no lock either. */
export const inPages = async function* <Row>(
  readPage: (after: PageEnd | undefined, limit: number) => Promise<readonly Row[]>,
  endOf: (row: Row) => PageEnd,
): AsyncGenerator<readonly Row[]> {
  for (let after: PageEnd | undefined; ;) {
    const rows = await readPage(after, pageRows);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < pageRows) return;
    after = endOf(last);
    await breathe();
  }
};
