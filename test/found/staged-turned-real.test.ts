/** What began as a test or a drill and turned out to be real: what becomes of the staged case. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCaseGround, type CaseGround } from "../../center/cases/case-ground.testing.ts";
import { createCase } from "../../center/cases/create-case.ts";
import { newSqlite } from "../../center/open-ground.testing.ts";

const minute = 60_000;
const staged = "AJ-000001";
const real = "AJ-000002";

let ground: CaseGround;
beforeEach(async () => {
  ground = await openCaseGround(newSqlite);
});
afterEach(() => ground.close());

const turnsReal = (episode = "a") =>
  ground.alarm({ episode, detector: episode, kind: "worsened", priority: 1 });

test("a staged case whose alarms have all turned out to be real ends by itself and says where they are", async () => {
  await ground.alarm({ episode: "a", detector: "a", test: true });
  await ground.alarm({ episode: "b", detector: "b", test: true });
  await turnsReal("a");
  expect((await ground.detail(staged)).case.state).toBe("reported");
  await turnsReal("b");
  const { case: ended, timeline } = await ground.detail(staged);
  expect(ended).toMatchObject({ state: "voided", alarms: 0 });
  expect(timeline.at(-1)).toMatchObject({ actor: "system", action: "void", step: "T26b" });
  expect(timeline.at(-1)?.text?.en).toContain(real);
  expect(await ground.store.db.selectFrom("timers").select("case_id").distinct().execute()).toEqual(
    [{ case_id: real }],
  );
});

test("also one that somebody works on, who is told that it is real", async () => {
  await ground.alarm({ episode: "a", detector: "a", priority: 1, drill: true });
  await ground.act("li", "accept");
  await ground.act("li", "dispatch", { assignee: "wang" });
  await ground.act("wang", "take");
  await turnsReal();
  expect((await ground.detail(staged)).case.state).toBe("voided");
  const rung = (await ground.pages()).filter(({ clock }) => clock === "ring");
  expect(rung).toMatchObject([{ case_id: real, person: "wang", staged: 0 }]);
});

test("one that holds a report of somebody's stays theirs to end", async () => {
  await ground.alarm({ episode: "a", detector: "a", drill: true });
  const { home, area } = await ground.store.db
    .selectFrom("cases")
    .select(["home", "area_path as area"])
    .executeTakeFirstOrThrow();
  await ground.store.write((tx) =>
    createCase(
      tx,
      {
        source: "staff",
        kind: "smell",
        priority: 3,
        by: "li",
        area,
        home,
        place: "?",
        drill: true,
      },
      ground.nowMs(),
    ),
  );
  await turnsReal();
  expect((await ground.detail(staged)).case.state).toBe("reported");
  await ground.pass(minute);
  expect((await ground.pages()).map(({ case_id }) => case_id)).toContain(staged);
});
