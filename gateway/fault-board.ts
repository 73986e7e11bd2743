import type { Bilingual } from "#domain/result.ts";
import type { GatewayFault, ReportFault } from "./ports.ts";

/** The gateway's own faults that stand now, by what they are about. */
export interface FaultBoard {
  readonly report: ReportFault;
  readonly standing: () => readonly { readonly key: string; readonly text: Bilingual }[];
}

/** `onChange` hears each fault once when it comes and once when it goes. */
export const createFaultBoard = (onChange: (fault: GatewayFault) => void): FaultBoard => {
  const standing = new Map<string, Bilingual>();
  return {
    report: (fault) => {
      const before = standing.get(fault.key);
      if (fault.present) standing.set(fault.key, fault.text);
      else standing.delete(fault.key);
      if ((before !== undefined) !== fault.present) onChange(fault);
    },
    standing: () => [...standing].map(([key, text]) => ({ key, text })),
  };
};
