/** Plays many seeds and explains the first that fail. */
import type { Store } from "#center/store/open-store.ts";
import { play, type Outcome } from "./play.ts";
import { endingFor, troubleFor, type Planted } from "./planted.ts";
import { faultClasses, writeScript, type FaultClass, type Script, type Step } from "./script.ts";

/**
 * From the environment: where to begin and how many; `SEEDS=1000000` is a night or two, and
 * `SHARD=2/8` plays the second of eight parts of them, on the second of eight machines.
 */
export const seedsFrom = (
  environment: Readonly<Record<string, string | undefined>>,
  usually: number,
): { readonly first: number; readonly count: number } => {
  const first = Number(environment["SEED"] ?? 1);
  const count = Number(environment["SEEDS"] ?? usually);
  const [part = 1, parts = 1] = (environment["SHARD"] ?? "1/1").split("/").map(Number);
  const each = Math.ceil(count / parts);
  const from = first + (part - 1) * each;
  return { first: from, count: Math.max(0, Math.min(each, first + count - from)) };
};

export interface Tally {
  readonly played: number;
  readonly failed: readonly { readonly seed: number; readonly story: string }[];
  readonly steps: number;
  readonly simulatedMs: number;
  readonly storiesWith: Readonly<Partial<Record<FaultClass, number>>>;
}

export const failuresToldAtMost = 3;

export const nothingPlayed: Tally = {
  played: 0,
  failed: [],
  steps: 0,
  simulatedMs: 0,
  storiesWith: {},
};

export const addTallies = (a: Tally, b: Tally): Tally => ({
  played: a.played + b.played,
  failed: [...a.failed, ...b.failed],
  steps: a.steps + b.steps,
  simulatedMs: a.simulatedMs + b.simulatedMs,
  storiesWith: Object.fromEntries(
    faultClasses.map((fault) => [fault, (a.storiesWith[fault] ?? 0) + (b.storiesWith[fault] ?? 0)]),
  ),
});

export const playSeeds = async (store: Store, seeds: Iterable<number>): Promise<Tally> => {
  const storiesWith: Partial<Record<FaultClass, number>> = {};
  const failed: { seed: number; story: string }[] = [];
  let played = 0;
  let steps = 0;
  let simulatedMs = 0;
  for (const seed of seeds) {
    const script = writeScript(seed);
    const outcome = await play(store, script);
    played += 1;
    steps += script.steps.length;
    simulatedMs += outcome.simulatedMs;
    for (const fault of script.faults) storiesWith[fault] = (storiesWith[fault] ?? 0) + 1;
    if (outcome.violation === undefined) continue;
    failed.push({ seed, story: await explain(store, script, outcome) });
    if (failed.length >= failuresToldAtMost) break;
  }
  return { played, failed, steps, simulatedMs, storiesWith };
};

/** What went wrong, how to see it again, and the shortest story found that shows it. */
const explain = async (store: Store, script: Script, outcome: Outcome): Promise<string> => {
  const short = await shorten(store, script, outcome.violation?.invariant);
  const { timetable } = await play(store, short);
  return [
    `seed ${script.seed}: ${outcome.violation?.invariant}: ${outcome.violation?.what}`,
    `replay: SEED=${script.seed} SEEDS=1 npm test -- --project simulate seeds.simulate`,
    `faults: ${script.faults.join(", ")}`,
    `shortened from ${script.steps.length} to ${short.steps.length} steps:`,
    ...timetable,
  ].join("\n");
};

const attemptsAtMost = 300;

/** Leaves out steps, larger pieces first, as long as the same invariant still breaks. */
export const shorten = async (
  store: Store,
  script: Script,
  invariant: string | undefined,
  planted?: Planted,
): Promise<Script> => {
  let steps: readonly Step[] = script.steps;
  let attempts = 0;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < steps.length && attempts < attemptsAtMost;) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      attempts += 1;
      const { violation } = await play(store, { ...script, steps: fewer }, planted);
      if (violation?.invariant === invariant) steps = fewer;
      else at += size;
    }
  }
  return { ...script, steps };
};

/** How many of the seeds notice a planted fault, and by which invariant. */
export const huntPlanted = async (
  store: Store,
  planted: Planted,
  seeds: readonly number[],
): Promise<{ readonly caught: number; readonly by: ReadonlyMap<string, number> }> => {
  const by = new Map<string, number>();
  let caught = 0;
  for (const seed of seeds) {
    const faults = troubleFor[planted] ?? faultClasses.filter((one) => one !== "lost writes");
    const ending = endingFor[planted];
    const written = writeScript(seed, {
      faults: ending === undefined ? faults : [],
      // A life before the scene may hold its alarm longer than the scene waits: one that chatters.
      steps: ending === undefined ? 250 : 0,
      ...(ending !== undefined && { ending }),
    });
    const { violation } = await play(
      store,
      { ...written, drill: planted === "drill unmarked" },
      planted,
    );
    if (violation === undefined) continue;
    caught += 1;
    by.set(violation.invariant, (by.get(violation.invariant) ?? 0) + 1);
  }
  return { caught, by };
};
