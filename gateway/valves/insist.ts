/** Telling a device until it reads back as told, and asking it: the same for valves and fans. */
import type { DurationMs } from "#domain/quantity.ts";
import { err, type Bilingual, type Result } from "#domain/result.ts";
import type { Timers } from "#platform/timers.ts";

const readBackEveryMs = 500;
const tellAgainEveryMs = 5_000;

/** What is told and asked; `broken` puts a driver that throws into words. */
export interface Driven<Position> {
  readonly tell: () => Promise<Result<void, Bilingual>>;
  readonly readBack: () => Promise<Result<Position | undefined, Bilingual>>;
  readonly broken: (error: unknown) => Bilingual;
}

/** Tells until it is ended, and says once, with the reason where there is one, that it takes too long. */
export const createInsistence = (
  { tell, broken }: Omit<Driven<unknown>, "readBack">,
  within: DurationMs,
  timers: Timers,
  onLate: (why: Bilingual | undefined) => void,
) => {
  let trouble: Bilingual | undefined;
  let cancels: (() => void)[] = [];
  const tellNow = (): void => {
    void Promise.try(tell)
      .catch((error: unknown) => err(broken(error)))
      .then((told) => (trouble = told.ok ? undefined : told.error));
  };
  const end = (): void => {
    for (const cancel of cancels) cancel();
    cancels = [];
  };
  return {
    begin: (): void => {
      end();
      tellNow();
      cancels = [
        timers.every(tellAgainEveryMs, tellNow),
        timers.after(within, () => onLate(trouble)),
      ];
    },
    /** Why it may be late. */
    blame: (why: Bilingual): void => {
      trouble = why;
    },
    end,
  };
};

/** One question at a time: a dead line answers late. */
export const readEvery = <Position>(
  timers: Timers,
  { readBack, broken }: Omit<Driven<Position>, "tell">,
  onRead: (read: Result<Position | undefined, Bilingual>) => void,
): { readonly ask: () => void; readonly stop: () => void } => {
  let reading = false;
  const ask = (): void => {
    if (reading) return;
    reading = true;
    void Promise.try(readBack)
      .catch((error: unknown) => err(broken(error)))
      .then(onRead)
      .finally(() => (reading = false));
  };
  return { ask, stop: timers.every(readBackEveryMs, ask) };
};
