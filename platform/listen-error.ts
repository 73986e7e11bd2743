/** Says why a port could not be opened, and who has it. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Bilingual } from "#domain/result.ts";

/** `setting` names where the port is configured: site file key and environment variable. */
export const explainListenError = (
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  setting: string,
): Bilingual => {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  switch (code) {
    case "EADDRINUSE": {
      const holder = portHolder(port);
      return {
        zh: `端口 ${port} 已被占用${holder === undefined ? "" : `(${holder})`}。请停掉占用者,或改 ${setting}`,
        en: `port ${port} is taken${holder === undefined ? "" : ` by ${holder}`}; stop that program or change ${setting}`,
      };
    }
    case "EACCES":
      return {
        zh: `没有权限监听端口 ${port}。请改 ${setting} 为 1024 以上`,
        en: `not allowed to listen on port ${port}; set ${setting} to one above 1024`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return {
        zh: `本机没有地址 ${host}。请检查 ${setting} 旁的 host`,
        en: `this machine has no address ${host}; check the host beside ${setting}`,
      };
    default:
      return {
        zh: `无法监听 ${host}:${port}:${code}(设置 ${setting})`,
        en: `cannot listen on ${host}:${port}: ${code} (setting ${setting})`,
      };
  }
};

/** `name (pid n)` of the process listening on a TCP port, as far as this user may see it; Linux only. */
export const portHolder = (port: number): string | undefined => {
  try {
    const inode = listeningInode(port);
    if (inode === undefined) return undefined;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (holdsSocket(pid, inode))
        return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
    }
  } catch {
    // No /proc, or not ours to read: the port and the setting are named all the same.
  }
  return undefined;
};

const listeningInode = (port: number): string | undefined => {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readFileSync(table, "utf8").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      // Fields by proc(5): 1 local address, 3 state (0A is LISTEN), 9 inode.
      if (fields[1]?.endsWith(wanted) === true && fields[3] === "0A") return fields[9];
    }
  }
  return undefined;
};

const holdsSocket = (pid: string, inode: string): boolean => {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlink(`${folder}/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false; // ended meanwhile, or another user's
  }
};

const readlink = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
};
