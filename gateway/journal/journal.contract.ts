/** What every journal promises; see `Journal` in `gateway/ports.ts`. */
import { afterEach, expect, test } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { noticeId } from "#domain/notice.ts";
import type { JournalRecord } from "#gateway/ports.ts";
import { verifyChain } from "./chain.ts";
import type { RenewableJournal } from "./renewable-journal.ts";
import { alarmRecord, stateRecord } from "./sample-notice.ts";

export const journalContract = (name: string, open: () => Promise<RenewableJournal>): void => {
  const opened: RenewableJournal[] = [];
  const openFresh = async (): Promise<RenewableJournal> => {
    const journal = await open();
    opened.push(journal);
    return journal;
  };
  afterEach(async () => {
    for (const journal of opened.splice(0)) await journal.close();
  });

  test(`${name}: numbers run 1, 2, 3 … over all lanes, and the chain holds`, async () => {
    const journal = await openFresh();
    await journal.append([alarmRecord("a"), stateRecord("b")], []);
    await journal.append([alarmRecord("c")], []);

    const alarms = await journal.pending("alarm", 0, 10);
    const states = await journal.pending("state", 0, 10);
    expect(alarms.map(numberAndId)).toEqual(["1 a", "3 c"]);
    expect(states.map(numberAndId)).toEqual(["2 b"]);
    expect(alarms.every(({ journalId }) => journalId === journal.id)).toBe(true);
    expect(verifyChain([...alarms, ...states].toSorted((a, b) => a.seq - b.seq)).ok).toBe(true);
  });

  test(`${name}: a notice comes back as it was given`, async () => {
    const journal = await openFresh();
    const given = alarmRecord("leak");
    const [kept] = await journal.append([given], []);
    expect(kept).toMatchObject(given);
    expect(await journal.pending("alarm", 0, 1)).toEqual([kept]);
  });

  test(`${name}: an event id seen before is kept once and answered with its first record`, async () => {
    const journal = await openFresh();
    const [first] = await journal.append([alarmRecord("a")], []);
    const again = await journal.append([stateRecord("a"), alarmRecord("b"), alarmRecord("b")], []);

    expect(again.map(numberAndId)).toEqual(["1 a", "2 b", "2 b"]);
    expect(again[0]).toEqual(first);
    expect(await journal.counts()).toEqual({ lastSeq: 2, pending: 2 });
  });

  test(`${name}: many appends at once are answered each with its own records`, async () => {
    const journal = await openFresh();
    const ids = Array.from({ length: 300 }, (_, n) => `event-${n}`);
    const answers = await Promise.all(ids.map((id) => journal.append([alarmRecord(id)], [])));

    expect(answers.flat().map(({ notice }) => noticeId(notice))).toEqual(ids);
    expect(answers.flat().map(({ seq }) => seq)).toEqual(ids.map((_, n) => n + 1));
  });

  test(`${name}: pending goes on above a number, oldest first, no more than asked for`, async () => {
    const journal = await openFresh();
    await journal.append(["a", "b", "c", "d"].map(alarmRecord), []);
    expect((await journal.pending("alarm", 1, 2)).map(numberAndId)).toEqual(["2 b", "3 c"]);
    expect(await journal.pending("telemetry", 0, 2)).toEqual([]);
  });

  test(`${name}: the center's word settles what it covers and leaves the holes pending`, async () => {
    const journal = await openFresh();
    await journal.append(["a", "b", "c", "d", "e"].map(alarmRecord), []);
    await journal.settle({ upTo: 4, holes: [[2, 3]] });
    expect((await journal.pending("alarm", 0, 10)).map(({ seq }) => seq)).toEqual([2, 3, 5]);
    expect(await journal.counts()).toEqual({ lastSeq: 5, pending: 3 });

    await journal.settle({ upTo: 4, holes: [[2, 3]] });
    await journal.settle({ upTo: 2, holes: [] });
    expect((await journal.pending("alarm", 0, 10)).map(({ seq }) => seq)).toEqual([3, 5]);
  });

  test(`${name}: what the center had and has lost is pending again`, async () => {
    const journal = await openFresh();
    await journal.append(["a", "b", "c", "d", "e"].map(alarmRecord), []);
    expect(await journal.settle({ upTo: 5, holes: [] })).toEqual({ reopened: 0 });

    expect(await journal.settle({ upTo: 5, holes: [[2, 3]] })).toEqual({ reopened: 2 });
    expect((await journal.pending("alarm", 0, 10)).map(numberAndId)).toEqual(["2 b", "3 c"]);
    expect(await journal.settle({ upTo: 5, holes: [[2, 3]] })).toEqual({ reopened: 0 });
    expect(await journal.settle({ upTo: 5, holes: [[3, 3]] })).toEqual({ reopened: 0 });
    expect(await journal.settle({ upTo: 5, holes: [[1, 5]] })).toEqual({ reopened: 4 });
    expect(await journal.counts()).toEqual({ lastSeq: 5, pending: 5 });
  });

  test(`${name}: a word about other records under the same numbers settles nothing`, async () => {
    const journal = await openFresh();
    const records = await journal.append(["a", "b", "c"].map(alarmRecord), []);
    const hashAt = (seq: number): string => records[seq - 1]?.hash ?? "";
    const foreign = "f".repeat(64);

    const holes = [[2, 2]] as const;
    const half = { upTo: 3, holes, ends: [[1, hashAt(1)] as const, [3, foreign] as const] };
    expect(await journal.settle(half)).toEqual({ reopened: 0, contradicted: 3 });
    const beyond = { upTo: 9, holes: [], ends: [[9, foreign] as const] };
    expect(await journal.settle(beyond)).toEqual({ reopened: 0, contradicted: 9 });
    expect(await journal.counts()).toEqual({ lastSeq: 3, pending: 3 });

    const own = { upTo: 3, holes, ends: [[1, hashAt(1)] as const, [3, hashAt(3)] as const] };
    expect(await journal.settle(own)).toEqual({ reopened: 0 });
    expect((await journal.pending("alarm", 0, 10)).map(({ seq }) => seq)).toEqual([2]);
  });

  test(`${name}: a settled record keeps its number, and numbers nobody has are ignored`, async () => {
    const journal = await openFresh();
    await journal.append([alarmRecord("a")], []);
    await journal.settle({ upTo: 99, holes: [[50, 60]] });
    const [next] = await journal.append([alarmRecord("b")], []);

    expect(next?.seq).toBe(2);
    expect(await journal.counts()).toEqual({ lastSeq: 2, pending: 1 });
    const [same] = await journal.append([alarmRecord("a")], []);
    expect(same?.seq).toBe(1);
  });

  test(`${name}: the newest state of a detector is the one that is kept`, async () => {
    const journal = await openFresh();
    const kitchen = detectorId("kitchen");
    await journal.append([], [{ detector: kitchen, json: '{"ppm":1}' }]);
    await journal.append([alarmRecord("a")], [{ detector: kitchen, json: '{"ppm":320}' }]);
    expect(await journal.states()).toEqual([{ detector: kitchen, json: '{"ppm":320}' }]);
  });

  test(`${name}: a renewed journal keeps records and numbers, under a new id and all pending`, async () => {
    const journal = await openFresh();
    const { id } = journal;
    const before = await journal.append(["a", "b", "c"].map(alarmRecord), []);
    await journal.settle({ upTo: 3, holes: [] });
    await journal.renew();
    const [next] = await journal.append([alarmRecord("d")], []);

    expect(journal.id).not.toBe(id);
    const after = await journal.pending("alarm", 0, 10);
    expect(after.map(numberAndId)).toEqual(["1 a", "2 b", "3 c", "4 d"]);
    expect(after.map(({ notice }) => notice).slice(0, 3)).toEqual(
      before.map(({ notice }) => notice),
    );
    expect(after.every(({ journalId }) => journalId === journal.id)).toBe(true);
    expect(verifyChain(after)).toMatchObject({ ok: true, value: { hash: next?.hash } });
  });

  test(`${name}: what is appended while the journal is renewed is told as it stands in it`, async () => {
    const journal = await openFresh();
    await journal.append([alarmRecord("a")], []);
    const [[kept]] = await Promise.all([
      journal.append([alarmRecord("b")], []),
      journal.renew(),
      journal.append([alarmRecord("c")], []),
    ]);
    const [, written] = await journal.pending("alarm", 0, 10);
    const isOfNow = kept?.journalId === journal.id;
    expect(kept?.hash === written?.hash).toBe(isOfNow);
  });

  test(`${name}: after close every append is rejected, none is lost in silence`, async () => {
    const journal = await openFresh();
    await journal.append([alarmRecord("a")], []);
    await journal.close();
    await expect(journal.append([alarmRecord("b")], [])).rejects.toThrow("closed");
  });
};

const numberAndId = ({ seq, notice }: JournalRecord): string => `${seq} ${noticeId(notice)}`;
