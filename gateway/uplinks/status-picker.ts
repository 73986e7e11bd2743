import { elapsed, minutes, type MonoMs } from "#domain/quantity.ts";
import type { DetectorStatus, StatusReport } from "#domain/wire-shapes.ts";

/** What the pipeline knows; the uplink adds the numbers of the journal. */
export type StatusContent = Pick<StatusReport, "drill" | "rules" | "detectors" | "faults" | "all">;

/** Keeps one message small enough for any broker's limit. */
const detectorsPerMessage = 200;
/** A detector that only repeats itself is reported this often, so that its last-heard time moves. */
const heardRefreshMs = 60_000;
/** Whatever went wrong unseen is right again after this. */
const fullPictureEvery = minutes(5);

/** Chooses what a status message says: changes, or the whole picture when the center may lack it. */
export const createStatusPicker = () => {
  const toldByDetector = new Map<string, { readonly what: string; readonly heardAtMs: number }>();
  let lastFullAt: MonoMs | undefined;

  const isNews = (detector: DetectorStatus): boolean => {
    const told = toldByDetector.get(detector.detector);
    if (told === undefined || told.what !== gist(detector)) return true;
    return (detector.heardAtMs ?? 0) - told.heardAtMs >= heardRefreshMs;
  };

  return {
    /** The next time everything is told. */
    forget: (): void => {
      toldByDetector.clear();
      lastFullAt = undefined;
    },
    /** One or more messages' worth; the first is there even when nothing changed. */
    pick: (content: StatusContent, now: MonoMs): readonly StatusContent[] => {
      const isWhole = lastFullAt === undefined || elapsed(lastFullAt, now) >= fullPictureEvery;
      if (isWhole) {
        toldByDetector.clear();
        lastFullAt = now;
      }
      const news = content.detectors.filter(isNews);
      for (const detector of news) {
        const heardAtMs = detector.heardAtMs ?? 0;
        toldByDetector.set(detector.detector, { what: gist(detector), heardAtMs });
      }
      const all = content.detectors.map(({ detector }) => detector);
      return chunks(news).map((detectors, index) =>
        Object.assign({}, content, { detectors }, isWhole && index === 0 ? { all } : {}),
      );
    },
  };
};

/** All but the time, which alone is no news. */
const gist = ({ detector, state, levels, address, position, ...more }: DetectorStatus): string => {
  const shown = state === "alarm" ? levels : levels.map(coarse);
  return JSON.stringify([detector, state, shown, address, position, more.episodes]);
};

/**
 * The noise of a healthy sensor is no news: 500 quiet homes told in full every 5 s would cost the
 * line to the center some 2 GB a day. While a detector alarms every change is told.
 */
const coarse = (level: DetectorStatus["levels"][number]): readonly (string | number)[] =>
  level.gas === "co"
    ? [level.gas, Math.round(level.ppm / 10)]
    : [level.gas, Math.round(level.lel / 2), level.lelPercentVolume];

const chunks = (detectors: readonly DetectorStatus[]): readonly DetectorStatus[][] => {
  const count = Math.max(1, Math.ceil(detectors.length / detectorsPerMessage));
  return Array.from({ length: count }, (_, n) =>
    detectors.slice(n * detectorsPerMessage, (n + 1) * detectorsPerMessage),
  );
};
