import { breathe } from "./breathe.ts";
import type { Period } from "./local-days.ts";

/** A row's place in the order of time, then name. */
export interface Moment {
  readonly atMs: number;
  readonly name: string;
}

/** Rows behind `after`, up to and with `upTo`. */
export interface Stretch {
  readonly after: Moment;
  readonly upTo: Moment;
}

/**
 * SQLite answers on the thread that takes in alarms: so many rows are looked at a time, and in
 * between it is the alarms' turn.
 */
const pageRows = 512;

/**
 * Every row of the period that `read` finds, page by page. Nothing is held between two pages, no
 * lock either.
 *
 * `findEnd` looks only at the order of all rows, whose index knows the answer; `read` may then ask
 * as it likes, because the stretch bounds what it looks at. One question with a limit would have
 * the database guess how many rows it must look at to find a page of them, and PostgreSQL, which
 * cannot know how many lie in an area, guessed that it must sort the whole month, for each page.
 */
export const inPages = async function* <Row>(
  period: Period,
  findEnd: (from: Stretch, nth: number) => Promise<Moment | undefined>,
  read: (stretch: Stretch) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  const upTo = momentBefore(period.untilMs);
  for (let after = momentBefore(period.fromMs); ;) {
    const end = await findEnd({ after, upTo }, pageRows);
    const rows = await read({ after, upTo: end ?? upTo });
    if (rows.length > 0) yield rows;
    if (end === undefined) return;
    after = end;
    await breathe();
  }
};

/** Before everything that is of this time: no name is empty. */
const momentBefore = (atMs: number): Moment => ({ atMs, name: "" });
