/** What Linux knows of a process; the bench runs on Linux only. */
import { readFileSync } from "node:fs";

/** CPU time a process has used, user and system, over all its threads; 10 ms steps (USER_HZ 100). */
export const cpuMs = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, second field, may hold blanks and brackets: count from behind its closing one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

/** Resident memory, VmRSS, in MB of 1,000,000 bytes. */
export const residentMb = (pid: number): number => {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (found === null) throw new Error(`process ${pid} has no VmRSS`);
  return (Number(found[1]) * 1_024) / 1e6;
};
