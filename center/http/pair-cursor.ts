import type { ProblemFacts } from "./problems.ts";

/** Where a page of things ordered by time and name ended. */
export interface PairCursor {
  readonly atMs: number;
  readonly name: string;
}

/** Opaque to callers. */
export const cursorToText = ({ atMs, name }: PairCursor): string =>
  Buffer.from(JSON.stringify([atMs, name])).toString("base64url");

/** `undefined`: not a cursor of ours. */
export const textToCursor = (text: string): PairCursor | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return; // the caller is told that it is none of ours
  }
  if (!Array.isArray(value)) return;
  const atMs: unknown = value[0];
  const name: unknown = value[1];
  return typeof atMs === "number" &&
    Number.isSafeInteger(atMs) &&
    typeof name === "string" &&
    !name.includes("\0")
    ? { atMs, name }
    : undefined;
};

export const wrongCursor: ProblemFacts = {
  status: 400,
  kind: "wrong-cursor",
  title: "Wrong cursor",
  detail: {
    zh: "cursor 无效,请使用上一页返回的 nextCursor",
    en: "the cursor is not one of ours; use nextCursor of the page before",
  },
};
