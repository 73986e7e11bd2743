import { pino, type Logger } from "pino";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";

export type Log = Logger;

/** JSON lines on standard error, for journald or the street's supervisor to keep and rotate. */
export const openLog = (role: string, level: string = process.env["CANARY_LOG"] ?? "info"): Log =>
  pino(
    { base: { role }, level, timestamp: () => `,"time":"${epochToRfc3339(epochMs(Date.now()))}"` },
    pino.destination({ fd: 2, sync: true }),
  );

/** One sentence in both languages, as log lines carry it. */
export const both = ({ zh, en }: Bilingual): string => `${zh} · ${en}`;
