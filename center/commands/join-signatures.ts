/** Signatures given at gateways and at desks, while they could not hear of one another. */
import { audit } from "../store/audit.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { TakenRecord } from "../intake/read-message.ts";

interface SignedThere {
  readonly gateway: string;
  readonly gatewayEpisode: string;
  readonly by: string;
  readonly atMs: number;
  readonly source: string;
}

/**
 * Whoever signed first by time owns the case, on both sides alike (`rules/sign.ts`): a signature
 * from a gateway's board accepts a case nobody has signed for, and takes over one that was signed
 * for later at a desk. All of them stay in the record. Answers the alarms that changed.
 *
 * An action may arrive before its alarm, so the actions kept for new alarms are looked at as well.
 */
export const joinSignatures = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
  nowMs: number,
): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (const signed of await signaturesFor(tx, fresh)) {
    const owned = await ownedAlarm(tx, signed);
    if (owned === undefined || (owned.signedAtMs ?? Infinity) <= signed.atMs) continue;
    await giveTo(tx, owned, signed);
    await audit(tx, {
      atMs: nowMs,
      actor: signed.by,
      action: "sign",
      subject: owned.episode,
      source: signed.source,
      detail: { gateway: signed.gateway, atMs: Math.floor(signed.atMs) },
    });
    changed.push(owned.episode);
  }
  return changed;
};

interface OwnedAlarm {
  readonly episode: string;
  readonly condition: string;
  readonly version: number;
  /** When its owner signed; absent: nobody has. */
  readonly signedAtMs?: number;
}

const ownedAlarm = async (tx: Writing, signed: SignedThere): Promise<OwnedAlarm | undefined> => {
  const row = await tx
    .selectFrom("alarms")
    .innerJoin("cases", "cases.episode", "alarms.episode")
    .select(["alarms.episode", "alarms.condition", "cases.version", "cases.accepted_at_ms"])
    .where("alarms.gateway", "=", signed.gateway)
    .where("alarms.gateway_episode", "=", signed.gatewayEpisode)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { episode, condition, version, accepted_at_ms } = row;
  return {
    episode,
    condition,
    version,
    ...(accepted_at_ms !== null && { signedAtMs: accepted_at_ms }),
  };
};

const giveTo = async (
  tx: Writing,
  { episode, condition, version }: OwnedAlarm,
  { by, atMs }: SignedThere,
): Promise<void> => {
  await tx
    .updateTable("cases")
    .set({
      state: "accepted",
      version: version + 1,
      accepted_by: by,
      accepted_at_ms: Math.floor(atMs),
    })
    .where("episode", "=", episode)
    .execute();
  await tx
    .updateTable("alarms")
    .set({ on_desk: Number(condition === "active") })
    .where("episode", "=", episode)
    .execute();
};

/** Earliest first for each alarm; what came from a desk of ours is known here already. */
const signaturesFor = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
): Promise<readonly SignedThere[]> => {
  const episodes = new Set<string>();
  for (const one of fresh) {
    if (one.kind === "alarm") episodes.add(one.value.data.event.episode);
    if (one.kind !== "action" || one.value.data.action.kind !== "acknowledged") continue;
    const { episode } = one.value.data.action;
    if (episode !== undefined) episodes.add(episode);
  }
  const signed: SignedThere[] = [];
  for (const chunk of inChunks([...episodes])) {
    const rows = await tx
      .selectFrom("actions")
      .select(["gateway", "gateway_episode", "at_ms", "action"])
      .where("gateway_episode", "in", chunk)
      .orderBy("at_ms")
      .orderBy("id")
      .execute();
    for (const { gateway, gateway_episode, action } of rows) {
      const { kind, by, at, origin } = parseAction(action);
      if (kind !== "acknowledged" || origin?.side === "center") continue;
      signed.push({
        gateway,
        gatewayEpisode: gateway_episode ?? "",
        by,
        atMs: at.wallMs,
        source: origin?.source ?? gateway,
      });
    }
  }
  return signed;
};

type Action = Extract<TakenRecord, { kind: "action" }>["value"]["data"]["action"];
// Written by `save-actions.ts` from a checked message.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseAction = (json: string): Action => JSON.parse(json) as Action;
