import type { ReportFault } from "./ports.ts";

export interface LinkRelay {
  /** Passes a fault on, and reads from it whether a whole line has died or come back. */
  readonly report: ReportFault;
  /** Hears of every line, at first of those that have spoken already. */
  readonly follow: (listener: (link: string, up: boolean) => void) => void;
}

/** Lines open before there is a judgement that could hear of them: what they say meanwhile is kept. */
export const createLinkRelay = (reportFault: ReportFault): LinkRelay => {
  const upByLink = new Map<string, boolean>();
  let tell: ((link: string, up: boolean) => void) | undefined;
  return {
    report: (fault) => {
      reportFault(fault);
      const link = lineFault.exec(fault.key)?.[1];
      if (link === undefined) return;
      upByLink.set(link, !fault.present);
      tell?.(link, !fault.present);
    },
    follow: (listener) => {
      tell = listener;
      for (const [link, up] of upByLink) listener(link, up);
    },
  };
};

/** The keys of `lines/line.ts` and `lines/serial-source.ts` for a port that is gone. */
const lineFault = /^(?:line|serial)-(.+)$/;
