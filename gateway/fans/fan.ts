import type { Bilingual, Result } from "#domain/result.ts";

/** What a fan says of itself. */
export type FanState = "running" | "stopped";

/** One exhaust fan. Whether it may be switched is decided in `rules/protection/fan.ts`, never here. */
export interface Fan {
  readonly id: string;
  /** Resolves once the command is on its way, or says why it is not. Harmless to repeat. */
  readonly set: (state: FanState) => Promise<Result<void, Bilingual>>;
  /** Asks the device. `undefined`: it has not said anything since it was told. */
  readonly readBack: () => Promise<Result<FanState | undefined, Bilingual>>;
  readonly end: () => Promise<void>;
}
