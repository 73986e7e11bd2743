import { isDanger } from "#domain/alarm.ts";
import type { DetectorId } from "#domain/ids.ts";
import type { Instant } from "#domain/time.ts";
import { flatOf, type Group } from "./groups.ts";
import { stormLimits, type GroupTurn } from "./storm.ts";
import type { Home, Member, StreetEvent } from "./street-event.ts";

/** So many homes make a cause in common likely. */
const homesTogether = 2;

/**
 * Two homes on one riser (flue) or floor that rise together have a cause in common until someone
 * has found otherwise: that is urgent even when each is only a pre-alarm. Told again when another
 * home joins.
 */
export const lookForSharedCause = (
  turn: GroupTurn,
  arrived: readonly Member[],
  at: Instant,
  homes: ReadonlyMap<DetectorId, Home>,
  withinMs = stormLimits.withinMs,
): GroupTurn => {
  const { group } = turn;
  const place = group.key.split(":")[0];
  if (place !== "riser" && place !== "floor") return turn;
  const rising = rise(group.rising, arrived, at, withinMs);
  if (rising === group.rising) return turn;
  const events: StreetEvent[] = [];
  const named = { ...group.named };
  for (const alarmClass of ["co", "gas"] as const) {
    const mine = rising.filter((one) => one.alarmClass === alarmClass);
    const flats = new Set(mine.map(({ detector }) => flatOf(detector, homes.get(detector)))).size;
    if (flats >= homesTogether && flats > named[alarmClass]) {
      events.push(tell(group, place, alarmClass, mine, flats, at));
    }
    named[alarmClass] = flats < homesTogether ? 0 : flats;
  }
  return { group: { ...group, rising, named }, events: turn.events.concat(events) };
};

const rise = (
  before: readonly Member[],
  arrived: readonly Member[],
  at: Instant,
  withinMs: number,
): readonly Member[] => {
  const left = before.filter((one) => at.monoMs - one.atMs < withinMs);
  const danger = arrived.filter((one) => isDanger(one.alarmClass));
  if (left.length === before.length && danger.length === 0) return before;
  const key = (one: Member): string => `${one.alarmClass} ${one.detector}`;
  return [...new Map(left.concat(danger).map((one) => [key(one), one])).values()];
};

const tell = (
  group: Group,
  place: "riser" | "floor",
  alarmClass: "co" | "gas",
  rising: readonly Member[],
  flats: number,
  at: Instant,
): StreetEvent => {
  const zhWhere = place === "riser" ? "同一烟道/立管" : "同一楼层";
  const enWhere = place === "riser" ? "one flue or riser" : "one floor";
  const co = alarmClass === "co";
  return {
    id: `${group.key}:shared-${alarmClass}:${flats}:${at.bootId.slice(0, 8)}:${at.monoMs}`,
    kind: "shared-cause",
    group: group.key,
    priority: 1,
    text: {
      zh: `${zhWhere} ${flats} 户${co ? "一氧化碳" : "燃气"}同时升高(${group.key})。疑似${co ? "共用烟道倒灌" : "立管或管网漏气"}:通知同${place === "riser" ? "立管" : "层"}全部住户撤离,按一个事件派人。`,
      en: `${co ? "Carbon monoxide" : "Gas"} rises in ${flats} homes on ${enWhere} (${group.key}). Suspect ${co ? "a blocked shared flue" : "a leak in the riser or main"}: get everyone on it out and send one team.`,
    },
    at,
    members: rising.map((one) => one.detector),
  };
};
