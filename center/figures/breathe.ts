import { setImmediate } from "node:timers/promises";

/** Everything that waits has its turn before the figures go on: alarms are taken in on this thread. */
export const breathe = (): Promise<void> => setImmediate();
