import type { BootId } from "#domain/ids.ts";
import { bootId, detectorId } from "#domain/ids.ts";
import type { Journal } from "#gateway/ports.ts";

/** Beside the detectors' states, under a name no detector can have. */
export const bootsKey = detectorId("gateway:boots");

/** So many are told: the center learns of a boot from which nothing has come, or nothing in time. */
const toldAtMost = 3;

/**
 * The boots this journal has seen before `present`, oldest first. Only with them can the center tell
 * a status that was held up on its way from the word of a new boot. Undefined until the disk
 * has told them.
 */
export const createEarlierBoots = (
  journal: Pick<Journal, "states" | "append">,
  present: BootId,
): (() => readonly BootId[] | undefined) => {
  let earlier: readonly BootId[] | undefined;
  const learn = async (): Promise<void> => {
    const kept = (await journal.states()).find(({ detector }) => detector === bootsKey);
    const known = kept === undefined ? [] : parseBoots(kept.json);
    earlier = known.filter((boot) => boot !== present).slice(-toldAtMost);
    if (known.at(-1) === present) return;
    await journal.append([], [{ detector: bootsKey, json: JSON.stringify([...earlier, present]) }]);
  };
  learn().catch(() => {
    // The journal reports its own trouble; without the list two boots are told apart by arrival.
  });
  return () => earlier;
};

const parseBoots = (json: string): readonly BootId[] => {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one === "string").map(bootId);
};
