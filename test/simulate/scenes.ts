/** Sequences that chance seldom finds: each makes one way of losing something likely. */
import type { Random } from "./random.ts";
import type { Step } from "./script.ts";

export type Scene = (random: Random) => readonly Step[];

const wait = (ms: number): Step => ({ do: "wait", ms });
const calm = { duplicates: 0.02, losses: 0, receiptLosses: 0, delayMs: 20 };
const workingAgain: readonly Step[] = [
  { do: "card", trouble: "well" },
  { do: "database", trouble: "well" },
  { do: "weather", weather: calm },
  { do: "line", line: "up" },
];

const detectors = [0, 1, 2, 3] as const;
const others = (one: number): readonly number[] => detectors.filter((other) => other !== one);

/** A card that lied gives numbers again that the center has, and the records under them get lost. */
const numbersGivenAgain: Scene = (random) => {
  const first = random.pick(detectors);
  return [
    ...workingAgain,
    { do: "says", detector: first, words: "well" },
    wait(12_000),
    { do: "says", detector: first, words: "own CO alarm" },
    wait(random.between(300, 900)),
    { do: "line", line: "down" },
    { do: "power cut", downMs: random.between(0, 500), lost: random.between(4, 5) },
    wait(random.between(200, 900)),
    ...others(first).map((detector): Step => ({ do: "says", detector, words: "CO 400 ppm" })),
    wait(random.between(1_200, 1_800)),
    // All of it is sent into nothing; then a status gets through before anything is sent again.
    { do: "line", line: "half-open" },
    wait(random.between(1_200, 2_500)),
    { do: "line", line: "up" },
    wait(random.between(6_000, 9_000)),
  ];
};

/** The disk refuses a `returned`, it is sent all the same, and the gateway starts without it. */
const forgottenReturn: Scene = (random) => {
  const detector = random.pick(detectors);
  return [
    ...workingAgain,
    { do: "says", detector, words: "well" },
    wait(12_000),
    { do: "says", detector, words: "own CO alarm" },
    wait(random.between(800, 1_500)),
    { do: "card", trouble: "full" },
    { do: "says", detector, words: "well" },
    wait(random.between(31_000, 34_000)),
    { do: "kill", downMs: random.between(0, 500) },
    { do: "card", trouble: "well" },
    wait(random.between(100, 900)),
    { do: "says", detector, words: "own CO alarm" },
    wait(random.between(100, 3_000)),
  ];
};

/** What two short lives say of a standing alarm is held up until their successor has ended it. */
const lateWords: Scene = (random) => {
  const detector = random.pick(detectors);
  const shortLife: readonly Step[] = [
    { do: "weather", weather: { ...calm, delayMs: 9_000 } },
    { do: "power cut", downMs: 0, lost: 0 },
    wait(random.between(100, 200)),
    { do: "weather", weather: calm },
  ];
  return [
    ...workingAgain,
    { do: "says", detector, words: "own CO alarm" },
    wait(12_000),
    ...shortLife,
    ...shortLife,
    { do: "power cut", downMs: 0, lost: 0 },
    wait(random.between(200, 400)),
    { do: "says", detector, words: "well" },
    wait(9_000),
  ];
};

export const scenes = { numbersGivenAgain, forgottenReturn, lateWords } as const;
