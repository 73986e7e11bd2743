/** Values in 16-bit registers: byte order, word order, and addresses shown both ways. */
import type { ByteOrder, Encoding, RegisterRead } from "./profile.ts";

export interface RegisterField {
  readonly offset: number;
  /** Default `u16`. */
  readonly encoding?: Encoding;
  /** Default `ABCD`. */
  readonly order?: ByteOrder;
  /** Multiplies after decoding. */
  readonly scale?: number;
  /** Divides by 10 to this power after decoding. */
  readonly decimals?: number;
}

/** Registers that a value takes. */
export const registerCount = (encoding: Encoding): 1 | 2 | 4 => {
  switch (encoding) {
    case "u16":
    case "s16":
      return 1;
    case "u32":
    case "s32":
    case "f32":
      return 2;
    case "u64":
    case "s64":
    case "f64":
      return 4;
  }
};

/**
 * One value out of registers; `undefined` when they do not reach that far. May be NaN or infinite
 * for floats. 64-bit integers above 2^53 are rounded to the nearest double.
 */
export const readField = (
  registers: readonly number[],
  field: RegisterField,
): number | undefined => {
  const encoding = field.encoding ?? "u16";
  const count = registerCount(encoding);
  const words = registers.slice(field.offset, field.offset + count);
  if (words.length < count) return undefined;
  const view = inOrder(words, field.order ?? "ABCD");
  return (decode(view, encoding) * (field.scale ?? 1)) / 10 ** (field.decimals ?? 0);
};

const inOrder = (words: readonly number[], order: ByteOrder): DataView => {
  const ordered = order === "CDAB" || order === "DCBA" ? words.toReversed() : words;
  const swapped = order === "BADC" || order === "DCBA";
  const view = new DataView(new ArrayBuffer(words.length * 2));
  ordered.forEach((word, index) => view.setUint16(index * 2, word, swapped));
  return view;
};

const decode = (view: DataView, encoding: Encoding): number => {
  switch (encoding) {
    case "u16":
      return view.getUint16(0);
    case "s16":
      return view.getInt16(0);
    case "u32":
      return view.getUint32(0);
    case "s32":
      return view.getInt32(0);
    case "f32":
      return view.getFloat32(0);
    case "u64":
      return Number(view.getBigUint64(0));
    case "s64":
      return Number(view.getBigInt64(0));
    case "f64":
      return view.getFloat64(0);
  }
};

/** First digit of the reference number: coils 0, discrete inputs 1, holding 4, input registers 3. */
const referenceDigit = { 1: 0, 2: 1, 3: 4, 4: 3 } as const;

/**
 * A register in both forms people use, so that nobody is off by one: the 0-based address on the
 * wire and the 1-based reference number of manuals: `0x0001 (40002)`, `0x6001 (424578)`.
 */
export const registerName = (
  functionCode: RegisterRead["functionCode"],
  address: number,
): string => {
  const digits = address < 9_999 ? 4 : 5;
  const reference = `${referenceDigit[functionCode]}${String(address + 1).padStart(digits, "0")}`;
  return `0x${address.toString(16).toUpperCase().padStart(4, "0")} (${reference})`;
};
