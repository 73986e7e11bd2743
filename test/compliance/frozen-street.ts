/**
 * Long random lives of a street, made from a seed: alarms of forty homes, links that die, quiet
 * levels, time that passes. What is made of them is frozen in `test/recordings/frozen-street.txt`.
 */
import { createHash } from "node:crypto";
import { alarmClasses, ruleIds, type AlarmEvent } from "#domain/alarm.ts";
import { detectorId, episodeId, eventId, userId } from "#domain/ids.ts";
import type { Address } from "#domain/place.ts";
import { openStreet, stepStreet, type Home, type StreetInput } from "#rules/street.ts";
import { noise, instant } from "./timetable.ts";
import type { Script } from "./frozen-scripts.ts";

export const streetScripts: readonly Script[] = Array.from({ length: 24 }, (_, seed) => ({
  name: `street ${seed}`,
  run: () => live(seed),
}));

const createDice = (seed: number) => {
  const random = noise(seed * 7_919 + 1, 0.5);
  const unit = (): number => Math.min(0.999_999, Math.max(0, random() + 0.5));
  const pick = <Thing>(things: readonly Thing[]): Thing => {
    const thing = things[Math.floor(unit() * things.length)];
    if (thing === undefined) throw new Error("nothing to pick");
    return thing;
  };
  return { unit, pick, chance: (share: number): boolean => unit() < share };
};
type Dice = ReturnType<typeof createDice>;

/** Registers are never complete: any part of an address may be missing. */
const addressOf = ({ pick, chance }: Dice): Address => ({
  text: "喜安",
  ...(chance(0.9) ? { community: pick(["喜安", "福宁"]) } : {}),
  ...(chance(0.9) ? { building: pick(["1", "2"]) } : {}),
  ...(chance(0.8) ? { riser: pick(["1", "2", "3"]) } : {}),
  ...(chance(0.8) ? { floor: pick(["1", "2", "3"]) } : {}),
});

const homesOf = (dice: Dice): readonly Home[] =>
  Array.from({ length: 40 }, (_, index) => ({
    detector: detectorId(`d${index}`),
    link: dice.pick(["line-a", "line-b"]),
    model: "JT-CO-3",
    ...(dice.chance(0.9) ? { address: addressOf(dice) } : {}),
  }));

const alarmOf = ({ pick, chance }: Dice, second: number): AlarmEvent => {
  const detector = detectorId(`d${pick(Array.from({ length: 42 }, (_, index) => index))}`);
  const rule = pick(ruleIds);
  const episode = episodeId(`${detector}:${rule}:${pick([0, 1, second])}`);
  const source = { standard: "GB", clause: "1", confidence: "h" } as const;
  return {
    id: eventId(`${episode}#1`),
    episode,
    kind: pick(["raised", "raised", "raised", "worsened", "returned"] as const),
    detector,
    rule,
    alarmClass: pick(["co", "gas", ...alarmClasses]),
    priority: pick([1, 2, 3] as const),
    at: instant(second),
    cause: { ruleSet: "x", source, text: { zh: "报警", en: "alarm" }, inputs: {} },
    test: chance(0.1),
    ...(chance(0.1) ? { held: { by: "shelved", who: userId("李敏"), reason: "装修" } } : {}),
  };
};

const inputOf = (dice: Dice, second: number, drifted: Map<number, number>): StreetInput => {
  const { unit, pick, chance } = dice;
  const what = unit();
  const at = instant(second);
  if (what < 0.75) {
    const count = pick([0, 1, 1, 1, 2, 5]);
    const events = Array.from({ length: count }, () => alarmOf(dice, second));
    return { kind: "events", events, at };
  }
  if (what < 0.85) {
    return { kind: "link", link: pick(["line-a", "line-b", "line-c"]), up: chance(0.5), at };
  }
  if (what < 0.92) return { kind: "tick", at };
  drifted.set(pick([0, 1, 2, 3]), pick([0, 3, 4, 30]));
  const baselines = Array.from({ length: pick([4, 5, 6, 9]) }, (_, index) => ({
    detector: detectorId(`d${index}`),
    model: index === 8 ? "other" : "JT-CO-3",
    gas: chance(0.9) ? ("co" as const) : ("methane" as const),
    level: (drifted.get(index) ?? 0) + pick([0, 0.5, 1]),
  }));
  return { kind: "baselines", baselines, at };
};

const live = (seed: number): readonly string[] => {
  const dice = createDice(seed);
  const digest = createHash("sha256");
  const drifted = new Map<number, number>();
  let state = openStreet(homesOf(dice));
  let second = 0;
  const lines: string[] = [];
  for (let count = 0; count < 150; count += 1) {
    second += dice.pick(seed % 2 === 0 ? [0, 1, 5, 30, 60] : [1, 60, 120, 599, 600, 900]);
    const result = stepStreet(state, inputOf(dice, second, drifted));
    ({ state } = result);
    const groups = [...state.groups.values()];
    digest.update(JSON.stringify([result, groups, state.downLinks, state.drifting]));
    for (const { kind, group, priority, members, alarms } of result.events) {
      lines.push(
        `${second} ${kind} ${group} P${priority} ${members.length} ${alarms ?? ""}`.trim(),
      );
    }
  }
  return [...lines, `= ${digest.digest("hex").slice(0, 32)}`];
};
