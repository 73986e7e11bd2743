import { createHash } from "node:crypto";
import { joinSignatures } from "../commands/join-signatures.ts";
import { takeAnswers } from "../commands/take-answers.ts";
import { groupCases } from "../cases/group-cases.ts";
import { inChunks } from "../store/chunks.ts";
import type { Store, Writing } from "../store/open-store.ts";
import { noteChanges, type Change } from "../store/stream-log.ts";
import type {
  ReadMessage,
  RefusedMessage,
  TakenAlarm,
  TakenRecord,
  TakenStatus,
} from "./read-message.ts";
import { noteBoots } from "./note-boots.ts";
import type { Settled } from "./receipts.ts";
import { rebaseTimes } from "./rebase-times.ts";
import { reopenAlarms } from "./reopen-alarms.ts";
import { saveAlarms } from "./save-alarms.ts";
import { saveCompleteness, type JournalState } from "./save-completeness.ts";
import { saveRecords, type News } from "./save-records.ts";
import { saveActions } from "./save-actions.ts";
import { saveStatus } from "./save-status.ts";
import { saveStreet } from "./save-street.ts";
import { unstageAlarms } from "./unstage-alarms.ts";

/**
 * Writes everything a batch of messages means in one transaction: records, alarms, cases, numbers,
 * statuses, refusals and what the page must redraw. Answers what the gateways may now be told.
 * Repeating a batch changes nothing and answers the same.
 */
export const commitBatch = (
  store: Store,
  batch: readonly ReadMessage[],
  nowMs: number,
): Promise<readonly Settled[]> =>
  store.write(async (tx) => {
    const records = batch.filter((one) => one.kind !== "status" && one.kind !== "refused");
    const statuses = batch.filter((one) => one.kind === "status");
    const refused = batch.filter((one) => one.kind === "refused");

    const news = await saveRecords(tx, records, nowMs);
    await noteBoots(tx, news.fresh, nowMs);
    const alarms = await saveAlarms(tx, alarmsIn(news), nowMs);
    const acted = await saveActions(tx, news.fresh);
    await takeAnswers(tx, news.fresh, nowMs);
    const signed = await joinSignatures(tx, news.fresh, nowMs);
    const street = await saveStreet(tx, news.fresh);
    await groupCases(tx, news.fresh, nowMs);
    const journals = await saveCompleteness(tx, records, statuses);
    const status = await saveStatus(tx, batch, nowMs);
    const reopened = await reopenAlarms(tx, speakersOf(alarmsIn(news), status.detectors), nowMs);
    const unstaged = await unstageAlarms(tx, status.counted, nowMs);
    const redated = await rebaseTimes(tx, status.newest, alarms, nowMs);
    await saveRefusals(tx, refused, nowMs);
    await noteChanges(tx, [
      ...asChanges("alarm", [
        ...alarms.map(({ episode }) => episode),
        ...reopened,
        ...unstaged,
        ...redated,
        ...signed,
        ...(await onDeskAt(tx, status.detectors)),
        ...(await onDeskAt(tx, acted)),
      ]),
      ...asChanges("street", street),
      ...asChanges("gateway", [
        ...status.gateways,
        ...status.detectors.keys(),
        ...journals.filter((one) => one.changed).map((one) => one.gateway),
        ...refused.map((one) => one.gateway),
      ]),
    ]);
    const confirmed = (one: TakenStatus): boolean => status.counted.has(one);
    return settle({ records, statuses, refused, confirmed }, journals);
  });

/** Detectors of which anything was said, by gateway. */
const speakersOf = (
  { fresh }: News<TakenAlarm>,
  told: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const speakers = new Map([...told].map(([gateway, names]) => [gateway, new Set(names)]));
  for (const { gateway, value } of fresh) {
    const names = speakers.get(gateway) ?? new Set();
    speakers.set(gateway, names.add(value.data.event.detector));
  }
  return speakers;
};

const alarmsIn = ({ fresh, nowDurable }: News): News<TakenAlarm> => ({
  fresh: fresh.filter((one) => one.kind === "alarm"),
  nowDurable: nowDurable.filter((one) => one.kind === "alarm"),
});

const asChanges = (kind: Change["kind"], refs: readonly string[]): readonly Change[] =>
  refs.map((ref) => ({ kind, ref }));

/** Alarms on the desk of these detectors: their present level, or what was done to them, is shown. */
const onDeskAt = async (
  tx: Writing,
  detectorsByGateway: ReadonlyMap<string, readonly string[]>,
): Promise<readonly string[]> => {
  const episodes: string[] = [];
  for (const [gateway, detectors] of detectorsByGateway) {
    for (const chunk of inChunks(detectors)) {
      const rows = await tx
        .selectFrom("alarms")
        .select("episode")
        .where("on_desk", "=", 1)
        .where("gateway", "=", gateway)
        .where("detector", "in", chunk)
        .execute();
      episodes.push(...rows.map((row) => row.episode));
    }
  }
  return episodes;
};

const saveRefusals = async (
  tx: Writing,
  refused: readonly RefusedMessage[],
  nowMs: number,
): Promise<void> => {
  for (const one of refused) {
    await tx
      .insertInto("refusals")
      .values({
        id: createHash("sha256")
          .update(`${one.topic}\n${one.id ?? ""}\n${one.body}`)
          .digest("hex"),
        gateway: one.gateway,
        reason_zh: withoutNul(one.reason.zh),
        reason_en: withoutNul(one.reason.en),
        topic: one.topic,
        body: withoutNul(one.body),
        times: 1,
        received_at_ms: nowMs,
      })
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((eb) => ({
          times: eb("refusals.times", "+", 1),
          received_at_ms: nowMs,
        })),
      )
      .execute();
  }
};

/** PostgreSQL keeps none; a reason may quote the message. */
const withoutNul = (text: string): string => text.replaceAll("\0", "\uFFFD");

/** What came, and which statuses of it count. */
interface Heard {
  readonly records: readonly TakenRecord[];
  readonly statuses: readonly TakenStatus[];
  readonly refused: readonly RefusedMessage[];
  readonly confirmed: (status: TakenStatus) => boolean;
}

/** One answer per journal heard from; what carries no number is answered by its id. */
const settle = (
  { records, statuses, refused, confirmed }: Heard,
  journals: readonly JournalState[],
): readonly Settled[] => {
  const byJournal = new Map<string, Open>();
  const open = (gateway: Settled["gateway"], journal: string | undefined): Open => {
    const key = JSON.stringify([gateway, journal]);
    const state = journals.find((one) => one.gateway === gateway && one.journal === journal);
    const entry = byJournal.get(key) ?? {
      gateway,
      ...(journal !== undefined && { journal }),
      stretches: state?.stretches ?? [],
      recorded: state?.recorded ?? 0,
      first: state?.first ?? 1,
      ids: [],
      refused: [],
    };
    byJournal.set(key, entry);
    return entry;
  };
  for (const { gateway, number, value } of records) {
    const entry = open(gateway, number?.journal);
    if (number === undefined) entry.ids.push(value.id);
  }
  for (const status of statuses) {
    const entry = open(status.gateway, status.value.journalid);
    if (confirmed(status)) entry.ids.push(status.value.id);
  }
  for (const { gateway, id, reason } of refused) {
    if (id !== undefined)
      open(gateway, undefined).refused.push({ id, reason: { zh: reason.zh, en: reason.en } });
  }
  return [...byJournal.values()];
};

type Open = Settled & {
  readonly ids: string[];
  readonly refused: Settled["refused"][number][];
};
