/** What `canary prove` says: recorded at the gateways, received here, and what is missing. */
import type { Reading } from "../store/open-store.ts";
import type { CompletenessRow, JournalRenewalRow } from "../store/tables.ts";
import { count, highest, holesIn, type Ranges } from "./number-ranges.ts";
import { forksIn, parseStretches, rangesOf } from "./stretches.ts";

/** Times of the devices, epoch ms, both included; absent: all there is. */
export interface ProofPeriod {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

export interface JournalCompleteness {
  readonly gateway: string;
  readonly journal: string;
  readonly recorded: number;
  readonly received: number;
  readonly holes: Ranges;
  /** Numbers after which others were given again: the gateway's card had lost its end. */
  readonly forks: readonly number[];
  /** It ended and goes on under this id; what that took over is counted there. */
  readonly goesOnAs?: string;
}

export interface CompletenessProof {
  readonly recorded: number;
  readonly received: number;
  readonly missing: number;
  readonly journals: readonly JournalCompleteness[];
}

/**
 * Counts every journal of every gateway. With a period only the numbers of that time are counted; a
 * hole has no time of its own and counts when records on either side of it may enclose it there.
 */
export const proveCompleteness = async (
  db: Reading,
  period: ProofPeriod = {},
): Promise<CompletenessProof> => {
  const rows = await db
    .selectFrom("completeness")
    .selectAll()
    .orderBy("gateway")
    .orderBy("journal")
    .execute();
  const renewals = await db.selectFrom("journal_renewals").selectAll().execute();
  const journals: JournalCompleteness[] = [];
  for (const row of rows) {
    const renewal = renewals.find(
      ({ gateway, journal }) => gateway === row.gateway && journal === row.journal,
    );
    const window = await windowOf(db, row, period);
    if (window !== undefined) journals.push(judge(row, renewal, window));
  }
  const sum = (of: (one: JournalCompleteness) => number): number =>
    journals.reduce((total, one) => total + of(one), 0);
  return {
    recorded: sum(({ recorded }) => recorded),
    received: sum(({ received }) => received),
    missing: sum(({ holes }) => count(holes)),
    journals,
  };
};

interface Window {
  readonly from: number;
  readonly to: number;
}

const judge = (
  row: CompletenessRow,
  renewal: JournalRenewalRow | undefined,
  window: Window,
): JournalCompleteness => {
  const stretches = parseStretches(row.received);
  const ranges = rangesOf(stretches);
  // What the next journal took over is asked for and counted there.
  const first = Math.max(row.first ?? 1, (renewal?.to_seq ?? 0) + 1, window.from);
  const last = Math.min(Math.max(row.recorded, highest(ranges)), window.to);
  const within = (parts: Ranges): Ranges =>
    parts
      .map(([from, to]) => [Math.max(from, first), Math.min(to, last)] as const)
      .filter(([from, to]) => from <= to);
  return {
    gateway: row.gateway,
    journal: row.journal,
    recorded: Math.max(0, last - first + 1),
    received: count(within(ranges)),
    holes: within(holesIn(ranges, row.recorded)),
    forks: forksIn(stretches).filter((seq) => first <= seq && seq <= last),
    ...(renewal !== undefined && { goesOnAs: renewal.goes_on_as }),
  };
};

const rowsPerRead = 5_000;

/** The numbers that may be of that time; undefined when none is. */
const windowOf = async (
  db: Reading,
  { gateway, journal }: CompletenessRow,
  { fromMs = -Infinity, toMs = Infinity }: ProofPeriod,
): Promise<Window | undefined> => {
  if (fromMs === -Infinity && toMs === Infinity) return { from: 1, to: Infinity };
  let before = 0;
  let inside: Window | undefined;
  let after = Infinity;
  for (let seq = 0; ;) {
    const rows = await db
      .selectFrom("records")
      .select(["seq", "body"])
      .where("gateway", "=", gateway)
      .where("journal", "=", journal)
      .where("seq", ">", seq)
      .orderBy("seq")
      .limit(rowsPerRead)
      .execute();
    for (const row of rows) {
      const number = row.seq ?? 0;
      const atMs = timeOf(row.body);
      if (atMs >= fromMs && atMs <= toMs) inside = { from: inside?.from ?? before + 1, to: number };
      if (atMs < fromMs && inside === undefined) before = number;
      if (atMs > toMs && after === Infinity && number > (inside?.to ?? 0)) after = number;
      if (inside !== undefined && after <= inside.to) after = Infinity;
      seq = number;
    }
    if (rows.length < rowsPerRead) break;
  }
  const from = inside?.from ?? before + 1;
  return from < after ? { from, to: after - 1 } : undefined;
};

/** The device's time of a message that was taken in, so it is one. */
const timeOf = (body: string): number => {
  const { time }: { readonly time: string } = JSON.parse(body);
  return Date.parse(time);
};
