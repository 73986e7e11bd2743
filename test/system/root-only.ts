/** What only root on a Linux machine may break for real: disks and cables of its own making. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (command: string, ...words: readonly string[]): void => {
  const { status, stderr } = spawnSync(command, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${stderr}`);
};
const works = (command: string, ...words: readonly string[]): boolean =>
  spawnSync(command, words).status === 0;

const isRoot = process.getuid?.() === 0;

export interface Disk {
  readonly path: string;
  /** As if the controller died: everything fails from now on, nothing unwritten is saved. */
  readonly shutDown: () => void;
  readonly unmount: () => void;
  readonly mount: () => void;
  readonly remove: () => void;
}

/** An ext4 file system in a file of its own, mounted through a loop device. */
export const openDisk = (megabytes: number): Disk => {
  const folder = mkdtempSync(join(tmpdir(), "canary-loop-"));
  const [image, path] = [join(folder, "image"), join(folder, "mounted")];
  writeFileSync(image, "");
  mkdirSync(path);
  run("truncate", "-s", `${megabytes}M`, image);
  run("mkfs.ext4", "-q", image);
  const mount = (): void => run("mount", "-o", "loop", image, path);
  mount();
  return {
    path,
    shutDown: () => run("xfs_io", "-x", "-c", "shutdown", path),
    unmount: () => run("umount", path),
    mount,
    remove: () => {
      works("umount", path);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A memory file system of this size, for a disk without one free byte. */
export const openSmallDisk = (megabytes: number): { path: string; remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "canary-small-"));
  run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "canary-small", path);
  return {
    path,
    remove: () => {
      works("umount", path);
      rmSync(path, { recursive: true, force: true });
    },
  };
};

export interface Room {
  /** Put before a command to run it behind the cable. */
  readonly inside: readonly string[];
  readonly insideAddress: string;
  readonly pullCable: () => void;
  readonly plugIn: () => void;
  /** Loses what leaves the room from this TCP port, until the returned function is called. */
  readonly loseFrom: (port: number) => () => void;
  readonly remove: () => void;
}

/** A network namespace with one cable to ours. */
export const openRoom = (): Room => {
  const tag = String(process.pid % 100_000);
  const name = `canary-${tag}`;
  const [ours, theirs] = [`cno${tag}`, `cni${tag}`];
  const net = `10.213.${process.pid % 250}`;
  run("ip", "netns", "add", name);
  run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name);
  run("ip", "addr", "add", `${net}.1/24`, "dev", ours);
  run("ip", "link", "set", ours, "up");
  const inside = ["ip", "netns", "exec", name] as const;
  const within = (...words: readonly string[]): void => run("ip", ...inside.slice(1), ...words);
  within("ip", "addr", "add", `${net}.2/24`, "dev", theirs);
  within("ip", "link", "set", theirs, "up");
  within("ip", "link", "set", "lo", "up");
  return {
    inside,
    insideAddress: `${net}.2`,
    pullCable: () => run("ip", "link", "set", ours, "down"),
    plugIn: () => run("ip", "link", "set", ours, "up"),
    loseFrom: (port) => {
      const rule = ["OUTPUT", "-p", "tcp", "--sport", String(port), "-j", "DROP"];
      within("iptables", "-A", ...rule);
      return () => within("iptables", "-D", ...rule);
    },
    remove: () => {
      works("ip", "link", "del", ours);
      works("ip", "netns", "del", name);
    },
  };
};

/** Whether this machine lets us; otherwise those tests are skipped by name. */
export const mayBreakDisks =
  isRoot && works("sh", "-c", "command -v mkfs.ext4 xfs_io && losetup -f");
export const mayBreakCables =
  isRoot &&
  works("sh", "-c", "command -v ip iptables && ip netns add canary-try && ip netns del canary-try");
