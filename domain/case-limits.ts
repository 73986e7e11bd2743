import type { Clause } from "./alarm.ts";
import type { SceneReading } from "./case.ts";
import type { Bilingual } from "./result.ts";

/**
 * Below which a portable meter's word lets people stay in a home. Far below what clears an alarm:
 * a home is left to its residents for good, not for the next minute.
 */
export const sceneLimits: Readonly<
  Record<
    SceneReading["gas"],
    {
      readonly below: number;
      readonly unit: string;
      readonly name: Bilingual;
      readonly source: Clause;
    }
  >
> = {
  co: {
    below: 10,
    unit: "ppm",
    name: { zh: "一氧化碳", en: "CO" },
    // WHO's mean over 8 hours: what people may live in all day.
    source: {
      standard: "WHO air quality guidelines 2000",
      clause: "5.5, 8 h mean",
      confidence: "m",
    },
  },
  combustible: {
    below: 2,
    unit: "%LEL",
    name: { zh: "可燃气体", en: "combustible gas" },
    // From where our own rules begin to watch a level.
    source: { standard: "Canary", clause: "watchFrom", confidence: "h" },
  },
};
