import { Worker } from "node:worker_threads";
import { err, type Bilingual, type Result } from "#domain/result.ts";
import type { SheetRows } from "./parse-file.ts";
import { fileBytesMax, readerHeapMib, readerTimeMs } from "./sheet-limits.ts";

/**
 * Reads an import file in a thread with limits of its own: whatever somebody uploads, the center
 * keeps its memory and its time for alarms.
 */
export const readFile = async (file: Uint8Array): Promise<Result<SheetRows, Bilingual>> => {
  if (file.byteLength > fileBytesMax) return err(tooLarge);
  const worker = new Worker(new URL("reader-thread.ts", import.meta.url), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: readerHeapMib },
  });
  const late = AbortSignal.timeout(readerTimeMs);
  try {
    return await new Promise<Result<SheetRows, Bilingual>>((resolve) => {
      worker.once("message", resolve);
      // Out of memory, or a bug of a library met by this file: the file is refused either way.
      worker.once("error", () => {
        resolve(err(unreadable));
      });
      late.addEventListener("abort", () => {
        resolve(err(unreadable));
      });
    });
  } finally {
    await worker.terminate();
  }
};

const tooLarge: Bilingual = {
  zh: `文件超过 ${fileBytesMax / 1024 / 1024} MB,请分成几个文件导入`,
  en: `the file is larger than ${fileBytesMax / 1024 / 1024} MB; import several files`,
};

const unreadable: Bilingual = {
  zh: "文件读不出来(内容过大或已损坏),请另存为 CSV 后重试",
  en: "the file cannot be read (too much in it, or damaged); save it as CSV and try again",
};
