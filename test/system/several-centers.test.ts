/** Several centers are one center: whatever becomes of one of them, nothing is lost and nothing doubled. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasMosquitto } from "#gateway/uplinks/mosquitto.ts";
import { hasPostgres } from "../postgres-server.ts";
import { eventually } from "./eventually.ts";
import { startTwoCenters, type CenterProcess, type TwoCenters } from "./two-centers.ts";

let two: TwoCenters;
afterEach(() => two.close());

const homesNamed = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);

/** DESIGN: every alarm is shown somewhere within this. */
const shownWithinMs = 10_000;

/** Reports all homes and waits until each is shown at one of the centers. */
const reportAndSee = async (homes: readonly string[], ...at: CenterProcess[]): Promise<void> => {
  const from = performance.now();
  await Promise.all([
    ...homes.map(two.report),
    eventually(
      `shown: ${homes.join()}`,
      () => homes.every((home) => at.some((center) => center.page().has(home))),
      shownWithinMs,
    ),
  ]);
  process.stdout.write(`${homes[0]} …: shown in ${Math.round(performance.now() - from)} ms\n`);
};

const isShownStored = (center: CenterProcess, homes: readonly string[]): Promise<unknown> =>
  eventually(
    "shown as stored, with its case",
    () => homes.every((home) => center.page().get(home)?.case.id.startsWith("AJ-")),
    30_000,
  );

describe.skipIf(!hasPostgres() || !hasMosquitto)(
  "two centers (needs PostgreSQL, Mosquitto)",
  () => {
    beforeEach(async () => {
      two = await startTwoCenters();
      await Promise.all([two.a.openPage(), two.b.openPage()]);
    });

    test("one killed: the other shows every alarm within 10 s, each has one case", async () => {
      const { a, b } = two;
      await two.report("before");
      const homes = homesNamed("killed", 6);
      const seen = reportAndSee(homes, b);
      await a.signal("SIGKILL");
      await seen;
      await two.everyHomeOnce(["before", ...homes]);
    });

    test("one frozen: the other takes in what the broker gives to it; thawed, it changes nothing", async () => {
      const { a, b } = two;
      await a.signal("SIGSTOP");
      const homes = homesNamed("frozen", 8);
      await reportAndSee(homes, b);
      await a.signal("SIGCONT");
      await eventually("thawed", a.isReady);
      await two.everyHomeOnce(homes);
      await isShownStored(a, homes);
    });

    test("one cut off from the broker: the other goes on alone, and its pages see the same", async () => {
      const { a, b } = two;
      a.toBroker.swallow();
      const homes = homesNamed("no-broker", 6);
      await reportAndSee(homes, b);
      // What B commits A is told by the database.
      await isShownStored(a, homes);
      a.toBroker.mend();
      await two.everyHomeOnce(homes);
    });

    test("one cut off from the database: it hands over, and still shows what arrives, as not stored", async () => {
      const { a, b } = two;
      a.toDatabase.swallow();
      const homes = homesNamed("no-database", 6);
      await reportAndSee(homes, a);
      expect(a.page().get("no-database-1")).toMatchObject({ unstored: true, case: { id: "" } });
      await isShownStored(b, homes);
      await two.everyHomeOnce(homes);

      a.toDatabase.mend();
      await isShownStored(a, homes);
      expect(a.page().get("no-database-1")?.unstored).toBeUndefined();
      await eventually("ready again", a.isReady, 30_000);
    });

    test("neither sees the other: one without the database, one without the broker; then one case each", async () => {
      const { a, b } = two;
      a.toDatabase.swallow();
      b.toBroker.swallow();
      const homes = homesNamed("apart", 6);
      await reportAndSee(homes, a, b);
      a.toDatabase.mend();
      b.toBroker.mend();
      await two.everyHomeOnce(homes, 90_000);
      await isShownStored(a, homes);
      await isShownStored(b, homes);
    });

    test("the database gone for both: every alarm is shown, and stored once it is back", async () => {
      const { a, b } = two;
      a.toDatabase.swallow();
      b.toDatabase.swallow();
      const homes = homesNamed("nowhere", 4);
      await reportAndSee(homes, a, b);
      expect([a, b].map((one) => one.page().get("nowhere-1")?.unstored)).toContain(true);
      a.toDatabase.mend();
      b.toDatabase.mend();
      await two.everyHomeOnce(homes, 90_000);
      await isShownStored(a, homes);
    });
  },
);
