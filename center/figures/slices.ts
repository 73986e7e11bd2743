import type { Priority } from "#domain/alarm.ts";
import { caseSources } from "#domain/case.ts";
import type { Figures } from "#domain/figures.ts";
import { isInScope } from "../rights/scoped.ts";
import type { AlarmFact } from "./alarm-facts.ts";
import type { CaseFact, Scope } from "./case-facts.ts";
import { dayOf, daysBegun } from "./local-days.ts";
import { createTally, type OwedSignature, type Tally } from "./tally.ts";

const priorities: readonly Priority[] = [1, 2, 3, 4];

export type Slices = Pick<Figures, "total" | "byDay" | "byArea" | "byPriority" | "bySource">;

/** Which slices something counts in, besides the total. */
interface Place {
  readonly atMs: number;
  readonly area: string;
  readonly priority: number;
  readonly source: string;
}

/**
 * The same counts for everything, and for each day, area, priority and source. A case belongs to
 * the day it was created, a signature to the day its alarm was shown.
 */
export const createSlices = ({ period, areas, within }: Scope, nowMs: number) => {
  const total = createTally(nowMs);
  const byDay = createShelf<string>(nowMs, daysBegun(period, nowMs));
  const byArea = createShelf<string>(nowMs);
  const byPriority = createShelf<number>(nowMs);
  const bySource = createShelf<string>(nowMs);

  /** Not the areas of which the asker sees a part only: a part's figures are not theirs. */
  const areasAround = (path: string): readonly string[] =>
    ancestorsOf(path).filter((area) => isInScope(area, areas) && isInScope(area, within));
  const talliesAt = (place: Place): readonly Tally[] => [
    total,
    byDay.at(dayOf(place.atMs)),
    ...areasAround(place.area).map(byArea.at),
    byPriority.at(place.priority),
    bySource.at(place.source),
  ];
  const addSignature = (owed: OwedSignature & Omit<Place, "atMs">): void => {
    for (const tally of talliesAt({ ...owed, atMs: owed.shownAtMs })) tally.addSignature(owed);
  };

  return {
    addCase: (fact: CaseFact): void => {
      for (const tally of talliesAt({ ...fact, atMs: fact.createdAtMs })) tally.addCase(fact);
      // A report is signed for as a whole; where alarms began a case, each alarm is.
      if (!fact.byAlarm && !fact.voided) addSignature({ ...fact, shownAtMs: fact.createdAtMs });
    },
    addAlarm: (fact: AlarmFact): void => {
      if (fact.rang) addSignature({ ...fact, source: "gateway" });
    },
    slices: (): Slices => ({
      total: total.response(),
      byDay: byDay.keys().map((day) => ({ day, response: byDay.at(day).response() })),
      byArea: byArea.keys().map((area) => ({ area, response: byArea.at(area).response() })),
      byPriority: priorities.map((priority) => ({
        priority,
        response: byPriority.at(priority).response(),
      })),
      bySource: caseSources.map((source) => ({
        source,
        response: bySource.at(source).response(),
      })),
    }),
  };
};

/** One tally for each key, made when it is first asked for. */
const createShelf = <Key extends string | number>(nowMs: number, first: readonly Key[] = []) => {
  const tallies = new Map<Key, Tally>(first.map((key) => [key, createTally(nowMs)]));
  return {
    at: (key: Key): Tally => {
      const known = tallies.get(key);
      if (known !== undefined) return known;
      const tally = createTally(nowMs);
      tallies.set(key, tally);
      return tally;
    },
    keys: (): readonly Key[] => [...tallies.keys()].sort((a, b) => (a < b ? -1 : 1)),
  };
};

/** `/a/b/` lies in `/`, `/a/` and `/a/b/`. */
const ancestorsOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
