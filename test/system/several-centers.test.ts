/** Several centers are one center: whatever becomes of one of them, nothing is lost and nothing doubled. */
import { Client } from "pg";
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

const isShown = async (center: CenterProcess, homes: readonly string[]): Promise<number> => {
  const from = performance.now();
  await eventually(
    `shown: ${homes.join()}`,
    () => homes.every((home) => center.page().has(home)),
    shownWithinMs,
  );
  return Math.round(performance.now() - from);
};

const say = (what: string, tookMs: number): void => {
  process.stdout.write(`${what}: ${tookMs} ms\n`);
};

describe.skipIf(!hasPostgres() || !hasMosquitto)("two centers (needs PostgreSQL, Mosquitto)", () => {
  beforeEach(async () => {
    two = await startTwoCenters();
    await Promise.all([two.a.openPage(), two.b.openPage()]);
  });

  test("one killed: the other shows every alarm within 10 s, each has one case", async () => {
    const { a, b } = two;
    const homes = homesNamed("killed", 6);
    await two.report("before");
    await two.everyHomeOnce(["before"]);
    const reported = Promise.all(homes.map(two.report));
    await a.signal("SIGKILL");
    await reported;
    say("one killed, all shown at the other", await isShown(b, homes));
    await two.everyHomeOnce(["before", ...homes]);
  });

  test("one frozen: the other takes in what the broker gives to it; thawed, it changes nothing", async () => {
    const { a, b } = two;
    await a.signal("SIGSTOP");
    const homes = homesNamed("frozen", 8);
    await Promise.all(homes.map(two.report));
    say("one frozen, all shown at the other", await isShown(b, homes));
    await a.signal("SIGCONT");
    await eventually("thawed", a.isReady);
    await two.everyHomeOnce(homes);
    await isShown(a, homes);
  });
});
