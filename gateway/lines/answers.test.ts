import * as fc from "fast-check";
import { expect, test } from "vitest";
import { registersAnswer, withCrc, type SeenRequest } from "./testing/fake-bus.ts";
import {
  honestAnswer,
  openStory,
  readRegister,
  replyTimeoutMs,
  settled,
  valueAt,
} from "./testing/line-story.ts";

test("an answer after its time-out is dropped, and the next register gets its own value", async () => {
  const { time, line } = await openStory((request) => [
    { afterMs: request.address === 0 ? 350 : 10, bytes: honestAnswer(request) },
  ]);
  const first = readRegister(line, 0);
  const second = readRegister(line, 10);
  expect(await settled(time, first)).toMatchObject({ ok: false, error: { kind: "no-reply" } });
  expect(await settled(time, second)).toEqual({ ok: true, value: [valueAt(10)] });
  expect(line.stats().staleReplies).toBeGreaterThan(0);
});

test("a late answer held back until the next request never becomes that request's value", async () => {
  let owed: SeenRequest | undefined;
  const { time, line } = await openStory((request) => {
    if (request.address === 0) {
      owed = request;
      return [];
    }
    const late = owed;
    owed = undefined;
    return late === undefined
      ? [{ afterMs: 10, bytes: honestAnswer(request) }]
      : [{ afterMs: 5, bytes: honestAnswer(late) }];
  });
  const first = readRegister(line, 0);
  const second = readRegister(line, 10);
  expect(await settled(time, first)).toMatchObject({ ok: false });
  expect(await settled(time, second)).toEqual({ ok: true, value: [valueAt(10)] });
});

test("however late single answers come, no register ever gets another one's value", async () => {
  const prompt = fc.integer({ min: 0, max: replyTimeoutMs - 10 });
  const late = fc.integer({ min: replyTimeoutMs, max: 3 * replyTimeoutMs });
  await fc.assert(
    fc.asyncProperty(
      // A late answer, then as many prompt ones as it takes to see it through.
      fc.array(fc.tuple(late, fc.array(prompt, { minLength: 5, maxLength: 8 })), { maxLength: 4 }),
      async (stretches) => {
        const delaysMs = stretches.flatMap(([first, rest]) => [first, ...rest]);
        let answeredAtMs = 0;
        const { time, line } = await openStory((request) => {
          // A slow unit works off what it was asked in order.
          answeredAtMs = Math.max(answeredAtMs, request.atMs) + (delaysMs.shift() ?? 10);
          return [{ afterMs: answeredAtMs - request.atMs, bytes: honestAnswer(request) }];
        });
        for (let address = 0; address < 15; address += 1) {
          const result = await settled(time, readRegister(line, address));
          if (result.ok) expect(result.value).toEqual([valueAt(address)]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a unit that answers for another is named with it, at once", async () => {
  // M20 of the device vectors: a right checksum from unit 2 while unit 1 was asked.
  const { time, line } = await openStory(() => [
    { afterMs: 10, bytes: Buffer.from("020302 0064 FDAF".replaceAll(" ", ""), "hex") },
  ]);
  const asked = readRegister(line, 0);
  await time.pass(10);
  expect(await asked).toEqual({ ok: false, error: { kind: "wrong-unit", unit: 1, answeredBy: 2 } });
});

test("a unit that answers too late costs the next unit nothing", async () => {
  const { time, line } = await openStory((request) => [
    { afterMs: request.unit === 2 ? 405 : 30, bytes: honestAnswer(request) },
  ]);
  const slow = readRegister(line, 0, 2);
  const next = readRegister(line, 3, 1);
  expect(await settled(time, slow)).toMatchObject({ ok: false, error: { kind: "no-reply" } });
  expect(await settled(time, next)).toEqual({ ok: true, value: [valueAt(3)] });
  expect(line.stats()).toMatchObject({ requests: 2, staleReplies: 1 });
});

test("an answer is waited for to its end, even when its first part looks like another's frame", async () => {
  const values = [0x0203, 0x0200, 0x64fd, 0xaf00]; // M20 inside the data
  const answer = registersAnswer(1, 3, values);
  const { time, line } = await openStory(() => [
    { afterMs: 1, bytes: answer.subarray(0, 10) },
    { afterMs: 2, bytes: answer.subarray(10) },
  ]);
  const read = line.read({ unit: 1, functionCode: 3, address: 0, count: 4, replyTimeoutMs });
  expect(await settled(time, read)).toEqual({ ok: true, value: values });
});

test("an answer of the wrong length is refused, not shifted", async () => {
  // M21: one register where two were asked for.
  const { time, line } = await openStory(() => [
    { afterMs: 10, bytes: Buffer.from("0103020064B9AF", "hex") },
  ]);
  const read = line.read({ unit: 1, functionCode: 3, address: 0, count: 2, replyTimeoutMs });
  expect(await settled(time, read)).toEqual({
    ok: false,
    error: { kind: "wrong-length", unit: 1, askedBytes: 4, answeredBytes: 2 },
  });
});

test("an answer to another function is refused", async () => {
  const { time, line } = await openStory(() => [{ afterMs: 1, bytes: registersAnswer(1, 4, [5]) }]);
  expect(await settled(time, readRegister(line, 0))).toMatchObject({
    ok: false,
    error: { kind: "wrong-function", asked: 3, answered: 4 },
  });
});

test("a wrong checksum is garbled, never a value", async () => {
  // M08: M07 with its last byte changed.
  const { time, line } = await openStory(() => [
    { afterMs: 1, bytes: Buffer.from("500302070B067E", "hex") },
  ]);
  expect(await settled(time, readRegister(line, 0x34, 0x50))).toEqual({
    ok: false,
    error: { kind: "garbled", unit: 0x50, hex: "500302070b067e" },
  });
});

test("a coil that echoes another state was not written", async () => {
  const { time, line } = await openStory(({ unit }) => [
    { afterMs: 1, bytes: withCrc(unit, 5, 0, 4, 0, 0) },
  ]);
  const write = line.writeCoil({ unit: 1, address: 4, on: true, replyTimeoutMs });
  expect(await settled(time, write)).toMatchObject({ ok: false, error: { kind: "wrong-echo" } });
});

test("noise and the own request heard again before the answer are counted, not believed", async () => {
  const { time, line } = await openStory((request) => [
    { afterMs: 1, bytes: Buffer.from([0x00, 0xff]) },
    { afterMs: 2, bytes: request.bytes },
    { afterMs: 9, bytes: honestAnswer(request) },
  ]);
  expect(await settled(time, readRegister(line, 0x0301))).toEqual({
    ok: true,
    value: [valueAt(0x0301)],
  });
  expect(line.stats().discardedBytes).toBe(10);
});

test("an answer is the same however its bytes are cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 125 }),
      fc.array(fc.integer({ min: 1, max: 254 }), { maxLength: 6 }),
      async (values, cuts) => {
        const answer = registersAnswer(1, 3, values);
        const edges = [0, ...cuts.filter((cut) => cut < answer.length), answer.length];
        const sorted = edges.toSorted((a, b) => a - b);
        const { time, line } = await openStory(() =>
          sorted.slice(1).map((end, index) => ({
            afterMs: index,
            bytes: answer.subarray(sorted[index], end),
          })),
        );
        const read = line.read({
          unit: 1,
          functionCode: 3,
          address: 0,
          count: values.length,
          replyTimeoutMs,
        });
        expect(await settled(time, read)).toEqual({ ok: true, value: values });
      },
    ),
    { numRuns: 100 },
  );
});

test("random bytes never throw and never become a value", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
      const { time, line } = await openStory(() => [{ afterMs: 1, bytes: noise }]);
      expect(await settled(time, readRegister(line, 0))).toMatchObject({ ok: false });
    }),
    { numRuns: 100 },
  );
});
