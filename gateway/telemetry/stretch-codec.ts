/**
 * Stretches as few bytes: whole numbers of seven bits a byte, each as the difference to what is
 * near. About eight bytes for a minute of a quiet detector.
 */
import { badQualities } from "#domain/reading.ts";
import type { Stretch } from "#domain/telemetry.ts";

const values = 0;
/** 1 … n: the quality's place in this list, which may only ever grow at its end. */
const qualities = badQualities;

export const encodeStretches = (stretches: readonly Stretch[]): Uint8Array => {
  const bytes: number[] = [];
  let endMs = 0;
  let level = 0;
  for (const stretch of stretches) {
    putSigned(bytes, stretch.atMs - endMs);
    put(bytes, stretch.forMs);
    put(bytes, stretch.count);
    endMs = stretch.atMs + stretch.forMs;
    if (stretch.quality !== undefined) {
      put(bytes, qualities.indexOf(stretch.quality) + 1);
      continue;
    }
    const { min, max, sum, count } = stretch;
    put(bytes, values);
    putSigned(bytes, min - level);
    put(bytes, max - min);
    put(bytes, sum - min * count);
    level = min;
  }
  return Uint8Array.from(bytes);
};

/** The reverse; throws on bytes that {@link encodeStretches} has not made. */
export const decodeStretches = (bytes: Uint8Array): readonly Stretch[] => {
  const cursor = { bytes, at: 0 };
  const stretches: Stretch[] = [];
  let endMs = 0;
  let level = 0;
  while (cursor.at < bytes.length) {
    const atMs = endMs + takeSigned(cursor);
    const forMs = take(cursor);
    const count = take(cursor);
    const kind = take(cursor);
    endMs = atMs + forMs;
    if (kind === values) {
      const min = level + takeSigned(cursor);
      const max = min + take(cursor);
      const sum = take(cursor) + min * count;
      stretches.push({ atMs, forMs, count, min, max, sum });
      level = min;
      continue;
    }
    const quality = qualities[kind - 1];
    if (quality === undefined) throw new Error(`telemetry block: no quality ${kind}`);
    stretches.push({ atMs, forMs, count, quality });
  }
  return stretches;
};

// Arithmetic, not bit operations: those would cut numbers at 32 bits.
const put = (bytes: number[], value: number): void => {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
};

const putSigned = (bytes: number[], value: number): void =>
  put(bytes, value < 0 ? -2 * value - 1 : 2 * value);

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const take = (cursor: Cursor): number => {
  let value = 0;
  let unit = 1;
  for (;;) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new Error("telemetry block: it ends in the middle");
    cursor.at += 1;
    value += (byte % 0x80) * unit;
    if (byte < 0x80) return value;
    unit *= 0x80;
  }
};

const takeSigned = (cursor: Cursor): number => {
  const value = take(cursor);
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
};
