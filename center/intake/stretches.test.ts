import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  forksIn,
  parseStretches,
  promiseOf,
  rangesOf,
  stretchesToJson,
  withRecords,
  type Arrived,
} from "./stretches.ts";

const numbers = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
/** Records of one life of a journal, chained. */
const of =
  (life: string) =>
  (seq: number): Arrived => ({ seq, prev: `${life}${seq - 1}`, hash: `${life}${seq}` });
const bare = (seq: number): Arrived => ({ seq });

test("stretches are the set of the numbers, in whatever order and portions they came", () => {
  fc.assert(
    fc.property(
      numbers,
      numbers,
      fc.constantFrom<(seq: number) => Arrived>(bare, of("a")),
      (first, second, record) => {
        const stretches = withRecords(withRecords([], first.map(record)), second.map(record));
        const listed = rangesOf(stretches).flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, index) => from + index),
        );
        const set = new Set([...first, ...second]);
        expect(listed).toEqual([...set].sort((a, b) => a - b));
        expect(stretches).toHaveLength(new Set(listed.map((seq, at) => seq - at)).size);
        expect(parseStretches(stretchesToJson(stretches))).toEqual(stretches);
      },
    ),
  );
});

test("a receipt promises exactly what has arrived, and says of which records it speaks", () => {
  fc.assert(
    fc.property(numbers, (arrived) => {
      const { upTo, holes, ends } = promiseOf(withRecords([], arrived.map(of("a"))));
      for (let number = 1; number <= 61; number += 1) {
        const inHole = holes.some(([from, to]) => from <= number && number <= to);
        expect(number <= upTo && !inHole).toBe(arrived.includes(number));
      }
      const lasts = [...new Set(arrived)].filter((seq) => !arrived.includes(seq + 1));
      expect(ends).toEqual(lasts.sort((a, b) => a - b).map((seq) => [seq, `a${seq}`]));
    }),
  );
});

test("with more holes than a receipt carries it promises less, never more", () => {
  const odd = Array.from({ length: 2_000 }, (_, index) => of("a")(2 * index + 1));
  const { upTo, holes, ends } = promiseOf(withRecords([], odd));
  expect(holes).toHaveLength(500);
  expect(holes[0]).toEqual([2, 2]);
  expect(upTo).toBe(1_001);
  expect(ends.at(-1)).toEqual([1_001, "a1001"]);
});

/** What the gateway does with it (`Journal.settle`): all ends are its own, or nothing is settled. */
const isBelieved = (ends: readonly (readonly [number, string])[], own: readonly Arrived[]) =>
  ends.every(([seq, hash]) => own.some((one) => one.seq === seq && one.hash === hash));

test("whatever arrives of two lives of one journal, no receipt confirms what has not arrived", () => {
  const life = fc.record({ common: fc.integer({ min: 0, max: 5 }), own: fc.nat(5) });
  fc.assert(
    fc.property(
      life,
      fc.nat(5),
      fc.infiniteStream(fc.boolean()),
      fc.nat(30),
      (one, more, coin, count) => {
        const { common, own } = one;
        const before = [...Array(common + own).keys()].map((n) => of("a")(n + 1));
        // The last `own` records are lost; the next boot numbers `more` others from there.
        const after = [
          ...before.slice(0, common),
          ...[...Array(more).keys()].map((n) => ({
            seq: common + n + 1,
            prev: n === 0 ? `a${common}` : `b${common + n}`,
            hash: `b${common + n + 1}`,
          })),
        ];
        const arrived = [...before, ...after].filter(() => coin.next().value === true);
        const order = count % 2 === 0 ? arrived : arrived.toReversed();
        const { upTo, holes, ends } = promiseOf(withRecords([], order));
        if (!isBelieved(ends, after)) return;
        for (const { seq, hash } of after) {
          const isHole = holes.some(([from, to]) => from <= seq && seq <= to);
          if (seq > upTo || isHole) continue;
          expect(order.some((record) => record.seq === seq && record.hash === hash)).toBe(true);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test("numbers given twice stay apart, and the place is named", () => {
  const stretches = withRecords(
    [],
    [...[1, 2, 3].map(of("a")), { seq: 4, prev: "b3", hash: "b4" }, of("b")(5)],
  );
  expect(rangesOf(stretches)).toEqual([
    [1, 3],
    [4, 5],
  ]);
  expect(forksIn(stretches)).toEqual([3]);
  expect(promiseOf(stretches).ends).toEqual([
    [3, "a3"],
    [5, "b5"],
  ]);
});

test("what an older gateway sends without hashes grows together by number alone", () => {
  const stretches = withRecords([], [bare(1), of("a")(2), bare(3), of("b")(4)]);
  expect(rangesOf(stretches)).toEqual([[1, 4]]);
  expect(promiseOf([{ from: 1, to: 2 }]).ends).toEqual([]);
});
