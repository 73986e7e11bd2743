import type { DetectorId } from "#domain/ids.ts";
import type { Address } from "#domain/place.ts";
import type { MonoMs } from "#domain/quantity.ts";
import type { Home, Member } from "./street-event.ts";

/** Homes that share something: their alarms of the last ten minutes, and what has been told of them. */
export interface Group {
  readonly key: string;
  /** What arrived together stays together: thousands of alarms are a few hundred batches. */
  readonly recent: readonly Batch[];
  readonly alarms: number;
  /** Everyone since the storm began; `undefined` while there is none. */
  readonly storm: Chain | undefined;
  /** Homes where gas or CO has risen lately, one entry each and class. */
  readonly rising: readonly Member[];
  /** How many of them have been named as having a cause in common. */
  readonly named: { readonly co: number; readonly gas: number };
}

export interface Batch {
  readonly atMs: MonoMs;
  readonly members: readonly Member[];
}

/** A list that grows at its end without being copied. */
export interface Chain {
  readonly newest: readonly Member[];
  readonly before: Chain | undefined;
}

export const membersOf = (batches: readonly Batch[]): readonly Member[] =>
  batches.flatMap((batch) => batch.members);

export const unchain = (chain: Chain | undefined): readonly Member[] => {
  const parts: (readonly Member[])[] = [];
  for (let link = chain; link !== undefined; link = link.before) parts.push(link.newest);
  return parts.toReversed().flat();
};

/** The groups a home belongs to. Without an address only its link and the desk are left. */
export const groupsOf = (home: Home | undefined): readonly string[] =>
  home === undefined
    ? [desk]
    : [desk, `link:${home.link}`, ...(home.address === undefined ? [] : placesOf(home.address))];

/**
 * The flat a detector hangs in: those of kitchen and bath are one home. Where no address names it,
 * each detector counts as a home of its own.
 */
export const flatOf = (detector: DetectorId, home: Home | undefined): string => {
  if (home?.address?.room === undefined) return detector;
  const { community, building, riser, floor, room } = home.address;
  return [community, building, riser, floor, room].map((part) => part ?? "").join("/");
};

/** All alarms that one duty desk sees. */
export const desk = "desk";

const placesOf = ({ community, building, riser, floor }: Address): readonly string[] => {
  if (building === undefined) return [];
  const house = `${community ?? ""}/${building}`;
  return [
    `building:${house}`,
    ...(riser === undefined ? [] : [`riser:${house}/${riser}`]),
    ...(floor === undefined ? [] : [`floor:${house}/${floor}`]),
  ];
};

export const emptyGroup = (key: string): Group => ({
  key,
  recent: [],
  alarms: 0,
  storm: undefined,
  rising: [],
  named: { co: 0, gas: 0 },
});
