import type { DeskAlarm } from "#domain/desk.ts";
import { queueCommand } from "../commands/queue-command.ts";
import { audit } from "../store/audit.ts";
import type { Store, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { alarmsNamed } from "./read-alarms.ts";

/** A person's wish to own one alarm. */
export interface SignRequest {
  readonly episode: string;
  /** The version of the case the person saw. */
  readonly version: number;
  readonly user: string;
  /** Address the person's page comes from. */
  readonly source: string;
  readonly nowMs: number;
}

export type SignOutcome =
  | { readonly kind: "signed"; readonly alarm: DeskAlarm }
  /** Somebody was first; `current` says who. */
  | { readonly kind: "taken"; readonly current: DeskAlarm }
  | { readonly kind: "changed"; readonly current: DeskAlarm }
  | { readonly kind: "unknown" };

/**
 * 签收 (T02, reported → accepted): "I own it". It neither silences nor clears the alarm. Of any
 * number of people at once exactly one wins; the others learn who did.
 */
export const signAlarm = async (tx: Writing, request: SignRequest): Promise<SignOutcome> => {
  const [current] = await alarmsNamed(tx, [request.episode]);
  if (current === undefined) return { kind: "unknown" };
  if (current.case.state !== "reported") return { kind: "taken", current };
  if (current.case.version !== request.version) return { kind: "changed", current };

  await tx
    .updateTable("cases")
    .set({
      state: "accepted",
      version: request.version + 1,
      accepted_by: request.user,
      accepted_at_ms: Math.floor(request.nowMs),
    })
    .where("episode", "=", request.episode)
    .where("version", "=", request.version)
    .execute();
  await tx
    .updateTable("alarms")
    .set({ on_desk: Number(current.condition === "active") })
    .where("episode", "=", request.episode)
    .execute();
  await audit(tx, {
    atMs: request.nowMs,
    actor: request.user,
    action: "sign",
    subject: request.episode,
    source: request.source,
    detail: { case: current.case.id, version: request.version },
  });
  await queueCommand(tx, "acknowledge", current, request);
  await noteChanges(tx, [{ kind: "alarm", ref: request.episode }]);
  const [alarm] = await alarmsNamed(tx, [request.episode]);
  if (alarm === undefined) throw new Error(`alarm ${request.episode} vanished while signing`);
  return { kind: "signed", alarm };
};

/**
 * Does a human action once per (actor, key): a repeat gets the first outcome and has no effect.
 * `undefined`: the key was used for another request.
 */
export const once = (
  store: Store,
  key: {
    readonly actor: string;
    readonly key: string;
    /** What is asked for, in full: a key may not be used again for something else. */
    readonly request: string;
    readonly nowMs: number;
  },
  action: (tx: Writing) => Promise<SignOutcome>,
): Promise<SignOutcome | undefined> =>
  store.write(async (tx) => {
    const kept = await tx
      .selectFrom("idempotency")
      .selectAll()
      .where("actor", "=", key.actor)
      .where("key", "=", key.key)
      .executeTakeFirst();
    if (kept !== undefined) {
      return kept.request === key.request ? parseOutcome(kept.outcome) : undefined;
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

// Written above and nowhere else, from a value of this type.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseOutcome = (json: string): SignOutcome => JSON.parse(json) as SignOutcome;
