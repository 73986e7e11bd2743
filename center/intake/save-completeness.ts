import type { StatusReport } from "#domain/wire-shapes.ts";
import { inLists } from "../store/chunks.ts";
import { insertRows } from "../store/insert-rows.ts";
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
    const key = keyOf({ gateway, journal });
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

  const known = await knownJournals(tx, [...journals.values()]);
  const states: JournalState[] = [];
  const rows: CompletenessRow[] = [];
  for (const [key, { gateway, journal, arrived, told, renewed }] of journals) {
    const row = known.get(key);
    const stretches = withRecords(row === undefined ? [] : parseStretches(row.received), arrived);
    const recorded = Math.max(row?.recorded ?? 0, told);
    const first = row?.first ?? renewed?.from ?? null;
    const received = stretchesToJson(stretches);
    const changed =
      row === undefined ||
      row.received !== received ||
      row.recorded !== recorded ||
      row.first !== first;
    if (changed) rows.push({ gateway, journal, received, recorded, first });
    if (renewed !== undefined) await saveRenewal(tx, { gateway, journal, renewed });
    states.push({ gateway, journal, stretches, recorded, first: first ?? 1, changed });
  }
  await insertRows(tx, "completeness", rows, (insert) =>
    insert.onConflict((conflict) =>
      conflict.columns(["gateway", "journal"]).doUpdateSet((eb) => ({
        received: eb.ref("excluded.received"),
        recorded: eb.ref("excluded.recorded"),
        first: eb.ref("excluded.first"),
      })),
    ),
  );
  return states;
};

type JournalName = Pick<CompletenessRow, "gateway" | "journal">;

const keyOf = ({ gateway, journal }: JournalName): string => JSON.stringify([gateway, journal]);

/** By {@link keyOf}. A journal's name is hardly ever another gateway's as well. */
const knownJournals = async (
  tx: Writing,
  names: readonly JournalName[],
): Promise<ReadonlyMap<string, CompletenessRow>> => {
  const known = new Map<string, CompletenessRow>();
  for (const chunk of inLists(names)) {
    const rows = await tx
      .selectFrom("completeness")
      .selectAll()
      .where(
        "gateway",
        "in",
        chunk.map(({ gateway }) => gateway),
      )
      .where(
        "journal",
        "in",
        chunk.map(({ journal }) => journal),
      )
      .execute();
    for (const row of rows) known.set(keyOf(row), row);
  }
  return known;
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
