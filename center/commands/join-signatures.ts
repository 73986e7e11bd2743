/** Signatures given at gateways and at desks, while they could not hear of one another. */
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Role } from "#domain/rights.ts";
import { caseRow } from "../cases/case-rows.ts";
import { addEvents } from "../cases/timeline.ts";
import { signOne } from "../desk/sign-alarm.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { noteChanges } from "../store/stream-log.ts";
import { audit } from "../store/audit.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { TakenRecord } from "../intake/read-message.ts";

interface SignedThere {
  readonly gateway: string;
  readonly gatewayEpisode: string;
  readonly by: string;
  readonly atMs: number;
  readonly source: string;
  /** `desk`: given at a desk of ours, which a restored backup has forgotten. */
  readonly side: "board" | "desk";
  /** Its word came just now; otherwise it waited here for its alarm. */
  readonly isNew: boolean;
}

/**
 * Whoever signed first by time owns the alarm, on both sides alike (`rules/sign.ts`): a signature
 * from a gateway's board is the case's accept where nobody has signed, and takes over what was
 * signed for later at a desk. All of them stand in the timeline. Answers the alarms that changed.
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
    const alarm = await memberAt(tx, signed);
    const row = alarm && (await caseRow(tx, alarm.case_id));
    if (alarm === undefined || row === undefined) continue;
    const ownedFromMs = alarm.signed_at_ms ?? Number.POSITIVE_INFINITY;
    // Seen before: the owner himself, from a repeat or from a later alarm of the batch.
    if (ownedFromMs === Math.floor(signed.atMs) && alarm.signed_by === signed.by) continue;
    const isFirst = ownedFromMs > signed.atMs;
    if (!isFirst && !signed.isNew) continue;
    if (alarm.signed_at_ms === null) {
      const { by: name } = signed;
      await signOne(tx, row, { name, roles: onSite, channel, nowMs, episode: alarm.episode });
    }
    if (isFirst) await giveTo(tx, row, alarm.episode, signed);
    await noteOn(tx, row, alarm.episode, signed, nowMs);
    changed.push(alarm.episode);
  }
  return changed;
};

const channel = "gateway";
/** Whoever the site file lets sign at the board stands watch in that community. */
const onSite: ReadonlySet<Role> = new Set(["duty"]);

/** The alarm by its present name, or by one its gateway has forgotten (decision 0015). */
const memberAt = async (tx: Writing, { gateway, gatewayEpisode }: SignedThere) => {
  const members = tx
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .select(["alarms.episode", "case_alarms.case_id", "case_alarms.signed_by"])
    .select("case_alarms.signed_at_ms");
  const present = await members
    .where("alarms.gateway", "=", gateway)
    .where("alarms.gateway_episode", "=", gatewayEpisode)
    .executeTakeFirst();
  if (present !== undefined) return present;
  return members
    .innerJoin("episode_names", "episode_names.episode", "alarms.episode")
    .where("episode_names.gateway", "=", gateway)
    .where("episode_names.gateway_episode", "=", gatewayEpisode)
    .executeTakeFirst();
};

/** The signature counts from when it was given, not from when its word came. */
const giveTo = async (
  tx: Writing,
  row: CaseRow,
  episode: string,
  { by, atMs }: SignedThere,
): Promise<void> => {
  const given = { signed_by: by, signed_at_ms: Math.floor(atMs) };
  await tx
    .updateTable("case_alarms")
    .set((eb) => ({ ...given, version: eb("version", "+", 1) }))
    .where("episode", "=", episode)
    .execute();
  await tx
    .updateTable("cases")
    .set(given)
    .where("id", "=", row.id)
    .where((eb) => eb.or([eb("signed_at_ms", "is", null), eb("signed_at_ms", ">", atMs)]))
    .execute();
};

const noteOn = async (
  tx: Writing,
  row: CaseRow,
  episode: string,
  { by, atMs, source, gateway, side }: SignedThere,
  nowMs: number,
): Promise<void> => {
  const at = epochToRfc3339(epochMs(Math.floor(atMs))).slice(11, 19);
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs,
      actor: by,
      action: "note",
      channel,
      reason: whereText[side](at),
      detail: { episode },
    },
  ]);
  await audit(tx, {
    atMs: nowMs,
    actor: by,
    action: "sign",
    subject: episode,
    area: row.area_path,
    source,
    detail: { gateway, atMs: Math.floor(atMs) },
  });
  await noteChanges(tx, [{ kind: "case", ref: row.id }]);
};

const whereText: Readonly<Record<SignedThere["side"], (at: string) => string>> = {
  board: (at) => `${at} 在网关看板签收 · signed at the gateway's board at ${at}`,
  desk: (at) =>
    `${at} 在中心签收,由网关记录找回 · signed at a desk at ${at}, told back by the gateway's record`,
};

/**
 * Earliest first for each alarm. What came from a desk of ours is known here already, unless the
 * center was restored from a backup that is older: then the gateway's record is all there is of it.
 */
const signaturesFor = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
): Promise<readonly SignedThere[]> => {
  const episodes = new Set<string>();
  const arrived = new Set<string>();
  for (const one of fresh) {
    if (one.kind === "alarm") episodes.add(one.value.data.event.episode);
    if (one.kind !== "action" || one.value.data.action.kind !== "acknowledged") continue;
    const { episode, id } = one.value.data.action;
    arrived.add(`${one.gateway} ${id}`);
    if (episode !== undefined) episodes.add(episode);
  }
  const signed: SignedThere[] = [];
  for (const chunk of inLists([...episodes])) {
    const rows = await tx
      .selectFrom("actions")
      .select(["gateway", "id", "gateway_episode", "at_ms", "action"])
      .where("gateway_episode", "in", chunk)
      .orderBy("at_ms")
      .orderBy("id")
      .execute();
    const actions = rows.map((row) => ({ row, action: parseAction(row.action) }));
    const ours = await knownCommands(
      tx,
      actions.flatMap(({ action }) => action.origin?.command ?? []),
    );
    for (const { row, action } of actions) {
      const { gateway, id, gateway_episode } = row;
      const { kind, by, at, origin } = action;
      const isDesk = origin?.side === "center";
      if (kind !== "acknowledged" || (isDesk && ours.has(origin.command ?? ""))) continue;
      signed.push({
        gateway,
        gatewayEpisode: gateway_episode ?? "",
        by,
        atMs: (isDesk ? origin.askedAtMs : undefined) ?? at.wallMs,
        source: origin?.source ?? gateway,
        side: isDesk ? "desk" : "board",
        isNew: arrived.has(`${gateway} ${id}`),
      });
    }
  }
  return signed;
};

const knownCommands = async (tx: Writing, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const known = new Set<string>();
  for (const chunk of inLists([...new Set(ids)])) {
    const rows = await tx.selectFrom("commands").select("id").where("id", "in", chunk).execute();
    for (const { id } of rows) known.add(id);
  }
  return known;
};

type Action = Extract<TakenRecord, { kind: "action" }>["value"]["data"]["action"];
// Written by `save-actions.ts` from a checked message.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseAction = (json: string): Action => JSON.parse(json) as Action;
