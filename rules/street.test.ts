import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlarmEvent } from "#domain/alarm.ts";
import { detectorId, episodeId, eventId } from "#domain/ids.ts";
import { co, defaultRules, instant, lel, openBench, reportAt } from "#test/compliance/timetable.ts";
import { initialState, step } from "./step.ts";
import { openStreet, stepStreet, type Home, type StreetEvent, type StreetInput } from "./street.ts";

const home = (room: string, building = "2", riser = "1", floor = room.slice(0, 1)): Home => ({
  detector: detectorId(`${building}-${room}`),
  link: "gw-03",
  model: "JT-CO-3",
  address: { text: `喜安${building}-${room}`, community: "喜安", building, riser, floor, room },
});

const homes = [
  home("101"),
  home("201"),
  home("202", "2", "2"),
  home("301"),
  home("401"),
  home("501"),
  home("601"),
  home("101", "7"),
];

const template = openBench().says(0, co(400))[0];
if (template === undefined) throw new Error("no template");

const raised = (one: Home | undefined, change: Partial<AlarmEvent> = {}): AlarmEvent => {
  const detector = one?.detector ?? detectorId("stranger");
  const episode = episodeId(`${detector}:${change.rule ?? "co"}:boot:1`);
  return { ...template, detector, episode, id: eventId(`${episode}#1`), ...change };
};

const openScene = () => {
  let state = openStreet(homes);
  const events: StreetEvent[] = [];
  const put = (input: StreetInput) => {
    const result = stepStreet(state, input);
    ({ state } = result);
    events.push(...result.events);
    return result;
  };
  return {
    put,
    events,
    at: (second: number, ...alarms: readonly AlarmEvent[]) =>
      put({ kind: "events", events: alarms, at: instant(second) }),
    told: () => events.map((event) => `${event.kind} ${event.group}`),
  };
};

describe("homes that rise together", () => {
  test("two on one riser within ten minutes name the flue, urgently, even as pre-alarms", () => {
    const scene = openScene();
    scene.at(0, raised(homes[0], { priority: 2 }));
    scene.at(400, raised(homes[3], { priority: 2 }));
    expect(scene.told()).toEqual(["shared-cause riser:喜安/2/1"]);
    expect(scene.events[0]).toMatchObject({ priority: 1, members: ["2-101", "2-301"] });
    expect(scene.events[0]?.text.zh).toContain("烟道");
  });

  test("two detectors of one flat are one home, and count as one beside another", () => {
    const bath: Home = { ...home("101"), detector: detectorId("2-101-bath") };
    let state = openStreet([...homes, bath]);
    const told: string[] = [];
    for (const [second, one] of [homes[0], bath, homes[3]].entries()) {
      const at = instant(second);
      const next = stepStreet(state, { kind: "events", events: [raised(one)], at });
      ({ state } = next);
      told.push(
        ...next.events.map(({ text, members }) => `${second} ${members.length} ${text.en}`),
      );
    }
    expect(told).toEqual([
      expect.stringMatching(/^2 3 Carbon monoxide rises in 2 homes on one flue/),
    ]);
  });

  test("where no address names the flat, each detector is a home of its own", () => {
    const address = { text: "喜安2栋1单元", community: "喜安", building: "2", riser: "1" };
    const two = ["a", "b"].map((name): Home => ({
      detector: detectorId(name),
      link: "l",
      address,
    }));
    const at = instant(0);
    const { events } = stepStreet(openStreet(two), {
      kind: "events",
      events: two.map((one) => raised(one)),
      at,
    });
    expect(events.map(({ kind }) => kind)).toEqual(["shared-cause"]);
  });

  test("two on one floor name the floor; other risers, other houses and other gases do not", () => {
    const scene = openScene();
    scene.at(0, raised(homes[1]));
    scene.at(10, raised(homes[7]));
    scene.at(20, raised(homes[0], { alarmClass: "gas", rule: "combustible" }));
    expect(scene.told()).toEqual([]);
    scene.at(30, raised(homes[2]));
    expect(scene.told()).toEqual(["shared-cause floor:喜安/2/2"]);
  });

  test("one of them held back until it was severe: the flue is named when it breaks through", () => {
    const scene = openScene();
    const shelved = { by: "shelved", who: "li", reason: "换传感器" } as const;
    scene.at(0, raised(homes[0], { priority: 2, held: shelved }));
    scene.at(30, raised(homes[3]));
    expect(scene.told()).toEqual([]);
    scene.at(60, raised(homes[0], { kind: "worsened" }));
    expect(scene.told()).toEqual(["shared-cause riser:喜安/2/1"]);
  });

  test("a third home is told, the same one again is not", () => {
    const scene = openScene();
    scene.at(0, raised(homes[0]), raised(homes[3]));
    scene.at(10, raised(homes[0], { rule: "over-range" }));
    expect(scene.events).toHaveLength(1);
    scene.at(20, raised(homes[4]));
    expect(scene.events.at(-1)).toMatchObject({ members: ["2-101", "2-301", "2-401"] });
  });

  test("eleven minutes apart is not together", () => {
    const scene = openScene();
    scene.at(0, raised(homes[0]));
    scene.at(660, raised(homes[3]));
    expect(scene.told()).toEqual([]);
  });
});

describe("a storm", () => {
  test("of more than five in one building rolls up and keeps every member", () => {
    const scene = openScene();
    for (const [index, one] of homes.slice(0, 6).entries()) {
      scene.at(index * 10, raised(one, { alarmClass: "power", rule: "power-loss" }));
    }
    expect(scene.told()).toEqual(["storm-begun link:gw-03", "storm-begun building:喜安/2"]);
    expect(scene.events[1]?.members).toHaveLength(6);
    scene.at(100, raised(homes[6], { alarmClass: "power", rule: "power-loss" }));
    expect(scene.events.findLast((event) => event.group === "building:喜安/2")).toMatchObject({
      kind: "storm-grew",
      members: ["2-601"],
      alarms: 7,
    });
    scene.put({ kind: "tick", at: instant(1_000) });
    const over = scene.events.find(
      (event) => event.group === "building:喜安/2" && event.kind === "storm-ended",
    );
    expect(over?.members).toHaveLength(7);
  });

  test("at the desk is a flood above ten in ten minutes and ends below five", () => {
    const scene = openScene();
    const stranger = (second: number) =>
      raised(undefined, { detector: detectorId(`s${second}`), alarmClass: "fault" });
    for (let second = 0; second < 110; second += 10) scene.at(second, stranger(second));
    expect(scene.told()).toEqual(["flood-begun desk"]);
    expect(scene.events[0]?.alarms).toBe(11);
    scene.put({ kind: "tick", at: instant(650) });
    expect(scene.told()).toHaveLength(1);
    scene.put({ kind: "tick", at: instant(665) });
    expect(scene.told().at(-1)).toBe("flood-ended desk");
  });

  test("tests, worsenings and what is held back are no crowd", () => {
    const scene = openScene();
    for (const one of homes) {
      scene.at(0, raised(one, { test: true }));
      scene.at(0, raised(one, { kind: "worsened", episode: episodeId("counted long ago") }));
      scene.at(0, raised(one, { held: { by: "late", who: "history", reason: "history" } }));
    }
    expect(scene.told()).toEqual([]);
  });

  const shelved = { by: "shelved", who: "li", reason: "换传感器" } as const;
  const silent = { alarmClass: "silence", rule: "silence" } as const;

  test("counts those that were held back, or a test, from when they ring", () => {
    const scene = openScene();
    const held = { ...silent, held: shelved };
    for (const one of homes.slice(0, 6)) scene.at(0, raised(one, held));
    expect(scene.told()).toEqual([]);
    for (const one of homes.slice(0, 6))
      scene.at(700, raised(one, { ...silent, kind: "worsened" }));
    expect(scene.told()).toContain("storm-begun building:喜安/2");
    expect(scene.events.at(-1)?.members).toHaveLength(6);
  });

  test("counts each of them once, and none that was over before it rang", () => {
    const scene = openScene();
    for (const one of homes.slice(0, 6)) scene.at(0, raised(one, { ...silent, test: true }));
    scene.at(5, raised(homes[0], { ...silent, kind: "returned", test: true }));
    for (const one of homes.slice(0, 6)) {
      scene.at(10, raised(one, { ...silent, kind: "worsened" }));
      scene.at(20, raised(one, { ...silent, kind: "worsened" }));
    }
    expect(scene.told()).toEqual([]);
  });

  test("counts what was held back already when the last process ended", () => {
    const later = raised(homes[0], { kind: "worsened" });
    const state = openStreet(homes, [later.episode]);
    const events = [later, ...homes.slice(1, 6).map((one) => raised(one))];
    const told = stepStreet(state, { kind: "events", events, at: instant(0) }).events;
    expect(told.map(({ kind, group }) => `${kind} ${group}`)).toContain(
      "storm-begun building:喜安/2",
    );
  });

  test("5,000 alarms a minute for ten minutes are all kept, in a handful of events", () => {
    const scene = openScene();
    for (let second = 0; second < 600; second += 1) {
      const alarms = Array.from({ length: 83 }, (_, index) =>
        raised(homes[index % 7], { episode: episodeId(`e${second}-${index}`) }),
      );
      scene.at(second, ...alarms);
    }
    const begun = scene.events.filter((event) => event.kind.endsWith("begun"));
    expect(begun.length).toBeLessThanOrEqual(20);
    scene.put({ kind: "tick", at: instant(2_000) });
    const desk = scene.events.find((event) => event.kind === "flood-ended");
    expect(desk?.members).toHaveLength(7);
  });
});

describe("a link that is down", () => {
  test("is one event that names its homes, and suppresses their silence by design", () => {
    const scene = openScene();
    const { commands } = scene.put({ kind: "link", link: "gw-03", up: false, at: instant(0) });
    expect(scene.events).toMatchObject([{ kind: "link-down", priority: 2 }]);
    expect(scene.events[0]?.members).toHaveLength(8);
    expect(new Set(commands.map(({ command }) => command.kind))).toEqual(new Set(["suppress"]));
    expect(scene.put({ kind: "link", link: "gw-03", up: false, at: instant(5) }).events).toEqual(
      [],
    );
    const back = scene.put({ kind: "link", link: "gw-03", up: true, at: instant(60) });
    expect(back.events).toMatchObject([{ kind: "link-up" }]);
    expect(back.commands).toHaveLength(16);
  });

  test("never hides gas or CO of its homes, whatever is commanded", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("gw-03", "bus-1"), fc.boolean()), { maxLength: 10 }),
        fc.constantFrom(co(400), lel(25)),
        (changes, gas) => {
          const scene = openScene();
          let state = initialState(detectorId("2-101"), instant(0));
          let second = 0;
          for (const [link, up] of changes) {
            second += 1;
            const { commands } = scene.put({ kind: "link", link, up, at: instant(second) });
            for (const { detector, command } of commands) {
              if (detector !== state.detector) continue;
              const now = instant(second);
              ({ state } = step(state, { kind: "command", command, now }, defaultRules));
            }
          }
          const report = { ...reportAt(instant(second + 1), gas), detector: state.detector };
          const result = step(state, { kind: "report", report }, defaultRules);
          expect(result.events).toHaveLength(1);
          expect(result.events[0]?.held).toBeUndefined();
          expect(result.sounding).not.toBe("none");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("drift", () => {
  const day = (levels: readonly number[]): StreetInput => ({
    kind: "baselines",
    at: instant(86_400),
    baselines: levels.map((level, index) => ({
      detector: detectorId(`d${index}`),
      model: "JT-CO-3",
      gas: "co",
      level,
    })),
  });

  test("a quiet level far from the others of the model is told once, and once when it is over", () => {
    const scene = openScene();
    scene.put(day([0, 1, 0, 0.5, 1, 9]));
    scene.put(day([0, 1, 0, 0.5, 1, 10]));
    scene.put(day([0, 1, 0, 0.5, 1, 1]));
    expect(scene.told()).toEqual(["drift detector:d5", "drift-over detector:d5"]);
  });

  test("too few of a model, and differences within the resolution, say nothing", () => {
    const scene = openScene();
    scene.put(day([0, 0, 0, 9]));
    scene.put(day([0, 0, 0, 0, 0, 3]));
    expect(scene.told()).toEqual([]);
  });

  test("a model that is all over the place accuses nobody", () => {
    const scene = openScene();
    scene.put(day([0, 4, 8, 12, 16, 20, 2, 14]));
    expect(scene.told()).toEqual([]);
  });
});
