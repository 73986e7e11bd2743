import type { Bilingual, Result } from "#domain/result.ts";

/** What a valve says of itself. */
export type ValvePosition = "closed" | "open";

/**
 * One gas valve. It can be closed and asked; there is no way in this program to open it: that takes
 * a person at the valve, who has seen why it closed.
 */
export interface Valve {
  readonly id: string;
  /** Resolves once the command is on its way, or says why it is not. Harmless to repeat. */
  readonly close: () => Promise<Result<void, Bilingual>>;
  /** Asks the device. `undefined`: it has not said anything yet. */
  readonly readBack: () => Promise<Result<ValvePosition | undefined, Bilingual>>;
  /**
   * Whoever was told to close and keeps the command for later need not follow it any more: a person
   * has opened it since. Moves nothing. Absent: commands are not kept.
   */
  readonly takeBack?: () => Promise<void>;
  readonly end: () => Promise<void>;
}
