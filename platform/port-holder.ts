/** Who listens on a port of this machine, in words; undefined where it cannot be seen. Linux only. */
import { readdir, readFile, readlink } from "node:fs/promises";

/** `node tools/canary.mjs (pid 4711)`, or undefined: not Linux, not ours to see, or gone meanwhile. */
export const describePortHolder = async (port: number): Promise<string | undefined> => {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const pid of await numbersIn("/proc")) {
    if (!(await holdsOneOf(pid, inodes))) continue;
    // Arguments are separated by NUL; the program and its first argument say enough.
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "?");
    return `${command.split("\0").slice(0, 2).join(" ").trim().slice(0, 100)} (pid ${pid})`;
  }
  return undefined;
};

/** Columns of /proc/net/tcp: sl, local address, remote address, state (0A: listening), … , inode. */
const listeningInodes = async (port: number): Promise<ReadonlySet<string>> => {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  const rows = tables.flatMap((table) => table.split("\n").map((row) => row.trim().split(/\s+/u)));
  return new Set(
    rows
      .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${hexPort}`))
      .map((row) => row[9] ?? ""),
  );
};

const holdsOneOf = async (pid: string, inodes: ReadonlySet<string>): Promise<boolean> => {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await numbersIn(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => "")),
  );
  return links.some((link) => inodes.has(/^socket:\[(\d+)\]$/u.exec(link)?.[1] ?? ""));
};

// Other users' processes cannot be looked into: then we do not know.
const numbersIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => /^\d+$/u.test(name));
