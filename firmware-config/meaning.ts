import type { CombustibleGas, Gas } from "#domain/gas.ts";
import type { DegreeCelsius, PercentVolume } from "#domain/quantity.ts";
import type { BadQuality, Condition, Finding } from "#domain/reading.ts";

/** What one field of a message, register or word says, whatever transport brought it. */
export type Meaning =
  LevelMeaning | UnitlessMeaning | WordMeaning | BitsMeaning | AvailabilityMeaning;

/** How a raw number becomes a value, and which values can be believed; in the field's own unit. */
export interface NumberForm {
  /** The raw number is divided by 10 to this power: raw 37 with one decimal is 3.7. */
  readonly decimals?: number;
  readonly min: number;
  /** At and above it the sensor only knows "more than this": sent on as over-range, never dropped. */
  readonly fullScale: number;
  /** Above it the number cannot be a concentration at all. */
  readonly max: number;
  /** Raw numbers that stand for something other than a value. Never inside min…max. */
  readonly sentinels?: readonly { readonly raw: number; readonly quality: BadQuality }[];
}

/** A number in a declared unit. */
export type LevelMeaning = { readonly means: "level" } & NumberForm &
  (
    | { readonly gas: "co"; readonly unit: "ppm" }
    | {
        readonly gas: "co";
        readonly unit: "mg/m3";
        /** The temperature the maker's mg/m³ refers to, at 101.3 kPa. */
        readonly referenceTemperature: DegreeCelsius;
      }
    | {
        readonly gas: CombustibleGas;
        readonly unit: "%LEL" | "ppm" | "%vol";
        /** Lower explosive limit the value refers to; otherwise that of `domain/gas.ts`. */
        readonly lelPercentVolume?: PercentVolume;
      }
  );

/** A number whose unit nobody declared: shown to the technician, never judged. */
export interface UnitlessMeaning {
  readonly means: "unitless";
  readonly gas: Gas;
}

/**
 * A word, number or flag out of a known list. A word that is not in it is a fault that names it;
 * `otherwise` is for lists in which every other value means the same.
 */
export interface WordMeaning {
  readonly means: "word";
  readonly says: readonly {
    readonly value: string | number | boolean;
    readonly findings: readonly Finding[];
    /** The level beside it means nothing, as on a channel that was switched off. */
    readonly voidsLevel?: true;
  }[];
  readonly otherwise?: readonly Finding[];
}

/** A status word: single bits. A set bit that is not named here is a fault that names it. */
export interface BitsMeaning {
  readonly means: "bits";
  readonly width: 8 | 16;
  /**
   * Bits of the device's own verdict; it is clear only when all of them are. `measured`: for the
   * gas that the channel's own unit code names.
   */
  readonly alarms: readonly {
    readonly gas: Gas | "measured";
    readonly low?: readonly number[];
    readonly high?: readonly number[];
  }[];
  readonly conditions?: Readonly<Record<number, Condition>>;
  /** Set: the level beside it is more than the sensor can tell. */
  readonly overRange?: number;
  /** Known and of no interest here. */
  readonly silent?: readonly number[];
  /** While this bit is 0 the other bits are a countdown and the sensor warms up. */
  readonly warmedUp?: number;
  /** While this bit is 0 the level beside it means nothing. */
  readonly levelValid?: number;
  readonly sentinels?: readonly number[];
}

/** Whether a bridge still reaches the device. Being reachable says nothing about gas. */
export interface AvailabilityMeaning {
  readonly means: "availability";
  readonly online: readonly (string | boolean)[];
  readonly offline: readonly (string | boolean)[];
}

/** Wording for profiles: short forms of the findings a field can stand for. */
export const alarming = (gas: Gas, grade?: "low" | "high"): Finding => ({
  kind: "verdict",
  gas,
  alarming: true,
  ...(grade && { grade }),
});
export const clear = (gas: Gas): Finding => ({ kind: "verdict", gas, alarming: false });
export const present = (condition: Condition): Finding => ({
  kind: "condition",
  condition,
  present: true,
});
export const absent = (condition: Condition): Finding => ({
  kind: "condition",
  condition,
  present: false,
});

type Word = string | number | boolean;
const each = (values: readonly Word[], findings: readonly Finding[]): WordMeaning["says"] =>
  values.map((value) => ({ value, findings }));

/** A device's own yes/no verdict: which values are its alarm, and which say that there is none. */
export const verdict = (
  gas: Gas,
  words: { readonly alarm: readonly Word[]; readonly clear: readonly Word[] },
): WordMeaning => ({
  means: "word",
  says: [...each(words.alarm, [alarming(gas)]), ...each(words.clear, [clear(gas)])],
});

/** A yes/no state of the device. */
export const condition = (
  name: Condition,
  yes: readonly Word[] = [true],
  no: readonly Word[] = [false],
): WordMeaning => ({
  means: "word",
  says: [...each(yes, [present(name)]), ...each(no, [absent(name)])],
});

/** A word with its own findings for each value. */
export const word = (says: Readonly<Record<string, readonly Finding[]>>): WordMeaning => ({
  means: "word",
  says: Object.entries(says).map(([value, findings]) => ({ value, findings })),
});

/** A number code with its own findings for each value. */
export const code = (
  says: Readonly<Record<number, readonly Finding[]>>,
  otherwise?: readonly Finding[],
): WordMeaning => ({
  means: "word",
  says: Object.entries(says).map(([value, findings]) => ({ value: Number(value), findings })),
  ...(otherwise && { otherwise }),
});
