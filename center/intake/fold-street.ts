/**
 * From the events of one topic of one group, in whatever order and however often they come, to what
 * the desk shows. Pure; the result does not depend on the order of arrival.
 */
import type { Priority } from "#domain/alarm.ts";
import type { StreetView } from "#domain/desk.ts";
import type { StreetNotice } from "#domain/notice.ts";
import { streetKinds, type StreetEvent, type StreetTopic } from "#domain/street-event.ts";
import type { Instant } from "#domain/time.ts";

/** The order of one gateway's boots; see `gateway-lives.ts`. */
export type BootPlaces = ReadonlyMap<string, number>;

/** What a spell belongs to; `ref` is its name in the stream and on the page. */
export interface SpellKey {
  readonly gateway: string;
  readonly topic: StreetTopic;
  readonly group: string;
}

/** Neither a gateway nor a topic holds a space, so this cannot be ambiguous. */
export const spellRef = ({ gateway, topic, group }: SpellKey): string =>
  `${gateway} ${topic} ${group}`;

export const keyOf = (gateway: string, { kind, group }: StreetEvent): SpellKey => ({
  gateway,
  topic: streetKinds[kind].topic,
  group,
});

/**
 * What still counts: from the newest beginning or end on. A beginning ends whatever was left open,
 * because a gateway that was restarted does not tell the end of what it has forgotten.
 */
export const currentSpell = (
  notices: readonly StreetNotice[],
  places: BootPlaces,
): readonly StreetNotice[] => {
  const sorted = [...notices].sort((a, b) => inOrder(a.street, b.street, places));
  const from = sorted.findLastIndex(({ street }) => streetKinds[street.kind].role !== "grows");
  return from <= 0 ? sorted : sorted.slice(from);
};

/** What the desk shows of a spell; `stands` false: it has ended. */
export const viewSpell = (key: SpellKey, spell: readonly StreetNotice[]): StreetView => {
  const open = spell.filter(({ street }) => streetKinds[street.kind].role !== "ends");
  const shown = open.length === 0 ? spell : open;
  const times = shown.map(({ street }) => street.at.wallMs);
  const newest = shown.at(-1);
  return {
    id: spellRef(key),
    ...key,
    stands: open.length > 0,
    priority: shown.reduce<Priority>(
      (worst, { street }) => (street.priority < worst ? street.priority : worst),
      4,
    ),
    text: { zh: "", en: "", ...newest?.street.text },
    firstAtMs: Math.min(...times),
    lastAtMs: Math.max(...times),
    members: [...new Set(shown.flatMap(({ street }) => street.members))],
    drill: newest?.drill ?? false,
  };
};

/**
 * Within one boot the monotonic clock decides, across boots their order: a gateway that starts in
 * 1970, or has jumped to 2099, tells no older and no newer things for it.
 */
const inOrder = (a: StreetEvent, b: StreetEvent, places: BootPlaces): number => {
  const byTime =
    a.at.bootId === b.at.bootId
      ? a.at.monoMs - b.at.monoMs
      : byPlace(a.at, b.at, places) || a.at.wallMs - b.at.wallMs;
  if (byTime !== 0) return byTime;
  return a.id < b.id ? -1 : 1;
};

/** 0: the order of these boots is not known. */
const byPlace = (a: Instant, b: Instant, places: BootPlaces): number => {
  const [left, right] = [places.get(a.bootId), places.get(b.bootId)];
  return left === undefined || right === undefined ? 0 : left - right;
};
