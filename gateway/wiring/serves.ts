import { detectorId, type DetectorId } from "#domain/ids.ts";
import type { ServesSite } from "#platform/site-file/protection-schema.ts";
import type { Site } from "#platform/site-file/schema.ts";

/**
 * The registered detectors that a buzzer or valve is there for; `undefined`: all, with those nobody
 * has registered. An address part must be written as the detector's own address has it.
 */
export const servedBy = (
  site: Pick<Site, "detectors">,
  serves: ServesSite | undefined,
): ReadonlySet<DetectorId> | undefined => {
  if (serves === undefined) return undefined;
  if (Array.isArray(serves)) return new Set(serves.map(detectorId));
  const wanted = Object.entries(serves);
  const matching = site.detectors.filter(({ address }) => {
    const parts = new Map<string, unknown>(Object.entries(address ?? {}));
    return wanted.every(([part, value]) => parts.get(part) === value);
  });
  return new Set(matching.map(({ id }) => detectorId(id)));
};
