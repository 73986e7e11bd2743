import { existsSync } from "node:fs";
import { errorText } from "../lines/error-text.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { Protection } from "../protection/protection.ts";
import { openHeart, startDeadMan, type Heart, type HeartDeps } from "./heart.ts";
import { openFile, writeSettings } from "./settings.ts";

export interface DeadManDeps extends Omit<HeartDeps, "startIt" | "isOpen" | "isUnsure"> {
  readonly buzzers: Pick<Protection, "isOpen" | "isPastLost">;
}

/** As the site file wants it; `undefined` where there is none. */
export const openDeadMan = (site: Site, deps: DeadManDeps): Heart | undefined => {
  const { deadMan } = site.gateway.protection;
  if (deadMan === undefined) return undefined;
  const { folder, reportFault } = deps;
  const byGateway = deadMan.startedBy === "gateway";
  try {
    writeSettings(folder, {
      gateway: site.gateway.id,
      afterMs: deadMan.afterSeconds * 1_000,
      endsWithGateway: byGateway,
      outputs: deadMan.outputs,
    });
    reportFault({ key: "dead-man-settings", present: false, text: written });
  } catch (error) {
    // One that stands already goes on with what it has read.
    reportFault({
      key: "dead-man-settings",
      present: true,
      text: {
        zh: `看守进程的设置写不进 ${folder}(${errorText(error)});请检查磁盘`,
        en: `the dead-man's settings cannot be written to ${folder} (${errorText(error)}); check the disk`,
      },
    });
  }
  // Where our own record of it is lost, the dead-man's is believed until the detectors have spoken.
  const wasOpen = existsSync(openFile(folder));
  return openHeart({
    ...deps,
    isOpen: deps.buzzers.isOpen,
    isUnsure: () => wasOpen && deps.buzzers.isPastLost(),
    startIt: byGateway ? () => startDeadMan(folder) : undefined,
  });
};

const written = { zh: "看守进程的设置已写入", en: "the dead-man's settings are written" };
