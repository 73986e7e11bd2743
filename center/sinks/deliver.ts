import type { Bilingual } from "#domain/result.ts";
import type { WriteLines } from "./write-lines.ts";

export interface Delivery {
  readonly written: number;
  /** Older than the sink keeps. */
  readonly tooOld: number;
  /** Lines that the sink will never take, and its words. */
  readonly refused: readonly Refused[];
}

export interface Refused {
  readonly line: string;
  readonly why: string;
}

export type Outcome =
  | ({ readonly kind: "delivered" } & Delivery)
  | { readonly kind: "trouble"; readonly why: Bilingual };

/** More bad ones than this in one batch: the sink is set up wrongly, and setting points aside would empty it. */
const refusedMax = 20;

/**
 * Brings a batch to the sink. One bad point does not hold up the others: halving finds it, and it is
 * set aside with the sink's own words. Sending a part twice is harmless, a point is known by its
 * time and tags.
 */
export const deliver = async (write: WriteLines, lines: readonly string[]): Promise<Outcome> => {
  const refused: Refused[] = [];
  let written = 0;
  let tooOld = 0;
  const waiting: (readonly string[])[] = lines.length === 0 ? [] : [lines];
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const answer = await write(part);
    switch (answer.kind) {
      case "written":
        written += part.length;
        break;
      case "too-old":
        written += part.length - answer.points;
        tooOld += answer.points;
        break;
      case "trouble":
        return answer;
      case "refused": {
        const [line] = part;
        if (part.length > 1) {
          const middle = Math.ceil(part.length / 2);
          waiting.unshift(part.slice(0, middle), part.slice(middle));
        } else if (line !== undefined) refused.push({ line, why: answer.why });
        if (refused.length > refusedMax) return { kind: "trouble", why: refusesAll(answer.why) };
      }
    }
  }
  return { kind: "delivered", written, tooOld, refused };
};

const refusesAll = (why: string): Bilingual => ({
  zh: `成批拒收数据点(${why.slice(0, 200)})。请检查该库中同名字段的类型;数据保留,改正后补发`,
  en: `it refuses points by the dozen (${why.slice(0, 200)}). Check the types of its fields of the same names; nothing is lost, all is sent once that is mended`,
});
