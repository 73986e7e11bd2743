import type { StatusReport } from "#domain/wire-shapes.ts";
import type { Writing } from "../store/open-store.ts";
import type { CompletenessRow } from "../store/tables.ts";
import type { TakenRecord, TakenStatus } from "./read-message.ts";
import {
  parseStretches,
  stretchesToJson,
  withRecords,
  type Arrived,
  type Stretch,
} from "./stretches.ts";

/** What is known of the numbers of one journal. */
export interface JournalState {
  readonly gateway: string;
  readonly journal: string;
  readonly stretches: readonly Stretch[];
  readonly recorded: number;
  readonly first: number;
  /** Whether this batch changed it. */
  readonly changed: boolean;
}

type Renewed = NonNullable<StatusReport["renewed"]>;

/** Adds the numbers of a batch, and what the gateways say they have written, per journal. */
export const saveCompleteness = async (
  tx: Writing,
  records: readonly TakenRecord[],
  statuses: readonly TakenStatus[],
): Promise<readonly JournalState[]> => {
  const journals = new Map<
    string,
    { gateway: string; journal: string; arrived: Arrived[]; told: number; renewed?: Renewed }
  >();
  const at = (gateway: string, journal: string) => {
    const key = JSON.stringify([gateway, journal]);
    const entry = journals.get(key) ?? { gateway, journal, arrived: [], told: 0 };
    journals.set(key, entry);
    return entry;
  };
  for (const { gateway, number, value } of records) {
    if (number === undefined) continue;
    const { prev, hash } = value;
    at(gateway, number.journal).arrived.push({ seq: number.seq, prev, hash });
  }
  for (const { gateway, value } of statuses) {
    if (value.journalid === undefined) continue;
    const entry = at(gateway, value.journalid);
    entry.told = Math.max(entry.told, value.data.lastSeq);
    if (value.data.renewed !== undefined) entry.renewed = value.data.renewed;
  }

  const states: JournalState[] = [];
  for (const { gateway, journal, arrived, told, renewed } of journals.values()) {
    const row = await tx
      .selectFrom("completeness")
      .selectAll()
      .where("gateway", "=", gateway)
      .where("journal", "=", journal)
      .executeTakeFirst();
    const stretches = withRecords(row === undefined ? [] : parseStretches(row.received), arrived);
    const recorded = Math.max(row?.recorded ?? 0, told);
    const first = row?.first ?? renewed?.from ?? null;
    const received = stretchesToJson(stretches);
    const changed =
      row === undefined ||
      row.received !== received ||
      row.recorded !== recorded ||
      row.first !== first;
    if (changed) await upsert(tx, { gateway, journal, received, recorded, first });
    if (renewed !== undefined) await saveRenewal(tx, { gateway, journal, renewed });
    states.push({ gateway, journal, stretches, recorded, first: first ?? 1, changed });
  }
  return states;
};

const upsert = async (tx: Writing, row: CompletenessRow): Promise<void> => {
  await tx
    .insertInto("completeness")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(["gateway", "journal"])
        .doUpdateSet({ received: row.received, recorded: row.recorded, first: row.first }),
    )
    .execute();
};

/** Once known it never changes: an id is given to one journal, once. */
const saveRenewal = async (
  tx: Writing,
  {
    gateway,
    journal,
    renewed,
  }: { readonly gateway: string; readonly journal: string; readonly renewed: Renewed },
): Promise<void> => {
  await tx
    .insertInto("journal_renewals")
    .values({
      gateway,
      journal: renewed.journal,
      goes_on_as: journal,
      from_seq: renewed.from,
      to_seq: renewed.to,
    })
    .onConflict((conflict) => conflict.columns(["gateway", "journal"]).doNothing())
    .execute();
};
