/** Frames out of a byte stream, however it is cut, disturbed or delayed. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { monoMs } from "#domain/quantity.ts";
import { inWords } from "./in-words.ts";
import { winsenZe07, winsenZe07Asked, winsenZe15 } from "./profiles/winsen.ts";
import type { SerialProfile } from "./profile.ts";
import { createFrameReader, strayBytes } from "./serial.ts";
import { winsenChecksum } from "./winsen.ts";

/** An uploaded frame with a right checksum. */
const frame = (raw: number, { gas = 4, unit = 3, decimals = 1, full = 5_000 } = {}): number[] => {
  const body = [0xff, gas, unit, decimals, raw >> 8, raw & 0xff, full >> 8, full & 0xff];
  return [...body, winsenChecksum(body)];
};

const read = (profile: SerialProfile, bytes: readonly number[]) => {
  const { frames, discarded } = createFrameReader(profile).push(Uint8Array.from(bytes), monoMs(0));
  return { says: frames.map((findings) => findings.map(inWords).join(", ")), discarded };
};

test("a stream says the same however it is cut into pieces", () => {
  const bytes = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 4_999 }).map((raw) => frame(raw)),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 }),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(bytes, fc.array(fc.nat({ max: 12 })), (parts, cuts) => {
      const stream = parts.flat();
      const whole = read(winsenZe07, stream);
      const reader = createFrameReader(winsenZe07);
      const pieces = pieceSizes(stream.length, cuts).map(([from, to], index) =>
        reader.push(Uint8Array.from(stream.slice(from, to)), monoMs(index)),
      );
      expect(
        pieces.flatMap(({ frames }) => frames).map((one) => one.map(inWords).join(", ")),
      ).toEqual(whole.says);
      expect(pieces.flatMap(({ discarded }) => discarded)).toEqual(whole.discarded);
    }),
  );
});

const pieceSizes = (
  length: number,
  cuts: readonly number[],
): readonly (readonly [number, number])[] => {
  const pieces: [number, number][] = [];
  let from = 0;
  for (const size of [...cuts, length]) {
    pieces.push([from, Math.min(from + size, length)]);
    from = Math.min(from + size, length);
  }
  return pieces;
};

test("nothing vanishes: every byte is in a frame, comes back, or still waits", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const reader = createFrameReader(winsenZe07);
      const first = reader.push(bytes, monoMs(0));
      const rest = reader.push(new Uint8Array(), monoMs(1_000));
      expect(first.frames.length * 9 + first.discarded.length + rest.discarded.length).toBe(
        bytes.length,
      );
    }),
  );
});

test("clean frames after any garbage are found again within one frame", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (garbage) => {
      const { says } = read(winsenZe07, [...garbage, ...frame(37), ...frame(38), ...frame(39)]);
      expect(says.slice(-1)).toEqual(["co 3.9 ppm"]);
    }),
  );
});

test("a frame in two halves counts within half a second and not after it", () => {
  const halves = [frame(37).slice(0, 4), frame(37).slice(4)].map((half) => Uint8Array.from(half));
  const at = (gapMs: number) => {
    const reader = createFrameReader(winsenZe07);
    return [
      reader.push(halves[0] ?? new Uint8Array(), monoMs(0)),
      reader.push(halves[1] ?? new Uint8Array(), monoMs(gapMs)),
    ].flatMap(({ frames }) => frames).length;
  };
  expect([at(499), at(500)]).toEqual([1, 0]);
});

test.each([
  ["another gas", winsenZe07, frame(37, { gas: 3 }), "FAULT wrong-unit byte 1"],
  ["another unit", winsenZe07, frame(37, { unit: 4 }), "FAULT wrong-unit byte 2"],
  ["absurd decimals", winsenZe07, frame(37, { decimals: 200 }), "FAULT wrong-unit byte 3"],
  ["no value", winsenZe07, frame(0xffff), "co sentinel [65535]"],
  ["full scale", winsenZe07, frame(5_000), "co 500 ppm over-range"],
  ["a full scale of its own", winsenZe07, frame(999, { decimals: 0, full: 1_000 }), "co 999 ppm"],
  ["beyond belief", winsenZe07, frame(60_000), "co out-of-range [60000]"],
  ["an answer nobody asked for", winsenZe07, answer(42), "FAULT unsupported byte 1"],
  ["an upload in answer mode", winsenZe07Asked, frame(37), "co 3.7 ppm"],
  [
    "a broken sensor, low value",
    winsenZe15,
    frame(0x8025),
    "sensor-fault yes, co not-reported [3.7 (not trusted)]",
  ],
  ["a broken sensor, high value", winsenZe15, frame(0x85dc), "sensor-fault yes, co 150 ppm"],
  ["a sound sensor", winsenZe15, frame(0x05dc), "sensor-fault no, co 150 ppm"],
])("%s", (_, profile, bytes, says) => {
  expect(read(profile, bytes)).toEqual({ says: [says], discarded: [] });
});

function answer(raw: number): number[] {
  const body = [0xff, 0x86, raw >> 8, raw & 0xff, 0, 0, 0, 0];
  return [...body, winsenChecksum(body)];
}

test("stray bytes are a fault that shows them", () => {
  const shown = strayBytes([0x00, 0x12, 0xff]);
  expect(shown).toMatchObject({ code: "malformed", at: "bytes 00 12 FF" });
  expect(strayBytes(Array.from({ length: 40 }, () => 1)).at).toMatch(/ …$/);
});
