/** Signatures given at gateways and at desks, while they could not hear of one another. */
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Role } from "#domain/rights.ts";
import { caseRow } from "../cases/case-rows.ts";
import { addEvents } from "../cases/timeline.ts";
import { signOne } from "../desk/sign-alarm.ts";
import type { CaseRow } from "../store/case-tables.ts";
import { noteChanges } from "../store/stream-log.ts";
import { audit } from "../store/audit.ts";
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import { offsetsOf } from "../intake/boot-offsets.ts";
import type { TakenRecord } from "../intake/read-message.ts";
import { givenAt, parseAction, type Given } from "./date-signatures.ts";

interface SignedThere {
  readonly gateway: string;
  readonly gatewayEpisode: string;
  readonly by: string;
  /** As the clock said where it was given; both sides compare this number. */
  readonly atMs: number;
  /** By a clock that can be believed. */
  readonly given: Given;
  readonly source: string;
  /** `desk`: given at a desk of ours, which a restored backup has forgotten. */
  readonly side: "board" | "desk";
  /** Given while the site was staged. */
  readonly drill: boolean;
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
  for (const signed of await signaturesFor(tx, fresh, nowMs)) {
    const alarm = await memberAt(tx, signed);
    const row = alarm && (await caseRow(tx, alarm.case_id));
    if (alarm === undefined || row === undefined) continue;
    if (isOfBefore(signed, alarm)) continue;
    if (signed.drill && row.drill === 0) {
      if (signed.isNew) await noteOn(tx, row, alarm.episode, signed, { nowMs, text: onlyInDrill });
      continue;
    }
    const ownedFromMs =
      alarm.signed_at_ms === null
        ? Number.POSITIVE_INFINITY
        : (alarm.signed_word_ms ?? alarm.signed_at_ms);
    // Seen before: the owner himself, from a repeat or from a later alarm of the batch.
    if (ownedFromMs === Math.floor(signed.atMs) && alarm.signed_by === signed.by) continue;
    const isFirst = ownedFromMs > signed.atMs;
    if (!isFirst && !signed.isNew) continue;
    if (alarm.signed_at_ms === null) {
      const { by: name } = signed;
      await signOne(tx, row, { name, roles: onSite, channel, nowMs, episode: alarm.episode });
    }
    if (isFirst) await giveTo(tx, row, alarm, signed);
    await noteOn(tx, row, alarm.episode, signed, { nowMs });
    changed.push(alarm.episode);
  }
  return changed;
};

type Member = NonNullable<Awaited<ReturnType<typeof memberAt>>>;

/**
 * Kept from before the alarm got its present case: it had one that has ended or was a drill's, and
 * who signed for that has not signed for this. Else it waited here for its alarm.
 */
const isOfBefore = ({ isNew }: SignedThere, alarm: Member): boolean =>
  !isNew && alarm.joined_at_ms > Math.floor(alarm.received_at_ms);

const channel = "gateway";
/** Whoever the site file lets sign at the board stands watch in that community. */
const onSite: ReadonlySet<Role> = new Set(["duty"]);

/** The alarm by its present name, or by one its gateway has forgotten (decision 0015). */
const memberAt = async (tx: Writing, { gateway, gatewayEpisode }: SignedThere) => {
  const members = tx
    .selectFrom("case_alarms")
    .innerJoin("alarms", "alarms.episode", "case_alarms.episode")
    .select(["alarms.episode", "case_alarms.case_id", "case_alarms.signed_by"])
    .select(["case_alarms.signed_at_ms", "case_alarms.signed_word_ms"])
    .select(["case_alarms.signed_estimated", "case_alarms.joined_at_ms", "alarms.received_at_ms"]);
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

/**
 * The signature counts from when it was given, not from when its word came. Somebody who was sure
 * to have signed before an estimated time makes it no later.
 */
const giveTo = async (
  tx: Writing,
  row: CaseRow,
  before: Member,
  { by, atMs, given }: SignedThere,
): Promise<void> => {
  const wordMs = Math.floor(atMs);
  const kept = { atMs: before.signed_at_ms ?? Infinity, estimated: before.signed_estimated === 1 };
  const counted = given.estimated && kept.atMs <= given.atMs ? kept : given;
  await tx
    .updateTable("case_alarms")
    .set((eb) => ({
      signed_by: by,
      signed_at_ms: counted.atMs,
      signed_word_ms: wordMs === counted.atMs ? null : wordMs,
      signed_estimated: Number(counted.estimated),
      version: eb("version", "+", 1),
    }))
    .where("episode", "=", before.episode)
    .execute();
  await tx
    .updateTable("cases")
    .set({ signed_by: by, signed_at_ms: counted.atMs })
    .where("id", "=", row.id)
    .where((eb) => eb.or([eb("signed_at_ms", "is", null), eb("signed_at_ms", ">=", counted.atMs)]))
    .execute();
};

const noteOn = async (
  tx: Writing,
  row: CaseRow,
  episode: string,
  { by, atMs, given, source, gateway, side }: SignedThere,
  { nowMs, text: why }: { readonly nowMs: number; readonly text?: Bilingual },
): Promise<void> => {
  const where = given.estimated ? unsureText(atMs) : whereText[side](clockTime(given.atMs));
  const text = why ?? where;
  await addEvents(tx, [
    {
      caseId: row.id,
      atMs: given.atMs,
      actor: by,
      action: "note",
      channel,
      text,
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

const whereText: Readonly<Record<SignedThere["side"], (at: string) => Bilingual>> = {
  board: (at) => ({
    zh: `${at} 在网关看板签收`,
    en: `signed at the gateway's board at ${at}`,
  }),
  desk: (at) => ({
    zh: `${at} 在中心签收,由网关记录找回`,
    en: `signed at a desk at ${at}, told back by the gateway's record`,
  }),
};

const onlyInDrill: Bilingual = {
  zh: "演练中在网关看板签收;该报警是真实报警,此签收不算数,请重新签收",
  en: "signed at the gateway's board in a drill; the alarm is real, so that this does not count: sign for it anew",
};

const unsureText = (wordMs: number): Bilingual => {
  const said = epochToRfc3339(epochMs(Math.floor(wordMs))).slice(0, 19);
  return {
    zh: `在网关看板签收;网关时钟未与中心核对(显示 ${said}),时间按中心收到时计`,
    en: `signed at the gateway's board, whose clock is not known to be right (it said ${said}); dated by when the center had it`,
  };
};

const clockTime = (atMs: number): string => epochToRfc3339(epochMs(Math.floor(atMs))).slice(11, 19);

/**
 * Earliest first for each alarm. What came from a desk of ours is known here already, unless the
 * center was restored from a backup that is older: then the gateway's record is all there is of it.
 */
const signaturesFor = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
  nowMs: number,
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
    const offsets = await offsetsOf(tx, [...new Set(rows.map(({ gateway }) => gateway))]);
    for (const { row, action } of actions) {
      const { gateway, id, gateway_episode } = row;
      const { kind, by, at, origin, drill = false } = action;
      const isDesk = origin?.side === "center";
      if (kind !== "acknowledged" || (isDesk && ours.has(origin.command ?? ""))) continue;
      const askedAtMs = isDesk ? origin.askedAtMs : undefined;
      signed.push({
        gateway,
        gatewayEpisode: gateway_episode ?? "",
        by,
        atMs: askedAtMs ?? at.wallMs,
        // A desk's clock is ours.
        given:
          askedAtMs === undefined
            ? givenAt(offsets, gateway, at, nowMs)
            : { atMs: Math.floor(askedAtMs), estimated: false },
        source: origin?.source ?? gateway,
        side: isDesk ? "desk" : "board",
        drill,
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
