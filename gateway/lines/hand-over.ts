import type { Report } from "#domain/reading.ts";
import type { ReportFault, Take } from "../ports.ts";
import { errorText } from "./error-text.ts";

/**
 * Hands reports of a wired source to the gateway. A detector on a wire cannot be made to send
 * again, so a report that could not be kept on disk becomes a fault of the gateway, and polling
 * goes on: neither a stalled disk nor a bug in the judgement of one reading stops the others.
 */
export const createHandOver = (
  source: string,
  take: Take,
  reportFault: ReportFault,
): ((reports: readonly Report[]) => void) => {
  const key = `source-${source}-not-kept`;
  let isFaulty = false;
  const kept = (): void => {
    if (isFaulty) reportFault({ key, present: false, text: notKept(source, "") });
    isFaulty = false;
  };
  const lost = (error: unknown): void => {
    isFaulty = true;
    reportFault({ key, present: true, text: notKept(source, errorText(error)) });
  };
  return (reports) => {
    try {
      take(reports)?.then(kept, lost);
    } catch (error) {
      lost(error);
    }
  };
};

const notKept = (source: string, cause: string) => ({
  zh: `来自 ${source} 的读数未能保存(${cause})。请检查网关磁盘空间,并查看网关日志。`,
  en: `A reading from ${source} could not be kept (${cause}). Check the gateway's disk space and its log.`,
});
