import type { TakenRecord } from "../intake/read-message.ts";
import type { Writing } from "../store/open-store.ts";

/**
 * What gateways have done with our commands: the record that names one is its answer, committed with
 * it. A deed counts also when it was given up meanwhile; a refusal never takes one back.
 */
export const takeAnswers = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
  nowMs: number,
): Promise<void> => {
  for (const one of fresh) {
    if (one.kind !== "action") continue;
    const { kind, origin, reason } = one.value.data.action;
    if (origin?.command === undefined) continue;
    const isRefused = kind === "command-refused";
    await tx
      .updateTable("commands")
      .set({
        state: isRefused ? "refused" : "done",
        reason: isRefused ? reason : null,
        answered_at_ms: nowMs,
      })
      .where("id", "=", origin.command)
      // A gateway answers for its own commands only.
      .where("gateway", "=", one.gateway)
      .where("state", "in", isRefused ? ["waiting"] : ["waiting", "expired", "refused"])
      .execute();
  }
};
