import type { Bilingual } from "#domain/result.ts";

/** What is wrong with the center itself right now, shown with every gateway. */
export interface CenterFaults {
  readonly set: (key: string, fault: Bilingual | undefined) => void;
  readonly list: () => readonly Bilingual[];
}

/** `onChange` is told when a fault appears, changes or goes; repeats are silent. */
export const createCenterFaults = (onChange: () => void): CenterFaults => {
  const faults = new Map<string, Bilingual>();
  return {
    set: (key, fault) => {
      if (faults.get(key)?.zh === fault?.zh) return;
      if (fault === undefined) faults.delete(key);
      else faults.set(key, fault);
      onChange();
    },
    list: () => [...faults.values()],
  };
};
