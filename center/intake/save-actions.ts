import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { TakenRecord } from "./read-message.ts";

/** Keeps what was done to alarms, once each; answers the detectors it was done to, by gateway. */
export const saveActions = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = fresh.flatMap((one) => {
    if (one.kind !== "action") return [];
    const { action, drill } = one.value.data;
    return [
      {
        gateway: one.gateway,
        id: action.id,
        detector: action.detector,
        rule: action.rule,
        gateway_episode: action.episode ?? null,
        at_ms: Math.round(action.at.wallMs),
        // A signature given in a drill is none for what turns out to be real.
        action: JSON.stringify(drill ? { ...action, drill } : action),
      },
    ];
  });
  for (const chunk of inChunks(rows)) {
    await tx
      .insertInto("actions")
      .values(chunk)
      // The envelope's id is the dedupe key; one with another id around the same action says nothing new.
      .onConflict((conflict) => conflict.columns(["gateway", "id"]).doNothing())
      .execute();
  }
  const byGateway = Map.groupBy(rows, (row) => row.gateway);
  return new Map(
    [...byGateway].map(([gateway, ofGateway]) => [
      gateway,
      [...new Set(ofGateway.map(({ detector }) => detector))],
    ]),
  );
};
