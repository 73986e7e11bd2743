import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NewDatabase } from "../open-ground.testing.ts";
import { grid, openCaseGround, type CaseGround } from "./case-ground.testing.ts";
import { createCase } from "./create-case.ts";
import { fireTimers } from "./fire-timers.ts";

const second = 1_000;
const minute = 60 * second;
/** Strictly in the order in which they are due. */
const oneByOne = { firstPages: 0, others: 1 };

/** Something that happens in the street. */
const happening = fc.oneof(
  fc.record({
    does: fc.constant("alarm" as const),
    home: fc.integer({ min: 0, max: 5 }),
    priority: fc.constantFrom(1, 2, 3, 4),
    drill: fc.boolean(),
  }),
  fc.record({
    does: fc.constantFrom("accept", "dispatch", "take", "arrive", "escalate", "upper_accept"),
    home: fc.integer({ min: 0, max: 5 }),
    who: fc.constantFrom("li", "wang", "sun", "wu"),
  }),
  // From the grid two levels up at once, when nobody has looked for long.
  fc.record({
    does: fc.constant("report" as const),
    home: fc.integer({ min: 0, max: 5 }),
    priority: fc.constantFrom(1, 2),
  }),
  fc.record({
    does: fc.constant("pass" as const),
    ms: fc.constantFrom(second, 30 * second, minute, 5 * minute, 24 * 60 * minute),
  }),
);
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

/** What clocks promise of a street in which many are due at once, on whichever database. */
export const clocksTogetherContract = (database: string, newDatabase: NewDatabase): void => {
  describe(`clocks together on ${database}`, { timeout: 120_000 }, () => {
    test("many at once do and say of every case what they do and say one by one", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 20 }), async (story) => {
          const many = await live(newDatabase, story, undefined);
          const single = await live(newDatabase, story, oneByOne);
          expect(many).toEqual(single);
        }),
        { numRuns: 15 },
      );
    });

    test("a first page does not wait behind the reminders of a storm, nor they behind first pages", async () => {
      const ground = await openCaseGround(newDatabase);
      for (let home = 0; home < 6; home += 1) await alarm(ground, { home, priority: 1 });
      await ground.fire();
      ground.sleep(minute);
      for (let home = 10; home < 16; home += 1) await alarm(ground, { home, priority: 1 });
      await fireTimers(ground.store, ground.nowMs(), { firstPages: 2, others: 2 });
      const told = (await ground.pages()).slice(6).map((page) => page.case_id);
      expect(told.toSorted()).toEqual(["AJ-000001", "AJ-000002", "AJ-000007", "AJ-000008"]);
      await ground.close();
    });

    test("an alarm that comes while a backlog of clocks is worked on does not wait for its end", async () => {
      const ground = await openCaseGround(newDatabase);
      const homes = Array.from({ length: 400 }, (_, home) => home);
      await Promise.all(homes.map((home) => alarm(ground, { home, priority: 1 })));
      const working = ground.fire();
      await setImmediate();
      await alarm(ground, { home: 400, priority: 1 });
      expect((await ground.pages()).length).toBeLessThan(400);
      await working;
      await ground.fire();
      expect(await ground.pages()).toHaveLength(401);
      await ground.close();
    });
  });
};

const alarm = (
  ground: CaseGround,
  { home, ...rest }: { readonly home: number; readonly priority: 1 | 2 | 3 | 4; drill?: boolean },
) =>
  ground.alarm({
    episode: `e${home}${rest.drill === true ? " drill" : ""}`,
    detector: `d${home}`,
    address: { text: `喜安社区${home}` },
    ...rest,
  });

/** Everything that became of it, case by case. */
const live = async (
  newDatabase: NewDatabase,
  story: readonly Happening[],
  atOnce: typeof oneByOne | undefined,
) => {
  const ground = await openCaseGround(newDatabase);
  const { store } = ground;
  // So that several cases are due in the same second from the beginning.
  for (const home of [0, 1, 2]) await alarm(ground, { home, priority: home === 2 ? 2 : 1 });
  for (const one of story) {
    await happen(ground, one);
    while ((await fireTimers(store, ground.nowMs(), atOnce)) > 0);
  }
  const events = await store.db.selectFrom("case_events").selectAll().orderBy("id").execute();
  const stream = await store.db
    .selectFrom("stream_events")
    .selectAll()
    .orderBy("position")
    .execute();
  const left = {
    cases: await store.db.selectFrom("cases").selectAll().orderBy("id").execute(),
    timers: await store.db
      .selectFrom("timers")
      .selectAll()
      .orderBy("case_id")
      .orderBy("clock")
      .execute(),
    // Numbered over all cases: only the order within one is the same.
    events: byCase(events.map(({ id: _id, ...event }) => event)),
    pages: byCase((await ground.pages()).map(({ id: _id, ...page }) => page)),
    shown: stream.map(({ kind, ref }) => (kind === "page" ? kind : `${kind} ${ref}`)).toSorted(),
  };
  await ground.close();
  return left;
};

const seen = ({ home, priority }: { readonly home: number; readonly priority: 1 | 2 }) =>
  ({
    source: "staff",
    kind: "smell",
    priority,
    level: "grid",
    by: "wang",
    area: grid,
    home: `address:gw-1/smell ${home}`,
    place: `喜安社区${home}`,
  }) as const;

const byCase = <Row extends { readonly case_id: string }>(rows: readonly Row[]) =>
  Object.fromEntries(Map.groupBy(rows, ({ case_id }) => case_id));

const happen = async (ground: CaseGround, one: Happening): Promise<void> => {
  switch (one.does) {
    case "pass":
      ground.sleep(one.ms);
      return;
    case "alarm":
      await alarm(ground, one);
      return;
    case "report":
      await ground.store.write((tx) => createCase(tx, seen(one), ground.nowMs()));
      return;
    default: {
      const cases = await ground.cases();
      const chosen = cases[one.home % cases.length];
      const input = one.does === "dispatch" ? { assignee: "wang" } : { reason: "a reason" };
      if (chosen !== undefined) await ground.act(one.who, one.does, input, { id: chosen.id });
    }
  }
};
