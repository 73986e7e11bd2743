/** Byte and word order, with golden vectors for every encoding and order (capability I04). */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { byteOrders, encodings, type ByteOrder, type Encoding } from "./profile.ts";
import { readField, registerCount, registerName } from "./registers.ts";

/** One value for each encoding, and its registers in each order; IEEE 754 and two's complement. */
const goldenVectors: readonly (readonly [
  Encoding,
  number,
  Readonly<Record<ByteOrder, readonly number[]>>,
])[] = [
  ["u16", 0x1234, { ABCD: [0x1234], BADC: [0x3412], CDAB: [0x1234], DCBA: [0x3412] }],
  ["s16", -2, { ABCD: [0xfffe], BADC: [0xfeff], CDAB: [0xfffe], DCBA: [0xfeff] }],
  [
    "u32",
    0x1234_5678,
    {
      ABCD: [0x1234, 0x5678],
      BADC: [0x3412, 0x7856],
      CDAB: [0x5678, 0x1234],
      DCBA: [0x7856, 0x3412],
    },
  ],
  [
    "s32",
    -2_000_000_000, // 0x88CA6C00
    {
      ABCD: [0x88ca, 0x6c00],
      BADC: [0xca88, 0x006c],
      CDAB: [0x6c00, 0x88ca],
      DCBA: [0x006c, 0xca88],
    },
  ],
  [
    "f32",
    31.5, // 0x41FC0000
    {
      ABCD: [0x41fc, 0x0000],
      BADC: [0xfc41, 0x0000],
      CDAB: [0x0000, 0x41fc],
      DCBA: [0x0000, 0xfc41],
    },
  ],
  [
    "u64",
    0x0001_0203_0405_0607,
    {
      ABCD: [0x0001, 0x0203, 0x0405, 0x0607],
      BADC: [0x0100, 0x0302, 0x0504, 0x0706],
      CDAB: [0x0607, 0x0405, 0x0203, 0x0001],
      DCBA: [0x0706, 0x0504, 0x0302, 0x0100],
    },
  ],
  [
    "s64",
    -1_234_567_890_123, // 0xFFFFFEE08E04FB35
    {
      ABCD: [0xffff, 0xfee0, 0x8e04, 0xfb35],
      BADC: [0xffff, 0xe0fe, 0x048e, 0x35fb],
      CDAB: [0xfb35, 0x8e04, 0xfee0, 0xffff],
      DCBA: [0x35fb, 0x048e, 0xe0fe, 0xffff],
    },
  ],
  [
    "f64",
    0.1, // 0x3FB999999999999A
    {
      ABCD: [0x3fb9, 0x9999, 0x9999, 0x999a],
      BADC: [0xb93f, 0x9999, 0x9999, 0x9a99],
      CDAB: [0x999a, 0x9999, 0x9999, 0x3fb9],
      DCBA: [0x9a99, 0x9999, 0x9999, 0xb93f],
    },
  ],
];

test("there is a golden vector for every encoding", () => {
  expect(goldenVectors.map(([encoding]) => encoding)).toEqual([...encodings]);
});

test.each(
  goldenVectors.flatMap(([encoding, value, orders]) =>
    byteOrders.map((order) => [encoding, order, value, orders[order]] as const),
  ),
)("%s in order %s is %d", (encoding, order, value, registers) => {
  expect(readField(registers, { offset: 0, encoding, order })).toBe(value);
  // Whatever stands before it, and one register short it is not there.
  expect(readField([7, 7, ...registers], { offset: 2, encoding, order })).toBe(value);
  expect(readField(registers.slice(0, -1), { offset: 0, encoding, order })).toBeUndefined();
});

test("what is encoded reads back, in every order, over a codec written for this test", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...encodings),
      fc.constantFrom(...byteOrders),
      fc.double({ noNaN: true }),
      (encoding, order, any) => {
        const { registers, value } = encode(encoding, order, any);
        expect(readField(registers, { offset: 0, encoding, order })).toBe(value);
      },
    ),
  );
});

const setters: Readonly<Record<Encoding, (view: DataView, value: number) => number>> = {
  u16: (view, value) => (view.setUint16(0, value), view.getUint16(0)),
  s16: (view, value) => (view.setInt16(0, value), view.getInt16(0)),
  u32: (view, value) => (view.setUint32(0, value), view.getUint32(0)),
  s32: (view, value) => (view.setInt32(0, value), view.getInt32(0)),
  f32: (view, value) => (view.setFloat32(0, value), Math.fround(value)),
  u64: (view, value) => {
    const whole = wholeOf(Math.abs(value));
    view.setBigUint64(0, BigInt(whole));
    return whole;
  },
  s64: (view, value) => {
    const whole = wholeOf(value);
    view.setBigInt64(0, BigInt(whole));
    return whole;
  },
  f64: (view, value) => (view.setFloat64(0, value), value),
};

/** A whole number that a double holds exactly; infinity has none. */
const wholeOf = (value: number): number =>
  Number.isFinite(value) ? Math.trunc(value % Number.MAX_SAFE_INTEGER) + 0 : 0;

/** Bytes first in wire order, then permuted as the name of the order says. */
const encode = (encoding: Encoding, order: ByteOrder, any: number) => {
  const bytes = new Uint8Array(registerCount(encoding) * 2);
  const value = setters[encoding](new DataView(bytes.buffer), any);
  const wire = Array.from(bytes);
  const pairs = Array.from({ length: wire.length / 2 }, (_, index) =>
    wire.slice(index * 2, index * 2 + 2),
  );
  const words = order[0] === "C" || order[0] === "D" ? pairs.toReversed() : pairs;
  const registers = words.map(([high = 0, low = 0]) =>
    order === "BADC" || order === "DCBA" ? low * 256 + high : high * 256 + low,
  );
  return { registers, value };
};

test("decimals divide and a scale multiplies, without a wandering last digit", () => {
  expect(readField([37], { offset: 0, decimals: 1 })).toBe(3.7);
  expect(readField([0xfff6], { offset: 0, encoding: "s16", decimals: 1 })).toBe(-1);
  expect(readField([25], { offset: 0, scale: 4 })).toBe(100);
});

test.each([
  [1, 0, "0x0000 (00001)"],
  [2, 0, "0x0000 (10001)"],
  [3, 0, "0x0000 (40001)"],
  [4, 0, "0x0000 (30001)"],
  [3, 9_998, "0x270E (49999)"],
  [3, 9_999, "0x270F (410000)"],
  [3, 0x6001, "0x6001 (424578)"],
  [4, 65_535, "0xFFFF (365536)"],
] as const)("function %i, address %i is shown as %s", (functionCode, address, name) => {
  expect(registerName(functionCode, address)).toBe(name);
});
