import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { TakenRecord } from "./read-message.ts";
import { insertRows } from "../store/insert-rows.ts";

/** What a batch brought that the center did not know. */
export interface News<Taken extends TakenRecord = TakenRecord> {
  /** Notices seen for the first time, once each. */
  readonly fresh: readonly Taken[];
  /** Notices known so far only un-numbered, now on the gateway's disk as well. */
  readonly nowDurable: readonly Taken[];
}

/** Writes the records of a batch once each by (source, id), however often they came. */
export const saveRecords = async (
  tx: Writing,
  arrivals: readonly TakenRecord[],
  nowMs: number,
): Promise<News> => {
  // Almost always all of them are new: they are written first, and only the others looked up.
  const wanted = new Map<string, TakenRecord>();
  for (const arrival of arrivals) {
    const key = recordKey(arrival.value);
    // Both forms in one batch: the numbered one says more.
    if (arrival.value.durable || !wanted.has(key)) wanted.set(key, arrival);
  }
  const written = await insertRows(
    tx,
    "records",
    [...wanted.values()].map((one) => recordRow(one, nowMs)),
    (insert) =>
      insert
        .onConflict((conflict) => conflict.columns(["source", "id"]).doNothing())
        .returning(["source", "id"]),
  );
  const isFresh = new Set(written.map(recordKey));
  const repeated = arrivals.filter(({ value }) => !isFresh.has(recordKey(value)));
  const known = await knownRecords(tx, repeated);
  const nowDurable = new Map<string, TakenRecord>();
  const renumbered = new Map<string, TakenRecord>();
  for (const arrival of repeated) {
    const key = recordKey(arrival.value);
    const before = known.get(key);
    if (before === undefined) throw new Error(`record ${key} is neither new nor known`);
    if (!before.durable && arrival.value.durable) nowDurable.set(key, arrival);
    else if (isElsewhere(before, arrival)) renumbered.set(key, arrival);
  }
  for (const one of [...nowDurable.values(), ...renumbered.values()]) {
    const { durable, journal, seq } = recordRow(one, nowMs);
    await tx
      .updateTable("records")
      .set({ durable, journal, seq })
      .where("source", "=", one.value.source)
      .where("id", "=", one.value.id)
      .execute();
  }
  const fresh = [...wanted].flatMap(([key, one]) => (isFresh.has(key) ? [one] : []));
  return { fresh, nowDurable: [...nowDurable.values()] };
};

interface Known {
  /** Whether its gateway has it on disk, and under which number. */
  readonly durable: boolean;
  readonly journal: string | null;
  readonly seq: number | null;
}

/** The journal was renewed: the record has a number there now. */
const isElsewhere = ({ journal, seq }: Known, { number }: TakenRecord): boolean =>
  number !== undefined && (number.journal !== journal || number.seq !== seq);

const knownRecords = async (
  tx: Writing,
  arrivals: readonly TakenRecord[],
): Promise<ReadonlyMap<string, Known>> => {
  const bySource = Map.groupBy(arrivals, (one) => one.value.source);
  const known = new Map<string, Known>();
  for (const [source, ofSource] of bySource) {
    const ids = [...new Set(ofSource.map((one) => one.value.id))];
    for (const chunk of inLists(ids)) {
      const rows = await tx
        .selectFrom("records")
        .select(["id", "durable", "journal", "seq"])
        .where("source", "=", source)
        .where("id", "in", chunk)
        .execute();
      for (const { id, durable, journal, seq } of rows) {
        known.set(recordKey({ source, id }), { durable: durable === 1, journal, seq });
      }
    }
  }
  return known;
};

/** A source holds no space, so this cannot be ambiguous. */
const recordKey = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  `${source} ${id}`;

const recordRow = (one: TakenRecord, nowMs: number) => ({
  source: one.value.source,
  id: one.value.id,
  gateway: one.gateway,
  journal: one.number?.journal ?? null,
  seq: one.number?.seq ?? null,
  lane: one.lane,
  episode: episodeOf(one),
  durable: Number(one.value.durable),
  late: Number(one.value.late),
  body: one.body,
  received_at_ms: nowMs,
});

/** Empty for what is about no single episode. */
const episodeOf = (one: TakenRecord): string => {
  switch (one.kind) {
    case "alarm":
      return one.value.data.event.episode;
    case "action":
      return one.value.data.action.episode ?? "";
    case "street":
      return "";
  }
};
