import type { Store, Writing } from "./open-store.ts";

/** One press of a button by one person. */
export interface PressKey {
  readonly actor: string;
  readonly key: string;
  /** What is asked for, in full: a key may not be used again for something else. */
  readonly request: string;
  readonly nowMs: number;
}

/**
 * Does a human action once per (actor, key): a repeat gets the first outcome and has no effect.
 * `undefined`: the key was used for another request.
 */
export const once = <Outcome>(
  store: Store,
  key: PressKey,
  action: (tx: Writing) => Promise<Outcome>,
): Promise<Outcome | undefined> =>
  store.write(async (tx) => {
    const kept = await tx
      .selectFrom("idempotency")
      .selectAll()
      .where("actor", "=", key.actor)
      .where("key", "=", key.key)
      .executeTakeFirst();
    if (kept !== undefined) {
      // Written below and nowhere else, by the same request, from a value of this type.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return kept.request === key.request ? (JSON.parse(kept.outcome) as Outcome) : undefined;
    }
    const outcome = await action(tx);
    await tx
      .insertInto("idempotency")
      .values({
        actor: key.actor,
        key: key.key,
        request: key.request,
        outcome: JSON.stringify(outcome),
        created_at_ms: Math.floor(key.nowMs),
      })
      .execute();
    return outcome;
  });
