/** A disk that fails, fills up and is slow, made by strace in the system calls of a real writer. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { noticeId } from "#domain/notice.ts";
import { verifyChain } from "#gateway/journal/chain.ts";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { fixedClock } from "#gateway/journal/sample-notice.ts";

const canTrace = spawnSync("strace", ["-f", "-e", "trace=none", "true"]).status === 0;
const script = fileURLToPath(new URL("./journal-writer.ts", import.meta.url));

const openFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-disk-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { path: join(folder, "journal.sqlite"), trace: join(folder, "trace") };
};

/** Runs 60 appends, one after another, under strace; returns what the writer said. */
const writeUnderTrace = async (
  path: string,
  trace: string,
  expressions: readonly string[],
  writerWords: readonly string[] = [],
): Promise<readonly string[]> => {
  const strace = ["-f", "-qq", "-s", "5000", "-o", trace];
  const filters = expressions.flatMap((expression) => ["-e", expression]);
  const writer = [process.execPath, script, path, "event", "60", ...writerWords];
  const child = spawn("strace", [...strace, ...filters, ...writer], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return (await text(child.stdout)).trim().split("\n");
};

const expectWhole = async (path: string, said: readonly string[]): Promise<void> => {
  const { journal } = await openJournal(path, {
    clock: fixedClock,
    reportFault: ({ text }) => {
      throw new Error(text.en);
    },
  });
  const records = await journal.pending("alarm", 0, 1_000);
  await journal.close();
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, n) => n + 1));
  expect(verifyChain(records).ok).toBe(true);
  const kept = new Set(records.map(({ seq, notice }) => `ok ${seq} ${noticeId(notice)}`));
  expect(said.filter((line) => line.startsWith("ok") && !kept.has(line))).toEqual([]);
};

const count = (said: readonly string[], start: string): number =>
  said.filter((line) => line.startsWith(start)).length;

describe.skipIf(!canTrace)("with strace (skipped where it cannot trace)", () => {
  test("fsync fails for a while: those appends reject, the rest is kept, no number is lost", async () => {
    const { path, trace } = await openFolder();
    const said = await writeUnderTrace(path, trace, [
      "trace=fsync,fdatasync,openat",
      "inject=fsync,fdatasync:error=EIO:when=20..29",
    ]);
    expect(count(said, "no SQLITE_IOERR")).toBeGreaterThan(0);
    // After a failed fsync pages in memory may look clean without being on disk: opened anew.
    const opened = (await readFile(trace, "utf8")).match(/openat\(.*journal\.sqlite",/g);
    expect(opened?.length).toBeGreaterThan(1);
    expect(count(said, "ok")).toBe(60 - count(said, "no"));
    expect(said.at(-1)).toMatch(/^ok/);
    await expectWhole(path, said);
  });

  test("fsync fails from now on: an alarm sent again is not confirmed by what its failed commit left in the log", async () => {
    const { path, trace } = await openFolder();
    const said = await writeUnderTrace(
      path,
      trace,
      ["trace=fsync,fdatasync", "inject=fsync,fdatasync:error=EIO:when=30+"],
      ["1", "3"],
    );
    expect(count(said, "ok")).toBeGreaterThan(5);
    const firstRefused = said.findIndex((line) => line.startsWith("no"));
    expect(said.slice(firstRefused).filter((line) => line.startsWith("ok"))).toEqual([]);
    // Three times each, from the first that was refused.
    expect(count(said, "no")).toBe(3 * (60 - count(said, "ok")));
  });

  test("fsync fails once: the alarm sent again is confirmed when its log has been written anew", async () => {
    const { path, trace } = await openFolder();
    const said = await writeUnderTrace(
      path,
      trace,
      ["trace=pwrite64,fsync,fdatasync,write", "inject=fsync,fdatasync:error=EIO:when=30"],
      ["1", "3"],
    );
    expect(count(said, "no SQLITE_IOERR")).toBe(1);
    expect(count(said, "ok")).toBe(60);
    const again = said[said.findIndex((line) => line.startsWith("no")) + 1];
    const id = again?.split(" ")[2];
    const calls = (await readFile(trace, "utf8")).split("\n");
    const failed = calls.findIndex((call) => call.includes("INJECTED"));
    const confirmed = calls.findIndex((call) => call.includes(`"${again}\\n"`));
    const written = calls.findIndex(
      (call, at) => at > failed && call.includes(`\\"id\\":\\"${id}\\"`),
    );
    const synced = calls.findIndex((call, at) => at > written && /f(data)?sync.*= 0/.test(call));
    expect([failed, written, synced, confirmed]).not.toContain(-1);
    expect([failed, written, synced, confirmed]).toEqual(
      [failed, written, synced, confirmed].toSorted((a, b) => a - b),
    );
    await expectWhole(path, said);
  });

  test("the disk is full for a while: those appends reject with the cause, then it goes on", async () => {
    const { path, trace } = await openFolder();
    const said = await writeUnderTrace(path, trace, [
      "trace=pwrite64",
      "inject=pwrite64:error=ENOSPC:when=60..75",
    ]);
    expect(count(said, "no SQLITE_FULL")).toBeGreaterThan(0);
    expect(count(said, "ok")).toBe(60 - count(said, "no"));
    expect(said.at(-1)).toMatch(/^ok/);
    await expectWhole(path, said);
  });

  test("the order of every append: written, fsync returned, and only then confirmed", async () => {
    await expectOrder([]);
  });

  test("the same order with the center's word about each append in between", async () => {
    await expectOrder(["1", "1", "settle"]);
  });
});

const expectOrder = async (writerWords: readonly string[]): Promise<void> => {
  const { path, trace } = await openFolder();
  await writeUnderTrace(path, trace, ["trace=pwrite64,fsync,fdatasync,write"], writerWords);
  const calls = (await readFile(trace, "utf8")).split("\n");
  for (let n = 1; n <= 60; n += 1) {
    const written = calls.findIndex((call) => call.includes(`\\"id\\":\\"event-${n}\\"`));
    const synced = calls.findIndex(
      (call, at) => at > written && /f(data)?sync.*= 0/.test(call), // completed, or resumed
    );
    const confirmed = calls.findIndex((call) => call.includes(`"ok ${n} event-${n}\\n"`));
    expect([written, synced, confirmed]).not.toContain(-1);
    expect(written).toBeLessThan(synced);
    expect(synced).toBeLessThan(confirmed);
  }
};
