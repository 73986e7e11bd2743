/** JSON from devices: read strictly when it is whole, salvaged when it is not. */
import type { Bilingual } from "#domain/result.ts";

/**
 * `broken` holds what could be read: one value, or two when keys came twice (first and last win),
 * none when nothing was legible. Its numbers may be NaN, which Python writes without asking.
 */
export type JsonReading =
  | { readonly kind: "whole"; readonly value: unknown }
  | { readonly kind: "broken"; readonly what: Bilingual; readonly values: readonly unknown[] };

export const readJson = (utf8: Uint8Array): JsonReading => {
  const text = decoder.decode(utf8);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const salvage = salvageJson(text, "last");
    const values = salvage.value === undefined ? [] : [salvage.value];
    return { kind: "broken", what: salvage.cut ? cutOff : notJson, values };
  }
  if (countPairs(utf8) === countKeys(value)) return { kind: "whole", value };
  return {
    kind: "broken",
    what: twice,
    values: [salvageJson(text, "first").value, value],
  };
};

const cutOff: Bilingual = { zh: "报文被截断", en: "the message is cut off" };
const notJson: Bilingual = { zh: "报文不是有效的 JSON", en: "the message is not valid JSON" };
const twice: Bilingual = {
  zh: "报文中同一字段出现两次",
  en: "the message has the same field twice",
};

const decoder = new TextDecoder();

/**
 * Colons outside strings: in valid JSON, the number of key/value pairs as written. On the hot path,
 * hence over bytes (half the time it takes over a string) and with a loop for the inside of strings.
 */
const countPairs = (utf8: Uint8Array): number => {
  let pairs = 0;
  for (let index = 0; index < utf8.length; index += 1) {
    if (utf8[index] === colon) pairs += 1;
    else if (utf8[index] === quote)
      for (index += 1; index < utf8.length && utf8[index] !== quote; index += 1)
        if (utf8[index] === backslash) index += 1;
  }
  return pairs;
};
const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Not recursive: a message may nest deeper than the stack. */
const countKeys = (value: unknown): number => {
  let keys = 0;
  const open: unknown[] = [];
  for (let one = value; one !== undefined; one = open.pop()) {
    if (Array.isArray(one)) {
      for (const inner of one as readonly unknown[]) if (isNested(inner)) open.push(inner);
    } else if (isNested(one)) {
      // Its keys come from JSON.parse, so all of them are its own.
      for (const key in one) {
        keys += 1;
        const inner = one[key];
        if (isNested(inner)) open.push(inner);
      }
    }
  }
  return keys;
};

const isNested = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

interface Salvage {
  /** `undefined`: nothing legible. */
  readonly value: unknown;
  /** The text ended too early; otherwise something in it was not JSON. */
  readonly cut: boolean;
}

interface Cursor {
  readonly text: string;
  readonly repeated: "first" | "last";
  at: number;
  /** Set at the first thing that cannot be read; everything complete before it is kept. */
  stopped: boolean;
}

const deepest = 32;

/**
 * Reads as far as the text is legible. Only complete values count: a number must be followed by
 * something that ends it, so that 205 cut down to 20 is not taken for 20.
 */
export const salvageJson = (text: string, repeated: "first" | "last"): Salvage => {
  const cursor: Cursor = { text, repeated, at: 0, stopped: false };
  skipSpace(cursor);
  const opens = text[cursor.at] === "{" || text[cursor.at] === "[";
  const value = opens ? readValue(cursor, 0) : undefined;
  return { value, cut: cursor.at >= text.length && (cursor.stopped || !opens) };
};

const readValue = (cursor: Cursor, depth: number): unknown => {
  skipSpace(cursor);
  const character = cursor.text[cursor.at];
  if (depth > deepest || character === undefined) return stop(cursor);
  if (character === "{") return readObject(cursor, depth);
  if (character === "[") return readArray(cursor, depth);
  if (character === '"') return readString(cursor);
  return readToken(cursor);
};

const readObject = (cursor: Cursor, depth: number): unknown => {
  // Without a prototype, `__proto__` is a key like any other.
  const object: Record<string, unknown> = { __proto__: null };
  cursor.at += 1;
  while (!cursor.stopped) {
    skipSpace(cursor);
    if (takes(cursor, "}")) return object;
    const key = readString(cursor);
    skipSpace(cursor);
    if (key === undefined || !takes(cursor, ":")) {
      stop(cursor);
      break;
    }
    const value = readValue(cursor, depth + 1);
    if (value !== undefined && !(cursor.repeated === "first" && key in object)) object[key] = value;
    endOfItem(cursor, "}");
  }
  return object;
};

const readArray = (cursor: Cursor, depth: number): unknown => {
  const array: unknown[] = [];
  cursor.at += 1;
  while (!cursor.stopped) {
    skipSpace(cursor);
    if (takes(cursor, "]")) return array;
    const value = readValue(cursor, depth + 1);
    if (value !== undefined) array.push(value);
    endOfItem(cursor, "]");
  }
  return array;
};

/** After an item comes a comma or the end of its container, which the caller takes. */
const endOfItem = (cursor: Cursor, end: "}" | "]"): void => {
  skipSpace(cursor);
  if (!cursor.stopped && !takes(cursor, ",") && cursor.text[cursor.at] !== end) stop(cursor);
};

const stringToken = /"(?:[^"\\]|\\.)*"/sy;
const readString = (cursor: Cursor): string | undefined => {
  const token = match(cursor, stringToken);
  if (token === undefined) return stop(cursor);
  try {
    const value: unknown = JSON.parse(token);
    return typeof value === "string" ? value : stop(cursor);
  } catch {
    return stop(cursor);
  }
};

const plainToken =
  /(?:true|false|null|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=[\s,}\]])/y;
const readToken = (cursor: Cursor): unknown => {
  const token = match(cursor, plainToken);
  switch (token) {
    case undefined:
      return stop(cursor);
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      return null;
    default:
      return Number(token);
  }
};

const match = (cursor: Cursor, token: RegExp): string | undefined => {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  // An unfinished string or number at the end is a cut, anything else is not JSON.
  else if (!/[^\w"\s.\\+-]/.test(cursor.text.slice(cursor.at))) cursor.at = cursor.text.length;
  return found;
};

const takes = (cursor: Cursor, character: string): boolean => {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at += 1;
  return true;
};

const skipSpace = (cursor: Cursor): void => {
  while (/\s/.test(cursor.text[cursor.at] ?? "x")) cursor.at += 1;
};

const stop = (cursor: Cursor): undefined => {
  cursor.stopped = true;
};
