/** How long the store lasts when the center is away: pure, from what was seen so far. */
import type { Bilingual } from "#domain/result.ts";

export interface Endurance {
  readonly usedShare: number;
  /** Until the oldest readings are thinned, if nothing is taken off our hands; absent: not known yet. */
  readonly hoursLeft: number | undefined;
  readonly text: Bilingual;
}

interface Mark {
  readonly atMs: number;
  readonly addedBytes: number;
}

/** The rate is that of the last day; before, of what there is. */
const windowMs = 86_400_000;
/** Less than this says nothing. Canary's own choice. */
const shortestMs = 600_000;
/** A mark for about every quarter of an hour of the window. */
const marksMax = 100;
const hourMs = 3_600_000;

/** Follows how fast the store fills. `atMs` is monotonic. */
export const createFillRate = () => {
  let marks: readonly Mark[] = [];
  return {
    note: (atMs: number, addedBytes: number): void => {
      const last = marks.at(-1);
      // The store was opened anew and counts from zero.
      if (last !== undefined && addedBytes < last.addedBytes) marks = [];
      if (last !== undefined && atMs - last.atMs < windowMs / marksMax) return;
      const recent = marks.filter((mark) => atMs - mark.atMs <= windowMs);
      marks = [...recent, { atMs, addedBytes }];
    },
    /** Bytes an hour; undefined until there is enough to tell by. */
    bytesPerHour: (): number | undefined => {
      const [first] = marks;
      const last = marks.at(-1);
      if (first === undefined || last === undefined) return undefined;
      const overMs = last.atMs - first.atMs;
      if (overMs < shortestMs) return undefined;
      return ((last.addedBytes - first.addedBytes) / overMs) * hourMs;
    },
  };
};

export const enduranceOf = (
  usedBytes: number,
  budgetBytes: number,
  bytesPerHour: number | undefined,
): Endurance => {
  const usedShare = usedBytes / budgetBytes;
  const left = Math.max(0, budgetBytes - usedBytes);
  const hoursLeft =
    bytesPerHour === undefined || bytesPerHour <= 0 ? undefined : left / bytesPerHour;
  return { usedShare, hoursLeft, text: say(usedBytes, budgetBytes, hoursLeft) };
};

const say = (usedBytes: number, budgetBytes: number, hoursLeft: number | undefined): Bilingual => {
  const percent = Math.round((usedBytes / budgetBytes) * 100);
  const [used, budget] = [megabytes(usedBytes), megabytes(budgetBytes)];
  const zh = `历史读数占用 ${used} / ${budget} MB(${percent} %)`;
  const en = `stored readings use ${used} of ${budget} MB (${percent} %)`;
  if (hoursLeft === undefined) {
    return { zh: `${zh};写入速度尚在测量`, en: `${en}; the rate is still being measured` };
  }
  return {
    zh: `${zh};若中心断开,还可完整保存约 ${lasting(hoursLeft).zh},之后最旧的读数将被稀疏(报警不受影响)`,
    en: `${en}; with the center away they are kept in full for about ${lasting(hoursLeft).en} more, then the oldest are thinned (alarms are not affected)`,
  };
};

const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

const lasting = (hours: number): Bilingual => {
  if (hours < 48) {
    const whole = Math.floor(hours);
    return { zh: `${whole} 小时`, en: `${whole} h` };
  }
  const days = Math.floor(hours / 24);
  return { zh: `${days} 天`, en: `${days} days` };
};
