/** One request to a time-series database, and what its answer means. */
import { readFile } from "node:fs/promises";
import type { Bilingual } from "#domain/result.ts";
import type { SinkSite } from "#platform/site-file/sink-schema.ts";
import type { Timers } from "#platform/timers.ts";

export type Answer =
  | { readonly kind: "written" }
  /** Some points are older than the sink keeps; the others are written. */
  | { readonly kind: "too-old"; readonly points: number }
  /** It will never take these lines as they are: one of them, or more, is bad. */
  | { readonly kind: "refused"; readonly why: string }
  /** It is away, too slow, full, or does not let us in: later again, nothing is lost. */
  | { readonly kind: "trouble"; readonly why: Bilingual };

export type WriteLines = (lines: readonly string[]) => Promise<Answer>;

/** Longer than this is as good as down; a request of 1,000 points takes milliseconds. */
const answerWithinMs = 10_000;
const answerBytesMax = 4_096;

/** `ended`: the center closes, and does not wait for anybody's answer. */
export const createWriter =
  (sink: SinkSite, timers: Timers, ended: AbortSignal): WriteLines =>
  async (lines) => {
    const late = new AbortController();
    const cancel = timers.after(answerWithinMs, () => {
      late.abort(new Error(`no answer within ${answerWithinMs / 1_000} s`));
    });
    try {
      // A frozen peer may hold up the connection, the answer or its body: one clock for all three.
      return await request(sink, lines, AbortSignal.any([late.signal, ended]));
    } catch (error) {
      return { kind: "trouble", why: unreachable(error) };
    } finally {
      cancel();
    }
  };

const request = async (
  sink: SinkSite,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<Answer> => {
  const response = await fetch(writeUrl(sink), {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8", ...(await credentialOf(sink)) },
    body: lines.join("\n"),
    // A token is for the address in the site file, not for where that sends us.
    redirect: "error",
    signal,
  });
  const text = await readStart(response);
  return answerOf(response.status, text, lines.length);
};

/** By what the server says; see InfluxDB's "Write API responses" for 1.x and 2.x. */
export const answerOf = (status: number, text: string, lines: number): Answer => {
  if (status >= 200 && status < 300) return { kind: "written" };
  if (text.includes("beyond retention policy") || text.includes("outside retention policy")) {
    const dropped = Number(/dropped=(\d+)/.exec(text)?.[1] ?? lines);
    return { kind: "too-old", points: Math.min(dropped, lines) };
  }
  // 413: this many are too large; half of them may not be.
  if (status === 400 || status === 413 || status === 422) {
    return { kind: "refused", why: `${status} ${text}`.trim() };
  }
  return { kind: "trouble", why: unwilling(status, text) };
};

const writeUrl = (sink: SinkSite): URL => {
  const url = new URL(sink.url);
  const folder = url.pathname.replace(/\/$/, "");
  url.pathname = `${folder}${sink.kind === "influx2" ? "/api/v2/write" : "/write"}`;
  const words = {
    precision: sink.kind === "victoria" ? undefined : "ns",
    db: sink.kind === "influx1" ? sink.database : undefined,
    rp: sink.kind === "influx1" ? sink.retentionPolicy : undefined,
    org: sink.kind === "influx2" ? sink.org : undefined,
    bucket: sink.kind === "influx2" ? sink.bucket : undefined,
  };
  for (const [name, value] of Object.entries(words)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
};

/** Read anew each time: a token that is exchanged works at once, a missing one is only this sink's trouble. */
const credentialOf = async (sink: SinkSite): Promise<Readonly<Record<string, string>>> => {
  const secret = async (file: string): Promise<string> => (await readFile(file, "utf8")).trim();
  if (sink.kind === "influx1") {
    if (sink.username === undefined) return {};
    const password = sink.passwordFile === undefined ? "" : await secret(sink.passwordFile);
    const basic = Buffer.from(`${sink.username}:${password}`).toString("base64");
    return { authorization: `Basic ${basic}` };
  }
  if (sink.tokenFile === undefined) return {};
  const word = sink.kind === "influx2" ? "Token" : "Bearer";
  return { authorization: `${word} ${await secret(sink.tokenFile)}` };
};

/** Enough of an answer to know what it says; a peer that never ends is not listened to. */
const readStart = async (response: Response): Promise<string> => {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > answerBytesMax) break; // leaving the loop gives the connection up
  }
  return text.slice(0, answerBytesMax);
};

const unreachable = (error: unknown): Bilingual => {
  const why = reasonOf(error);
  return {
    zh: `连不上或没有应答(${why})。请检查地址、网络和该数据库是否运行`,
    en: `it cannot be reached or does not answer (${why}). Check its address, the network and whether it runs`,
  };
};

const unwilling = (status: number, text: string): Bilingual => {
  const answer = `${status} ${text.slice(0, 200)}`.trim();
  return status === 401 || status === 403
    ? {
        zh: `拒绝我们的凭据(${answer})。请检查站点文件中的用户或令牌文件及其写入权限`,
        en: `it refuses our credential (${answer}). Check user or token file in the site file, and its right to write`,
      }
    : {
        zh: `不接受写入(${answer})。请检查数据库或存储桶是否已建立、磁盘是否已满`,
        en: `it does not take what is written (${answer}). Check that the database or bucket exists and its disk has room`,
      };
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
};
