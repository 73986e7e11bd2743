import { clockWords } from "#domain/clock-words.ts";
import type { Bilingual } from "#domain/result.ts";
import type { CaseRow } from "../store/case-tables.ts";
import type { Writing } from "../store/open-store.ts";
import { actTogether } from "./act-as-system.ts";
import { caseRows } from "./case-rows.ts";
import type { ClockName } from "./clock-plans.ts";
import type { Deed } from "./clock-turns.ts";

/** What the clock of one case has the center do, one after the other. */
export interface CaseDeeds {
  readonly caseId: string;
  readonly clock: ClockName;
  readonly deeds: readonly Deed[];
}

/**
 * Does what clocks want done by itself: the first deed of every case in a few statements for all,
 * then the second. A step that the flow refuses is not taken, and the next is tried. Each case at
 * most once in `all`.
 */
export const doDeeds = async (
  tx: Writing,
  all: readonly CaseDeeds[],
  nowMs: number,
): Promise<void> => {
  const longest = Math.max(0, ...all.map(({ deeds }) => deeds.length));
  for (let index = 0; index < longest; index += 1) {
    let wanted: readonly Wanted[] = all.flatMap(({ caseId, clock, deeds }) => {
      const deed = deeds[index];
      return deed === undefined ? [] : [{ caseId, clock, deed }];
    });
    while (wanted.length > 0) wanted = await doOnce(tx, wanted, nowMs);
  }
};

interface Wanted {
  readonly caseId: string;
  readonly clock: ClockName;
  readonly deed: Deed;
}

/** Answers those that have to be done once more: the street signs for what then goes to the district. */
const doOnce = async (
  tx: Writing,
  wanted: readonly Wanted[],
  nowMs: number,
): Promise<readonly Wanted[]> => {
  const rows = await caseRows(
    tx,
    wanted.map(({ caseId }) => caseId),
  );
  const rowById = new Map(rows.map((row) => [row.id, row]));
  const doing = wanted.flatMap((one) => {
    const row = rowById.get(one.caseId);
    return row === undefined || isHighEnough(row, one.deed) ? [] : [{ ...one, row }];
  });
  const taken = await actTogether(
    tx,
    doing.map(({ row, clock, deed }) => ({
      row,
      step: {
        action: deed.does,
        input: { reason: lateText(clock).zh },
        text: lateText(clock),
        channel: "clock",
        nowMs,
      },
    })),
    nowMs,
  );
  return doing.filter(({ deed: { does, until } }, index) => {
    const after = taken[index];
    return after?.ok === true && does === "escalate" && after.value.level !== until;
  });
};

const lateText = (clock: ClockName): Bilingual => ({
  zh: `超时:${clockWords[clock].zh}`,
  en: `not done in time: ${clockWords[clock].en}`,
});

const isHighEnough = ({ level }: CaseRow, { does, until }: Deed): boolean =>
  does === "escalate" && (level === "district" || (until === "street" && level === "street"));
