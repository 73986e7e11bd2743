import type { Bilingual } from "#domain/result.ts";

/** What is wrong with the center itself right now, shown with every gateway. */
export interface CenterFaults {
  /** `undefined`: it is mended. */
  readonly set: (key: string, fault: Bilingual | undefined) => void;
  readonly get: (key: string) => Bilingual | undefined;
  readonly has: (key: string) => boolean;
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
    get: (key) => faults.get(key),
    has: (key) => faults.has(key),
    list: () => [...faults.values()],
  };
};
