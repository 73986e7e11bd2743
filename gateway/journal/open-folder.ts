/** A folder with a journal in it, for tests; closed and removed after each. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { detectorId } from "#domain/ids.ts";
import { noticeId } from "#domain/notice.ts";
import type { GatewayFault, Journal } from "#gateway/ports.ts";
import { openJournal } from "./open-journal.ts";
import { alarmRecord, fixedClock } from "./sample-notice.ts";
import type { JournalDeps } from "./writer-thread.ts";

export const openFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-journal-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "journal.sqlite");
  const faults: GatewayFault[] = [];
  const open = async (more: Partial<JournalDeps> = {}) => {
    const reportFault = (fault: GatewayFault): void => void faults.push(fault);
    const opened = await openJournal(path, { clock: fixedClock, reportFault, ...more });
    onTestFinished(opened.journal.close);
    return opened;
  };
  return { folder, path, open, faults };
};

export const fill = async (journal: Journal, count: number): Promise<void> => {
  const ids = Array.from({ length: count }, (_, n) => `event-${n + 1}`);
  await journal.append(ids.map(alarmRecord), [{ detector: detectorId("kitchen"), json: "{}" }]);
};

export const idsIn = async (journal: Journal): Promise<readonly string[]> =>
  (await journal.pending("alarm", 0, 10_000)).map(({ notice }) => noticeId(notice));
