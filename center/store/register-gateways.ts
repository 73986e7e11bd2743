import type { Store } from "./open-store.ts";
import { noteChanges } from "./stream-log.ts";

/** A gateway of the site file that has never spoken is shown as lost, not left out. */
export const registerGateways = (store: Store, ids: readonly string[]): Promise<void> =>
  store.write(async (tx) => {
    for (const id of ids) {
      const created = await tx
        .insertInto("gateways")
        .values({
          id,
          heard_at_ms: 0,
          link: "lost",
          drill: 0,
          pending: 0,
          boot: "",
          boot_mono_ms: 0,
          faults: "[]",
        })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .returning("id")
        .executeTakeFirst();
      if (created !== undefined) await noteChanges(tx, [{ kind: "gateway", ref: id }]);
    }
  });
