/**
 * Long random lives of one detector, made from a seed: levels at and around every threshold,
 * qualities, verdicts, states, commands, restarts, stored readings. What the judgement makes of them
 * is frozen in `test/recordings/frozen-judgement.txt`.
 */
import { createHash } from "node:crypto";
import { combustibleGases } from "#domain/gas.ts";
import { ruleIds } from "#domain/alarm.ts";
import { bootId, userId } from "#domain/ids.ts";
import { epochMs, milliseconds, monoMs } from "#domain/quantity.ts";
import { badQualities, conditions, faultCodes, type Finding } from "#domain/reading.ts";
import type { Instant } from "#domain/time.ts";
import { defaultLimits, limitSets } from "#rules/limits/sets.ts";
import {
  initialState,
  lifeOf,
  reviveState,
  saveState,
  statusOf,
  step,
  type Command,
  type DetectorRules,
  type JudgeInput,
} from "#rules/step.ts";
import {
  co,
  defaultRules,
  detector,
  fault,
  lel,
  noLevel,
  noise,
  reportAt,
  says,
  verdict,
} from "./timetable.ts";

const levelsCo = [
  0, 4.9, 5, 7, 12, 29.9, 30, 34, 35, 50, 70, 90, 100, 155, 249, 250, 299, 300, 600,
];
const levelsLel = [0, 1.9, 2, 5, 7.9, 8, 9.9, 10, 12, 17.9, 18, 19.9, 20, 25, 60, 100];
const pausesMs = [
  0, 0, 200, 999, 1_000, 3_000, 5_000, 5_001, 10_000, 30_000, 60_000, 180_000, 299_999, 300_000,
  600_000, 3_600_000,
];
const people = ["李敏", "王强", " "];

export interface Script {
  readonly name: string;
  readonly run: () => readonly string[];
}

export const scripts: readonly Script[] = Array.from({ length: 120 }, (_, seed) => ({
  name: `life ${seed}`,
  run: () => live(seed),
}));

/** Each seed has a temper: which kinds of things happen, and how fast. */
const live = (seed: number): readonly string[] => {
  const random = noise(seed * 7_919 + 1, 1);
  const unit = (): number => (random() + 1) / 2;
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.min(items.length - 1, Math.floor(unit() * items.length))];
    if (item === undefined) throw new Error("nothing to pick");
    return item;
  };
  const chance = (share: number): boolean => unit() < share;
  const rules: DetectorRules =
    seed % 5 === 0
      ? { limits: pick(limitSets), silenceAfter: defaultRules.silenceAfter }
      : {
          limits: defaultLimits,
          silenceAfter: milliseconds(seed % 2 === 0 ? 180_000 : 36_000_000),
        };
  const calm = seed % 3 === 0;
  const store = seed % 4 === 1;
  const gas = pick(combustibleGases);
  const lines: string[] = [];
  const digest = createHash("sha256");
  let boot = 1;
  let ms = 1_000_000_000;
  let bootedMs = 0;
  const now = (): Instant => ({
    bootId: bootId(`boot-${boot}-${seed}`),
    monoMs: monoMs(ms - bootedMs),
    wallMs: epochMs(1_795_287_600_000 + ms),
  });
  let state = initialState(detector, now());

  const finding = (): Finding => {
    const kind = unit();
    const level = chance(0.5)
      ? co(pick(levelsCo))
      : lel(pick(levelsLel), chance(0.8) ? gas : pick(combustibleGases));
    if (kind < (calm ? 0.9 : 0.6)) return level;
    if (kind < 0.65 && level.kind === "level") return { ...level, overRange: true };
    if (kind < 0.75)
      return verdict(chance(0.5) ? "co" : gas, chance(0.5), pick(["low", "high"] as const));
    if (kind < 0.85) return says(pick(conditions), chance(0.5));
    if (kind < 0.92) return noLevel(pick(badQualities), chance(0.5) ? "co" : gas);
    return chance(0.1) ? co(Number.NaN) : fault(pick(faultCodes));
  };
  const command = (): Command => {
    const by = userId(pick(people));
    const rule = pick(ruleIds);
    const reason = pick(["原因", "原因", ""]);
    const duration = milliseconds(
      pick([0, 60_000, 600_000, 600_001, 86_400_000, 86_400_001, 604_800_000]),
    );
    const confirmedOnSite = chance(0.5);
    const cause = pick(["link-down:a", "link-down:b"]);
    return pick<Command>([
      { kind: "acknowledge", rule, by },
      {
        kind: "acknowledge",
        rule: pick(state.alarms.episodes.map((one) => one.rule).concat("co")),
        by,
      },
      { kind: "unacknowledge", rule, by, reason },
      {
        kind: "reset",
        rule: pick(state.alarms.life.map((one) => one.rule).concat("combustible")),
        by,
        reason,
      },
      { kind: "shelve", rule, by, reason, duration },
      {
        kind: "unshelve",
        rule: pick(
          state.alarms.holds.map((one) => (one.rule === "all" ? "co" : one.rule)).concat("co"),
        ),
        by,
      },
      { kind: "suppress", rule, cause },
      { kind: "unsuppress", rule, cause },
      { kind: "take-out-of-service", by, reason, duration, confirmedOnSite },
      { kind: "return-to-service", by },
      { kind: "hush", by, reason, duration, confirmedOnSite },
    ]);
  };
  const play = (input: JudgeInput): void => {
    const result = step(state, input, rules);
    ({ state } = result);
    digest.update(JSON.stringify([result.events, result.actions, result.refused]));
    digest.update(JSON.stringify([result.sounding, statusOf(state), state.wakeAtMs]));
    digest.update(ruleIds.map((rule) => lifeOf(state, rule)).join());
    for (const event of result.events) {
      const { kind, rule, priority, at, held, late, chatter, test } = event;
      const marks = [
        test ? "test" : "",
        held?.by ?? "",
        late === true ? "late" : "",
        chatter ?? "",
      ];
      lines.push(
        [at.monoMs, kind, rule, `P${priority}`, ...marks].filter((one) => one !== "").join(" "),
      );
    }
    for (const action of result.actions)
      lines.push(`${action.at.monoMs} ${action.kind} ${action.rule}`);
  };
  const tickUntil = (untilMs: number): void => {
    for (let count = 0; count < 50; count += 1) {
      const wake = state.wakeAtMs;
      if (wake === undefined || wake + bootedMs > untilMs) break;
      ms = Math.max(ms, wake + bootedMs);
      play({ kind: "tick", now: now() });
    }
    ms = untilMs;
  };

  for (let count = 0; count < 90; count += 1) {
    tickUntil(ms + pick(calm ? pausesMs.slice(4, 12) : pausesMs));
    const what = unit();
    if (what < 0.04) {
      const saved = saveState(state);
      if (chance(0.7)) {
        boot += 1;
        bootedMs = ms - pick([0, 5_000, 60_000]);
      }
      const revived = reviveState(saved, now());
      if (!revived.ok) throw new Error(revived.error.en);
      state = revived.value;
      lines.push(`${ms - bootedMs} restart`);
      continue;
    }
    if (what < (calm ? 0.08 : 0.2)) {
      play({ kind: "command", command: command(), now: now() });
      continue;
    }
    const findings = Array.from({ length: chance(0.2) ? 3 : 1 }, finding);
    const lateMs = pick([0, 0, 0, 100, 119_000, 121_000, 7_200_000]);
    const report = { ...reportAt(now(), ...findings), deviceAtMs: epochMs(now().wallMs - lateMs) };
    play({ kind: "report", report: store ? report : reportAt(now(), ...findings) });
  }
  lines.push(`= ${digest.digest("hex").slice(0, 32)}`);
  return lines;
};
