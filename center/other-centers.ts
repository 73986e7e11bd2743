/** The other center processes behind the same PostgreSQL and broker. */
import { randomUUID } from "node:crypto";
import type { Timers } from "#platform/timers.ts";
import type { Core } from "./core.ts";
import { openBrokerEar } from "./link/broker-ear.ts";
import type { CenterOptions } from "./options.ts";
import { listenForChanges } from "./store/listen-changes.ts";

/** How often changes of others are looked for while the database does not tell us by itself. */
const lookMs = 200;
/** And while it does: only in case it forgets. */
const toldMs = 2_000;

export interface OtherCenters {
  /** Whether the database they share answers. */
  readonly isReady: () => boolean;
  readonly close: () => Promise<void>;
}

/** What the other centers commit, and what is given to them: nothing with a database of one's own. */
export const openOtherCenters = (
  options: CenterOptions,
  core: Core,
  timers: Timers,
): OtherCenters => {
  const { databaseUrl, brokerUrl } = options;
  const { wake } = core.broadcast;
  if (databaseUrl === undefined) return { isReady: () => true, close: async () => {} };
  const listener = listenForChanges({ databaseUrl, onChange: wake });
  let toldAtMs = performance.now();
  const stopAsking = timers.every(lookMs, () => {
    const nowMs = performance.now();
    if (listener.isUp() && nowMs - toldAtMs < toldMs) return;
    toldAtMs = nowMs;
    wake();
  });
  const ear =
    brokerUrl === undefined
      ? undefined
      : openBrokerEar({
          url: brokerUrl,
          clientId: `canary-center-ear-${randomUUID()}`,
          hear: core.hear,
          onChange: (fault) => core.faults.set("broker-ear", fault),
        });
  return {
    isReady: listener.isUp,
    close: async () => {
      stopAsking();
      await ear?.close();
      await listener.close();
    },
  };
};
