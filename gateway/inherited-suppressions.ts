import type { Command } from "#rules/step.ts";
import type { Point } from "./points.ts";

/** What dead lines have left behind in the saved states of a process that has ended. */
export interface Inherited {
  /** Links to take as down until their lines say otherwise. */
  readonly downLinks: readonly string[];
  /** Of these, links that nobody hangs on any more: they come to their end. */
  readonly gone: readonly string[];
  /** Suppressions whose line the detector no longer hangs on: nothing else would ever lift them. */
  readonly stale: readonly { readonly point: Point; readonly command: Command }[];
}

/**
 * Reads from the holds by design which links were down. A suppression outlives a restart only
 * together with the line that caused it: one that is forgotten would hide a silent detector for
 * ever.
 */
export const inheritedSuppressions = (points: Iterable<Point>): Inherited => {
  const down = new Set<string>();
  const present = new Set<string>();
  const stale: Inherited["stale"][number][] = [];
  for (const point of points) {
    const link = point.registered?.link;
    if (link !== undefined) present.add(link);
    for (const { kind, rule, by } of point.state.alarms.holds) {
      if (kind !== "suppressed" || rule === "all") continue;
      const cause = by.startsWith(causeStart) ? by.slice(causeStart.length) : undefined;
      if (cause !== undefined) down.add(cause);
      if (cause === undefined || cause !== link) {
        stale.push({ point, command: { kind: "unsuppress", rule, cause: by } });
      }
    }
  }
  return { downLinks: [...down], gone: [...down].filter((link) => !present.has(link)), stale };
};

/** As `rules/street.ts` writes it. */
const causeStart = "link-down:";
