/** What a day of a whole street costs the gateway's flash card; `wear-day.ts` lives it, in its own process. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { detectors, hours, isDayReport } from "./wear-day.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";

const megabyte = 1_000_000;
const bound = { is: "at most", value: 100 } as const;

export const wear = async ({ workshop, say }: Setting): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const center of ["there", "away"] as const) {
    say(`wear: ${hours} h of ${detectors} detectors, center ${center}`);
    const args = [dayFile, await workshop.newFolder(), center];
    // In a mount namespace of its own the disk is gone with the process, however that ends.
    const child = canMount()
      ? workshop.spawn("taker", "unshare", ["--mount", process.execPath, ...args])
      : workshop.node("taker", args);
    const [report] = await Promise.race([once(child.process, "message"), child.ended]);
    await child.stop();
    if (!isDayReport(report)) throw new Error(`no report of the day: ${child.output()}`);
    rows.push({
      bench: "wear",
      what: `bytes written, ${detectors} detectors at 1 Hz, ${hours} h, center ${center}`,
      unit: "MB/day",
      ours: ((report.bytes / megabyte) * 24) / hours,
      target: bound,
      note: report.note,
    });
  }
  return rows;
};

const dayFile = fileURLToPath(new URL("wear-day.ts", import.meta.url));

const canMount = (): boolean => spawnSync("unshare", ["--mount", "true"]).status === 0;
