/** What a seed makes happen: a list of steps, written before anything runs. */
import type { CardTrouble } from "./card.ts";
import { clockQuality, setClock } from "./clocks.ts";
import { goodClock, type ClockQuality } from "./machine.ts";
import type { Line, Weather } from "./network.ts";
import { createRandom, type Random } from "./random.ts";
import { scenes, type Scene } from "./scenes.ts";
import type { DatabaseTrouble, Death } from "./street-center.ts";

/** What can go wrong in a story; each seed has its own mixture. */
export const faultClasses = [
  "kill",
  "power cut",
  "lost writes",
  "disk full",
  "I/O error",
  "slow disk",
  "clock jump",
  "line cut",
  "half-open line",
  "duplicates",
  "reordering",
  "lost messages",
  "lost receipts",
  "center killed",
  "database failing",
  "buzzer broken",
  "clock adrift",
] as const;
export type FaultClass = (typeof faultClasses)[number];

/** What a detector says, in the native form. */
export const words = {
  well: '{"co_ppm":2,"ch4_lel":0,"status":[]}',
  "well, levels only": '{"co_ppm":3,"ch4_lel":0}',
  "own CO alarm": '{"co_ppm":80,"status":["alarm"]}',
  "own gas alarm": '{"ch4_lel":5,"status":["alarm"]}',
  "CO 400 ppm": '{"co_ppm":400,"status":[]}',
  "CO 120 ppm": '{"co_ppm":120,"status":[]}',
  "gas 12 %LEL": '{"ch4_lel":12,"status":[]}',
  "gas 35 %LEL": '{"ch4_lel":35,"status":[]}',
  garbage: '{"co_ppm":',
  sentinel: '{"co_ppm":65535}',
  "no value": '{"co_ppm":null}',
  "warming up": '{"status":["warming-up"]}',
  "sensor broken": '{"co_ppm":null,"status":["sensor-fault"]}',
  "battery low": '{"co_ppm":3,"status":["battery-low"]}',
  "self-test": '{"co_ppm":3,"status":["self-test"]}',
  "alarm in self-test": '{"co_ppm":3,"status":["self-test","alarm"]}',
} as const;
export type Words = keyof typeof words;

export type Step =
  | { readonly do: "says"; readonly detector: number; readonly words: Words }
  /** The device does not know that it was heard and sends its last message again. */
  | { readonly do: "repeats"; readonly detector: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "kill"; readonly downMs: number }
  /** Another boot. `lost`: answered commits the card had not kept. */
  | { readonly do: "power cut"; readonly downMs: number; readonly lost: number }
  | { readonly do: "card"; readonly trouble: CardTrouble }
  | { readonly do: "line"; readonly line: Line }
  | { readonly do: "weather"; readonly weather: Weather }
  | { readonly do: "center dies"; readonly when: Death | "now"; readonly downMs: number }
  | { readonly do: "database"; readonly trouble: DatabaseTrouble }
  | { readonly do: "clock"; readonly whose: "gateway" | "center"; readonly byMs: number }
  | { readonly do: "clock right"; readonly whose: "gateway" | "center" }
  | { readonly do: "buzzers"; readonly work: boolean }
  | { readonly do: "sign" };

export interface Script {
  readonly seed: number;
  readonly drill: boolean;
  readonly faults: readonly FaultClass[];
  readonly clocks: { readonly gateway: ClockQuality; readonly center: ClockQuality };
  readonly steps: readonly Step[];
}

export interface ScriptOptions {
  /** All by default, each in half of the seeds. */
  readonly faults?: readonly FaultClass[];
  /** At least so many steps; 50 to 110 by default. */
  readonly steps?: number;
  /** What it ends with; seldom, any of them comes in between. */
  readonly ending?: Scene;
  /**
   * Without what came later, so that the seeds in `found.simulate.ts` stay what they were: scenes
   * and strangers came together, clocks adrift after them.
   */
  readonly olderThan?: "scenes" | "clocks";
}

/** The last is registered nowhere. */
export const detectorNames = ["kitchen", "bath", "boiler-room", "attic", "stranger"] as const;
const stranger = 4;

export const writeScript = (seed: number, options: ScriptOptions = {}): Script => {
  const random = createRandom(seed, "script");
  const scenery = createRandom(seed, "scenes");
  const clocks = createRandom(seed, "clocks");
  const faults = options.faults ?? chosenFaults(random, clocks, options);
  const drill = random.chance(0.3);
  const length = options.steps ?? random.between(50, 110);
  const troubles = troublesOf(faults);
  const isNew = options.olderThan !== "scenes";
  const isAdrift = faults.includes("clock adrift");
  const steps: Step[] = [];
  while (steps.length < length) {
    if (isNew && scenery.chance(0.01)) steps.push(...sceneFor(scenery, faults));
    if (isAdrift && clocks.chance(0.05)) steps.push(setClock(clocks));
    const happening =
      random.chance(0.3) && troubles.length > 0 ? random.weigh(troubles)(random) : life(random);
    const byStranger = isNew && "detector" in happening && scenery.chance(0.08);
    steps.push(byStranger ? { ...happening, detector: stranger } : happening);
    const ms = pause(random);
    if (ms > 0) steps.push({ do: "wait", ms });
  }
  steps.push(...(options.ending?.(scenery) ?? []));
  const quality = isAdrift
    ? { gateway: clockQuality(clocks), center: { ...clockQuality(clocks), keepsTime: true } }
    : { gateway: goodClock, center: goodClock };
  return { seed, drill, faults, clocks: quality, steps };
};

/** Each in half of the seeds. What came last is drawn by itself, so that the others stay. */
const chosenFaults = (
  random: Random,
  clocks: Random,
  { olderThan }: ScriptOptions,
): readonly FaultClass[] => {
  const chosen = faultClasses.filter((one) => one !== "clock adrift" && random.chance(0.5));
  return olderThan === undefined && clocks.chance(0.5) ? [...chosen, "clock adrift"] : chosen;
};

const sceneFor = (random: Random, faults: readonly FaultClass[]): readonly Step[] => {
  if (faults.includes("lost writes") && faults.includes("lost messages")) {
    return scenes.numbersGivenAgain(random);
  }
  return faults.includes("disk full") && faults.includes("kill")
    ? scenes.forgottenReturn(random)
    : [];
};

/** Often nothing, so that things meet; seldom long enough for silence and overdue receipts. */
const pause = (random: Random): number =>
  random.weigh([
    [4, 0],
    [4, random.between(1, 60)],
    [4, random.between(100, 1_500)],
    [1, random.between(2_000, 12_000)],
    [0.15, random.between(15_000, 70_000)],
  ]);

const someone = (random: Random): number =>
  random.weigh([
    [4, 0],
    [3, 1],
    [2, 2],
    [1, 3],
  ]);

const life = (random: Random): Step =>
  random.weigh<() => Step>([
    [10, () => ({ do: "says", detector: someone(random), words: saying(random) })],
    [2, () => ({ do: "repeats", detector: someone(random) })],
    [0.7, () => ({ do: "sign" })],
  ])();

const saying = (random: Random): Words =>
  random.weigh([
    [7, "well"],
    [1, "well, levels only"],
    [4, "own CO alarm"],
    [2, "own gas alarm"],
    [2, "CO 400 ppm"],
    [1, "CO 120 ppm"],
    [1, "gas 12 %LEL"],
    [2, "gas 35 %LEL"],
    [1, "garbage"],
    [1, "sentinel"],
    [0.5, "no value"],
    [0.7, "warming up"],
    [0.7, "sensor broken"],
    [0.7, "battery low"],
    [1, "self-test"],
    [1, "alarm in self-test"],
  ]);

type Making = (random: Random) => Step;

const down = (random: Random): number =>
  random.weigh([
    [3, random.between(0, 300)],
    [3, random.between(300, 5_000)],
    [1, random.between(5_000, 40_000)],
  ]);

const card =
  (...troubles: readonly [CardTrouble, ...CardTrouble[]]): Making =>
  (random) => ({ do: "card", trouble: random.chance(0.45) ? "well" : random.pick(troubles) });

const jumps = [
  -86_400_000, -3_600_000, -61_000, -1_500, 1_500, 61_000, 3_600_000, 86_400_000,
] as const;

const makingByFault: Partial<Record<FaultClass, Making>> = {
  kill: (random) => ({ do: "kill", downMs: down(random) }),
  "power cut": (random) => ({ do: "power cut", downMs: down(random), lost: 0 }),
  "lost writes": (random) => ({
    do: "power cut",
    downMs: down(random),
    lost: random.between(1, 3),
  }),
  "disk full": card("full"),
  "I/O error": card("io-error", "hiccup"),
  "slow disk": card("slow", "stalled"),
  "clock jump": (random) => ({
    do: "clock",
    whose: random.pick(["gateway", "gateway", "center"]),
    byMs: random.pick(jumps),
  }),
  "line cut": (random) => ({ do: "line", line: random.chance(0.6) ? "up" : "down" }),
  "half-open line": (random) => ({ do: "line", line: random.pick(["up", "down", "half-open"]) }),
  "center killed": (random) => ({
    do: "center dies",
    when: random.pick(["now", "before-commit", "after-commit"]),
    downMs: down(random),
  }),
  "database failing": (random) => ({
    do: "database",
    trouble: random.pick(["well", "well", "failing", "stalled", "hiccup"]),
  }),
  "buzzer broken": (random) => ({ do: "buzzers", work: random.chance(0.5) }),
};

/** All four of the wire's together are its weather. */
const weatherOf =
  (faults: readonly FaultClass[]): Making =>
  (random) => {
    const some = (fault: FaultClass, highest: number): number =>
      faults.includes(fault) && random.chance(0.6) ? random.between(1, highest) / 100 : 0;
    return {
      do: "weather",
      weather: {
        duplicates: 0.02 + some("duplicates", 60),
        losses: some("lost messages", 40),
        receiptLosses: some("lost receipts", 90),
        delayMs:
          faults.includes("reordering") && random.chance(0.6) ? random.between(50, 9_000) : 20,
      },
    };
  };

const troublesOf = (faults: readonly FaultClass[]): readonly (readonly [number, Making])[] => {
  const makings = faults.flatMap((fault): (readonly [number, Making])[] => {
    const making = makingByFault[fault];
    return making === undefined ? [] : [[1, making]];
  });
  const hasWeather = faults.some((fault) => makingByFault[fault] === undefined);
  return hasWeather ? [...makings, [2, weatherOf(faults)]] : makings;
};

/** A step in words, for the timetable of a failure. */
export const describeStep = (step: Step): string => {
  switch (step.do) {
    case "says":
      return `${detectorNames[step.detector]} says "${step.words}"`;
    case "repeats":
      return `${detectorNames[step.detector]} repeats itself`;
    case "wait":
      return `${step.ms} ms pass`;
    case "kill":
      return `the gateway is killed, back after ${step.downMs} ms`;
    case "power cut":
      return `power cut at the gateway for ${step.downMs} ms, ${step.lost} answered commits lost`;
    case "card":
      return `the card is ${step.trouble}`;
    case "line":
      return `the line is ${step.line}`;
    case "weather":
      return `the wire: ${JSON.stringify(step.weather)}`;
    case "center dies":
      return `the center dies ${step.when}, back after ${step.downMs} ms`;
    case "database":
      return `the center's database is ${step.trouble}`;
    case "clock":
      return `the ${step.whose}'s wall clock jumps by ${step.byMs / 1_000} s`;
    case "clock right":
      return `the ${step.whose}'s wall clock is put right`;
    case "buzzers":
      return step.work ? "the buzzers confirm again" : "the buzzers do not confirm";
    case "sign":
      return "somebody signs for an alarm";
  }
};
