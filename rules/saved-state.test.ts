import { describe, expect, test } from "vitest";
import { bootId, userId } from "#domain/ids.ts";
import { epochMs, hours, minutes, seconds } from "#domain/quantity.ts";
import type { Instant } from "#domain/time.ts";
import { adjustLimits } from "#rules/limits/adjust.ts";
import { defaultLimits } from "#rules/limits/sets.ts";
import {
  co,
  defaultRules,
  fault,
  instant,
  lel,
  noLevel,
  openBench,
  says,
  verdict,
} from "#test/compliance/timetable.ts";
import { demandOf } from "./protection/demand.ts";
import { reviveState, saveState, step, type DetectorState } from "./step.ts";
import { lastHeard } from "./state.ts";

const nextBoot = bootId("boot-two-2026");

/** `atSeconds` of true time, on a machine that booted again at `bootedAtSeconds`. */
const afterReboot = (atSeconds: number, bootedAtSeconds: number): Instant => {
  const { wallMs } = instant(atSeconds);
  return { ...instant(atSeconds - bootedAtSeconds, nextBoot), wallMs };
};

const rules24 = { ...defaultRules, silenceAfter: hours(24) };

const revive = (state: DetectorState, now: Instant): DetectorState => {
  const revived = reviveState(saveState(state), now);
  if (!revived.ok) throw new Error(revived.error.en);
  return revived.value;
};

describe("a restart", () => {
  test("at 29 s of a 30 s delay alarms at 30 s ± 1 s", () => {
    const limits = adjustLimits(defaultLimits, { gas: { lowDelaySeconds: 30 } });
    if (!limits.ok) throw new Error("limits");
    const home = openBench({ limits: limits.value, silenceAfter: seconds(180) });
    home.says(100, lel(12));
    home.says(129, lel(12));
    const revived = revive(home.state, afterReboot(129.5, 129.4));
    const tick = (at: number) =>
      step(
        revived,
        { kind: "tick", now: afterReboot(at, 129.4) },
        {
          limits: limits.value,
          silenceAfter: seconds(180),
        },
      );
    expect(tick(129.9).events).toEqual([]);
    expect(tick(130.01).events.map((event) => event.rule)).toEqual(["combustible"]);
  });

  test("keeps an open alarm, its name and its sounding", () => {
    const home = openBench();
    home.says(100, lel(25));
    const revived = revive(home.state, afterReboot(140, 130));
    const quiet = step(revived, { kind: "tick", now: afterReboot(140, 130) }, defaultRules);
    expect(quiet.events).toEqual([]);
    expect(quiet.sounding).toBe("gas");
    expect(quiet.state.alarms.episodes[0]?.id).toBe(home.events[0]?.episode);
  });

  test("keeps since when a signature is owed to an alarm that has grown worse", () => {
    const home = openBench();
    home.says(0, lel(12));
    home.wait(6);
    home.does(10, { kind: "acknowledge", rule: "combustible", by: userId("李敏") });
    home.says(600, lel(21));
    // Booted again at 620 s: what was 600 is 20 s before that clock's zero.
    const revived = revive(home.state, afterReboot(640, 620));
    expect(demandOf(home.state).unsignedSinceMs).toBe(600_000);
    expect(demandOf(revived).unsignedSinceMs).toBe(-20_000);
  });

  test("keeps the dose, and fills the outage with the last level for five minutes at most", () => {
    const home = openBench();
    for (let minute = 0; minute <= 10; minute += 1) home.says(minute * 60, co(100));
    const revived = revive(home.state, afterReboot(1_200, 1_190));
    const { state } = step(revived, { kind: "tick", now: afterReboot(1_200, 1_190) }, defaultRules);
    expect(state.memory.co?.built).toBeCloseTo(15 / 25, 5);
    expect(state.memory.co?.incomplete).toBe(true);
  });

  test("with a clock that went back takes no time to have passed, and says so in the dose", () => {
    const home = openBench();
    home.says(0, co(100));
    home.says(600, co(100));
    const early = { ...instant(5, nextBoot), wallMs: instant(-86_400).wallMs };
    const revived = revive(home.state, early);
    expect(revived.memory.co?.built).toBeCloseTo(0.2, 5);
    expect(revived.memory.co?.incomplete).toBe(true);
  });

  test.each(["1970", "an hour ago"])(
    "with a clock that says %s makes no hold and no hush of a detector long unheard last longer",
    (clock) => {
      const home = openBench({ limits: defaultLimits, silenceAfter: hours(24) });
      home.says(0, verdict("co", true, "low"));
      const now = instant(10_800);
      const by = userId("李敏");
      const person = { by, reason: "到场处理" } as const;
      const hush = { kind: "hush", duration: minutes(10), confirmedOnSite: true } as const;
      const shelve = { kind: "shelve", rule: "battery-low", duration: hours(8) } as const;
      let { state } = home;
      for (const command of [
        { ...hush, ...person },
        { ...shelve, ...person },
      ]) {
        const done = step(state, { kind: "command", command, now }, rules24);
        expect(done.refused).toBeUndefined();
        ({ state } = done);
      }
      const wallMs = epochMs(clock === "1970" ? 5_000 : now.wallMs - 3_600_000);
      const booted = { ...instant(5, nextBoot), wallMs };
      const revived = step(revive(state, booted), { kind: "tick", now: booted }, rules24);
      expect(revived.sounding).toBe("none");
      const later = (minute: number): Instant => instant(5 + minute * 60, nextBoot);
      const at = (minute: number) =>
        step(revived.state, { kind: "tick", now: later(minute) }, rules24);
      expect(at(10)).toMatchObject({ sounding: "co", actions: [{ kind: "hush-expired" }] });
      expect(at(480).actions.map(({ kind }) => kind)).toContain("shelving-expired");
    },
  );

  test("is no silence of the detector, but a silence that was told stays until it is heard", () => {
    const home = openBench();
    home.says(0, says("power-loss"), co(0));
    const revived = revive(home.state, afterReboot(5_000, 4_990));
    const at = (seconds: number) => ({ kind: "tick", now: afterReboot(seconds, 4_990) }) as const;
    expect(step(revived, at(5_100), defaultRules).events).toEqual([]);
    expect(step(revived, at(5_181), defaultRules).events).toHaveLength(1);

    home.wait(400);
    const silent = revive(home.state, afterReboot(5_000, 4_990));
    expect(step(silent, at(5_100), defaultRules).events).toEqual([]);
    expect(silent.alarms.episodes.map((episode) => episode.rule)).toContain("silence");
  });

  test("in the middle of life, a new boot id is bridged in the same way", () => {
    const home = openBench();
    home.says(100, lel(25));
    const result = step(home.state, { kind: "tick", now: afterReboot(130, 129) }, defaultRules);
    expect(result.state.boot).toBe(nextBoot);
    expect(result.sounding).toBe("gas");
  });
});

describe("the saved text", () => {
  test("gives back every part of a busy state", () => {
    const home = openBench();
    home.says(0, lel(25), co(400), says("battery-low"), says("self-test"), verdict("co", true));
    home.says(5, noLevel("sentinel", "lpg"), noLevel("warming-up", "hydrogen"), fault("malformed"));
    const sameBoot = revive(home.state, lastHeard(home.state));
    expect({ ...sameBoot, heard: true, wakeAtMs: 0 }).toEqual({ ...home.state, wakeAtMs: 0 });
  });

  test.each(["", "{}", "[]", "null", '{"version":2}', "not json"])(
    "%j is refused in words",
    (text) => {
      const result = reviveState(text, instant(0));
      expect(result).toMatchObject({ ok: false });
      if (!result.ok) expect(result.error.zh).toContain("无法读取");
    },
  );
});
