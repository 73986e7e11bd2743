/** A small keyed store on disk (LevelDB) that is written behind: memory is the truth, this is its shadow. */
import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { ClassicLevel } from "classic-level";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";

export interface KeptFile {
  readonly entries: () => AsyncIterable<readonly [string, unknown]>;
  /**
   * Remembers values by key (`undefined`: forget it) and resolves once the operating system has them,
   * so that they survive `kill -9`; a power cut may take the last moments. Writes that arrive
   * meanwhile go together into the next batch. When the disk fails it resolves all the same, reports
   * the fault, and tries again until it works.
   */
  readonly write: (changes: Iterable<readonly [string, unknown]>) => Promise<void>;
  /** Resolves like a write of everything that was given so far. */
  readonly written: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Level = ClassicLevel<string, unknown>;
type ReportFault = (present: boolean, text: Bilingual) => void;

const retryAfterMs = 5_000;

/**
 * Opens the store, or a fresh one beside the damaged one, which is kept under another name.
 * A store that another process holds is an error.
 */
export const openKeptFile = async (
  folder: string,
  onFault: ReportFault,
): Promise<Result<KeptFile, Bilingual>> => {
  await mkdir(dirname(folder), { recursive: true });
  const first = await tryOpen(folder);
  if (first.ok) return ok(writeBehind(first.value, onFault));
  if (first.error.locked)
    return err({
      zh: `MQTT 会话存储 ${folder} 正被另一个进程使用;请先停止那个进程`,
      en: `the MQTT session store ${folder} is in use by another process; stop that process first`,
    });
  const aside = `${folder}.damaged-${Date.now()}`;
  await rename(folder, aside);
  onFault(true, {
    zh: `MQTT 会话存储已损坏,已移到 ${aside} 并重新建立;离线客户端的排队消息和保留消息已丢失,请重新下发;原因:${first.error.text}`,
    en: `the MQTT session store was damaged; moved to ${aside} and begun anew. Queued and retained messages are gone: publish them again. Cause: ${first.error.text}`,
  });
  const second = await tryOpen(folder);
  if (second.ok) return ok(writeBehind(second.value, onFault));
  return err({
    zh: `无法在 ${folder} 建立 MQTT 会话存储:${second.error.text};请检查磁盘与权限`,
    en: `cannot create the MQTT session store at ${folder}: ${second.error.text}; check disk and permissions`,
  });
};

const tryOpen = async (
  folder: string,
): Promise<Result<Level, { readonly locked: boolean; readonly text: string }>> => {
  const level = new ClassicLevel<string, unknown>(folder, { valueEncoding: "json" });
  try {
    await level.open();
    // Damage shows where it lies: read everything once.
    for await (const _entry of level.iterator());
    return ok(level);
  } catch (error) {
    await level.close().catch(() => undefined);
    const text = [error, causeOf(error)].map(String).join(": ");
    return err({
      locked: text.includes("LOCK:") || codeOf(causeOf(error)) === "LEVEL_LOCKED",
      text,
    });
  }
};

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);
const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

const writeBehind = (level: Level, onFault: ReportFault): KeptFile => {
  let unwritten = new Map<string, unknown>();
  let batch: Promise<void> | undefined;
  let failing = false;
  let retry: NodeJS.Timeout | undefined;

  const writeBatch = async (): Promise<void> => {
    const changes = unwritten;
    unwritten = new Map();
    try {
      await level.batch(
        [...changes].map(([key, value]) =>
          value === undefined ? { type: "del", key } : { type: "put", key, value },
        ),
      );
      if (failing) onFault(false, writingAgain);
      failing = false;
    } catch (error) {
      // What came meanwhile is newer.
      unwritten = new Map([...changes, ...unwritten]);
      if (!failing) onFault(true, cannotWrite(error));
      failing = true;
      retry ??= setTimeout(() => {
        retry = undefined;
        void flush();
      }, retryAfterMs).unref();
    }
  };

  /** One batch at a time; whoever comes during one waits for the next, which takes them all. */
  const flush = async (): Promise<void> => {
    await batch;
    // Another who waited may have begun the next already, and taken ours along.
    if (unwritten.size > 0)
      batch ??= writeBatch().finally(() => {
        batch = undefined;
      });
    await batch;
  };

  return {
    entries: () => level.iterator(),
    write: async (changes) => {
      for (const [key, value] of changes) unwritten.set(key, value);
      await flush();
    },
    written: flush,
    close: async () => {
      clearTimeout(retry);
      await flush();
      await level.close();
    },
  };
};

const cannotWrite = (error: unknown): Bilingual => ({
  zh: `MQTT 会话存储写入失败:${String(error)};排队和保留的消息目前只在内存中,请检查磁盘空间`,
  en: `cannot write the MQTT session store: ${String(error)}; queued and retained messages are in memory only for now: check the disk`,
});
const writingAgain: Bilingual = {
  zh: "MQTT 会话存储已恢复写入",
  en: "the MQTT session store is being written again",
};
