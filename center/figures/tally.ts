/** Counts of one slice: a day, an area, a priority, a source, or all of them. */
import {
  figureLimits,
  verdictOf,
  type Response,
  type Spread,
  type Verdict,
} from "#domain/figures.ts";
import { conclusions, type Conclusion } from "#domain/case.ts";
import type { CaseFact } from "./case-facts.ts";
import { createDurations, type Durations } from "./durations.ts";
import { shareOf } from "./percentile.ts";

/** A signature that was owed: an alarm's that rang, or a report's. */
export interface OwedSignature {
  readonly priority: number;
  readonly shownAtMs: number;
  readonly signedAtMs?: number;
  /** Its time is an estimate. */
  readonly estimated?: boolean;
}

export interface Tally {
  readonly addCase: (fact: CaseFact) => void;
  readonly addSignature: (owed: OwedSignature) => void;
  readonly response: () => Promise<Response>;
}

/** `nowMs`: what is unsigned may still be in time. */
export const createTally = (nowMs: number): Tally => {
  const counts = { cases: 0, open: 0, voided: 0, begunByAlarm: 0, recurring: 0 };
  const signature = { unsigned: 0, estimated: 0, inTime: 0, late: 0, pending: 0 };
  const spans = createSpans();
  const sign = createDurations();
  const byCode = new Map<Conclusion, number>();

  return {
    addCase: (fact) => {
      if (fact.voided) {
        counts.voided += 1;
        return;
      }
      counts.cases += 1;
      counts.open += Number(fact.open);
      counts.begunByAlarm += Number(fact.byAlarm);
      counts.recurring += Number(fact.byAlarm && fact.recurring);
      spans.add(fact);
      const { conclusion } = fact;
      if (isConclusion(conclusion)) byCode.set(conclusion, (byCode.get(conclusion) ?? 0) + 1);
    },
    addSignature: ({ priority, shownAtMs, signedAtMs, estimated = false }) => {
      const spentMs = Math.max(0, (signedAtMs ?? nowMs) - shownAtMs);
      if (signedAtMs === undefined) signature.unsigned += 1;
      else sign.add(spentMs);
      signature.estimated += Number(estimated);
      if (priority !== 1) return;
      if (spentMs > figureLimits.signInTimeMs.value) signature.late += 1;
      else if (signedAtMs === undefined) signature.pending += 1;
      else signature.inTime += 1;
    },
    response: async () => {
      const { inTime, late, pending, unsigned, estimated } = signature;
      return {
        cases: counts.cases,
        open: counts.open,
        voided: counts.voided,
        sign: { ...(await sign.spread()), unsigned, estimated },
        signInTime: { n: inTime + late, inTime, pending, share: shareOf(inTime, inTime + late) },
        ...(await spans.spreads()),
        conclusions: summarize(byCode),
        recurrence: {
          n: counts.begunByAlarm,
          recurring: counts.recurring,
          share: shareOf(counts.recurring, counts.begunByAlarm),
        },
      };
    },
  };
};

/** Times from the report to what was done about it. */
export const createSpans = () => {
  const dispatch = createDurations();
  const arrive = createDurations();
  const handle = createDurations();
  const close = createDurations();
  const put = (span: Durations, fact: CaseFact, atMs: number | undefined): void => {
    // Centers beside each other: their clocks may be a moment apart.
    if (atMs !== undefined) span.add(Math.max(0, atMs - fact.createdAtMs));
  };
  return {
    add: (fact: CaseFact): void => {
      put(dispatch, fact, fact.dispatchedAtMs);
      put(arrive, fact, fact.arrivedAtMs);
      put(handle, fact, fact.handledAtMs);
      put(close, fact, fact.closedAtMs);
    },
    spreads: async (): Promise<
      Readonly<Record<"dispatch" | "arrive" | "handle" | "close", Spread>>
    > => ({
      dispatch: await dispatch.spread(),
      arrive: await arrive.spread(),
      handle: await handle.spread(),
      close: await close.spread(),
    }),
  };
};

const isConclusion = (text: string | undefined): text is Conclusion =>
  text !== undefined && text in conclusions;

const summarize = (byCode: ReadonlyMap<Conclusion, number>): Response["conclusions"] => {
  const n = [...byCode.values()].reduce((sum, count) => sum + count, 0);
  const part = (verdict: Verdict) => {
    const count = [...byCode]
      .filter(([code]) => verdictOf[code] === verdict)
      .reduce((sum, [, one]) => sum + one, 0);
    return { count, share: shareOf(count, n) };
  };
  return {
    n,
    byCode: Object.fromEntries([...byCode].sort(([a], [b]) => codeNumber(a) - codeNumber(b))),
    true: part("true"),
    false: part("false"),
    other: part("other"),
    unknown: part("unknown"),
  };
};

/** C2 before C10. */
const codeNumber = (code: Conclusion): number => Number(code.slice(1));
