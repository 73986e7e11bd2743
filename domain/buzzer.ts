import type { Gas } from "./gas.ts";

/**
 * T3: three half-second tones, 1.5 s pause (gas, smoke). T4: four 0.1 s tones, 5 s pause (CO).
 * Source: NFPA 72 and UL 2034 patterns, `docs/standards.md` §4.4.
 */
export type BuzzerPattern = "t3" | "t4";

/** Why it sounds, shown in words on every sounding device and record. */
export const buzzerCauses = ["always", "link-lost", "no-receipt", "no-ack", "dead-man"] as const;
export type BuzzerCause = (typeof buzzerCauses)[number];

/** What a buzzer shall do. Actuators follow state: setting twice is harmless. */
export type BuzzerCommand =
  | { readonly state: "off" }
  | { readonly state: "on"; readonly pattern: BuzzerPattern; readonly cause: BuzzerCause };

export const patternFor = (gas: Gas): BuzzerPattern => (gas === "co" ? "t4" : "t3");

/** What the judgement of one detector asks of the buzzers that serve it; CO outranks gas. */
export type Sounding = "none" | "gas" | "co";
