import { closeSync, openSync, writeSync } from "node:fs";
import type { Timers } from "#platform/timers.ts";
import type { ReportFault } from "../ports.ts";

/** Well below the shortest time-out usual drivers have (10 s). */
const petEveryMs = 2_000;

/**
 * Keeps the machine's own watchdog content, which resets the machine when the whole of it hangs.
 * Ending in good order disarms it (`V`, as Linux' watchdog API says); being killed does not.
 */
export const openHardwareWatchdog = (
  device: string,
  { timers, reportFault }: { readonly timers: Timers; readonly reportFault: ReportFault },
): { readonly close: () => void } => {
  let handle: number | undefined;
  const pet = (): void => {
    try {
      handle ??= openSync(device, "w");
      writeSync(handle, "\0");
      reportFault({
        key: "watchdog",
        present: false,
        text: { zh: "硬件看门狗正常", en: "the hardware watchdog is fed" },
      });
    } catch (error) {
      reportFault({
        key: "watchdog",
        present: true,
        text: {
          zh: `硬件看门狗 ${device} 不可用(${String(error)});请检查设备与权限`,
          en: `the hardware watchdog ${device} cannot be used (${String(error)}); check device and permissions`,
        },
      });
    }
  };
  pet();
  const stop = timers.every(petEveryMs, pet);
  return {
    close: () => {
      stop();
      if (handle === undefined) return;
      writeSync(handle, "V");
      closeSync(handle);
    },
  };
};
