import { readFileSync } from "node:fs";

/** Bytes this thread, or the whole process, has caused to be written to a disk, by the kernel's count. */
export const diskBytesWritten = (of: "thread" | "process"): number | undefined => {
  try {
    const path = of === "thread" ? "/proc/thread-self/io" : "/proc/self/io";
    const written = /^write_bytes: (\d+)$/m.exec(readFileSync(path, "utf8"))?.[1];
    return written === undefined ? undefined : Number(written);
  } catch {
    return undefined; // not Linux
  }
};
