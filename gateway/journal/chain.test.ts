import * as fc from "fast-check";
import { expect, test } from "vitest";
import { journalId } from "#domain/ids.ts";
import type { JournalRecord } from "#gateway/ports.ts";
import { canonicalJson, chainHash, verifyChain } from "./chain.ts";
import { createMemoryJournal } from "./memory-journal.ts";
import { alarmRecord, sampleNotice } from "./sample-notice.ts";

const id = journalId("journal-1");

const chainOf = async (count: number): Promise<readonly JournalRecord[]> => {
  const journal = createMemoryJournal({ id });
  return journal.append(
    Array.from({ length: count }, (_, n) => alarmRecord(`event-${n + 1}`)),
    [],
  );
};

const replaced = (
  records: readonly JournalRecord[],
  seq: number,
  change: Partial<JournalRecord>,
): readonly JournalRecord[] =>
  records.map((record) => (record.seq === seq ? Object.assign({}, record, change) : record));

test("an untouched chain holds, as a whole and from any point on", async () => {
  const records = await chainOf(5);
  expect(verifyChain(records)).toMatchObject({ ok: true, value: { seq: 5 } });
  const [first] = records;
  if (first === undefined) throw new Error("no record");
  expect(verifyChain(records.slice(1), first).ok).toBe(true);
  expect(verifyChain([])).toMatchObject({ ok: true, value: { seq: 0 } });
});

test("one changed character names the record it is in", async () => {
  const notice = sampleNotice("event-3");
  const changed = { ...notice, event: { ...notice.event, priority: 2 as const } };
  expect(verifyChain(replaced(await chainOf(5), 3, { notice: changed }))).toMatchObject({
    ok: false,
    error: { kind: "altered", seq: 3 },
  });
});

test("a record re-hashed after a change no longer fits the one behind it", async () => {
  const records = await chainOf(5);
  const third = records[2];
  if (third === undefined) throw new Error("no record");
  const forged = { ...third, notice: sampleNotice("other") };
  const hash = chainHash(forged, forged.prev);
  expect(verifyChain(replaced(records, 3, { notice: forged.notice, hash }))).toMatchObject({
    error: { kind: "unlinked", seq: 4 },
  });
});

test("a missing record is named by its number", async () => {
  const records = await chainOf(5);
  expect(verifyChain(records.filter(({ seq }) => seq !== 2))).toMatchObject({
    error: { kind: "missing", seq: 2 },
  });
});

test("a record of another journal, lane or number does not fit", async () => {
  const records = await chainOf(3);
  for (const change of [{ journalId: journalId("other") }, { lane: "state" as const }]) {
    expect(verifyChain(replaced(records, 2, change))).toMatchObject({
      error: { kind: "altered", seq: 2 },
    });
  }
});

test("the hash is the same before and after a journey through JSON, in any order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonicalJson({ b: 1, a: [undefined, { d: undefined, c: "金丝雀" }] })).toBe(
    '{"a":[null,{"c":"金丝雀"}],"b":1}',
  );
});

test("the hash of a known record never changes between versions", () => {
  const content = { ...alarmRecord("leak"), journalId: id, seq: 1 };
  expect(chainHash(content, "0".repeat(64))).toBe(
    "955cc6bdc2af2f7cc64f32eb9c203bb88f100965ff2be0bd5b0c35317e547e8d",
  );
});
