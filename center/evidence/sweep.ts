import type { Clock } from "#domain/time.ts";
import type { Timers } from "#platform/timers.ts";
import type { Store } from "../store/open-store.ts";
import { sweepOrphans } from "./evidence.ts";
import { openFileStore } from "./file-store.ts";

const sweepMs = 6 * 3_600_000;

/** Looks every six hours for files that belong to nothing. Returns how to stop. */
export const startSweep = (parts: {
  readonly store: Store;
  readonly folder: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFailure: (error: unknown) => void;
}): (() => void) => {
  const files = openFileStore(parts.folder);
  return parts.timers.every(sweepMs, () => {
    sweepOrphans(parts.store, files, parts.clock.now().wallMs).catch(parts.onFailure);
  });
};
