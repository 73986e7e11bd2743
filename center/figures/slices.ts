import type { Priority } from "#domain/alarm.ts";
import { caseSources } from "#domain/case.ts";
import type { Figures, Response } from "#domain/figures.ts";
import { isInScope } from "../rights/scoped.ts";
import type { AlarmFact } from "./alarm-facts.ts";
import type { CaseFact, Scope } from "./case-facts.ts";
import { dayMs, dayOf, daysBegun } from "./local-days.ts";
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
  const dayAt = createDayNames(period.fromMs);
  const byArea = createShelf<string>(nowMs);
  const byPriority = createShelf<number>(nowMs);
  const bySource = createShelf<string>(nowMs);

  const knownAreas = new Map<string, readonly Tally[]>();
  /** Not the areas of which the asker sees a part only: a part's figures are not theirs. */
  const areasAround = (path: string): readonly Tally[] => {
    const known = knownAreas.get(path);
    if (known !== undefined) return known;
    const around = ancestorsOf(path)
      .filter((area) => isInScope(area, areas) && isInScope(area, within))
      .map(byArea.at);
    knownAreas.set(path, around);
    return around;
  };
  const talliesAt = (place: Place): readonly Tally[] => [
    total,
    byDay.at(dayAt(place.atMs)),
    ...areasAround(place.area),
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
    slices: async (): Promise<Slices> => ({
      total: await total.response(),
      byDay: await listed(byDay, byDay.keys(), (day, response) => ({ day, response })),
      byArea: await listed(byArea, byArea.keys(), (area, response) => ({ area, response })),
      byPriority: await listed(byPriority, priorities, (priority, response) => ({
        priority,
        response,
      })),
      bySource: await listed(bySource, caseSources, (source, response) => ({ source, response })),
    }),
  };
};

/** One after the other: each is a good deal of sorting. */
const listed = async <Key extends string | number, One extends Key, Slice>(
  shelf: Shelf<Key>,
  keys: readonly One[],
  name: (key: One, response: Response) => Slice,
): Promise<Slice[]> => {
  const slices: Slice[] = [];
  for (const key of keys) slices.push(name(key, await shelf.at(key).response()));
  return slices;
};

interface Shelf<Key> {
  readonly at: (key: Key) => Tally;
  readonly keys: () => readonly Key[];
}

/** Names of days, each made once. */
const createDayNames = (fromMs: number) => {
  const names = new Map<number, string>();
  return (atMs: number): string => {
    const nth = Math.floor((atMs - fromMs) / dayMs);
    const name = names.get(nth) ?? dayOf(atMs);
    names.set(nth, name);
    return name;
  };
};

/** One tally for each key, made when it is first asked for. */
const createShelf = <Key extends string | number>(
  nowMs: number,
  first: readonly Key[] = [],
): Shelf<Key> => {
  const tallies = new Map<Key, Tally>(first.map((key) => [key, createTally(nowMs)]));
  return {
    at: (key) => {
      const known = tallies.get(key);
      if (known !== undefined) return known;
      const tally = createTally(nowMs);
      tallies.set(key, tally);
      return tally;
    },
    keys: () => [...tallies.keys()].sort((a, b) => (a < b ? -1 : 1)),
  };
};

/** `/a/b/` lies in `/`, `/a/` and `/a/b/`. */
const ancestorsOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
