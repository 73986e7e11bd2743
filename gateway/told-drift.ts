/** Which detectors' drift has been told, kept over a restart: nobody is told of the same one twice. */
import { detectorId, type DetectorId } from "#domain/ids.ts";

/** Beside the detectors' states, under the name that the street's own records are kept by. */
export const streetKey = detectorId("street:");

export const saveDrift = (drifting: readonly DetectorId[]): string => JSON.stringify(drifting);

/** What {@link saveDrift} wrote; text that is none of ours costs a notice that comes twice. */
export const readDrift = (json: string | undefined): readonly DetectorId[] => {
  try {
    const value: unknown = JSON.parse(json ?? "[]");
    if (!Array.isArray(value)) return [];
    return value.filter((one) => typeof one === "string").map(detectorId);
  } catch {
    return []; // told again; nothing is lost
  }
};
