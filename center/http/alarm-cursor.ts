import type { AlarmCursor } from "../desk/read-alarms.ts";

/** Opaque to callers: where a page ended. */
export const cursorToText = (cursor: AlarmCursor): string =>
  Buffer.from(JSON.stringify([cursor.receivedAtMs, cursor.episode])).toString("base64url");

/** `undefined`: not a cursor of ours. */
export const textToCursor = (text: string): AlarmCursor | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return; // the caller is told that it is none of ours
  }
  if (!Array.isArray(value)) return;
  const receivedAtMs: unknown = value[0];
  const episode: unknown = value[1];
  return typeof receivedAtMs === "number" &&
    Number.isSafeInteger(receivedAtMs) &&
    typeof episode === "string" &&
    !episode.includes("\0")
    ? { receivedAtMs, episode }
    : undefined;
};
