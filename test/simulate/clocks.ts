/** What a seed makes of the clocks: boots in 1970, years gained and lost, quartz that is off. */
import type { ClockQuality } from "./machine.ts";
import type { Random } from "./random.ts";
import type { Step } from "./script.ts";

const hourMs = 3_600_000;
const yearMs = 8_766 * hourMs;

/** A time server is reached, or lies. */
export const setClock = (random: Random): Step => {
  const whose = random.pick<"gateway" | "center">(["gateway", "gateway", "center"]);
  if (random.chance(0.6)) return { do: "clock right", whose };
  const byMs = random.pick([-5 * yearMs, -yearMs, -hourMs, hourMs, yearMs, 5 * yearMs]);
  return { do: "clock", whose, byMs };
};

/** Ordinary quartz, a hot attic, and a virtual machine that is starved. */
export const clockQuality = (random: Random): ClockQuality => ({
  keepsTime: random.chance(0.4),
  driftPpm: random.pick([-1, 1]) * random.pick([20, 200, 5_000]),
});
