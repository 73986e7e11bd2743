/** Everything a benchmark leaves behind, in one hand: child processes and a folder, gone at the end. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../load-site.ts";

/** Which core a process is held to: the loaded and the loader do not share one. */
export type Core = "taker" | "generator";

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** The last it said, for when something goes wrong. */
  readonly output: () => string;
  /** Rejects when it ends before it was asked to. */
  readonly ended: Promise<never>;
  readonly stop: () => Promise<void>;
}

export interface Workshop {
  readonly folder: string;
  readonly isPinned: boolean;
  readonly spawn: (
    core: Core,
    command: string,
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ) => Child;
  /** A script of ours with this very Node. */
  readonly node: (
    core: Core,
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ) => Child;
  readonly newFolder: () => Promise<string>;
  /** Throws once the run has been interrupted: for long work in this process. */
  readonly check: () => void;
  readonly close: () => Promise<void>;
}

const keptOutput = 4_000;
const killAfterMs = 5_000;

export const openWorkshop = async (): Promise<Workshop> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-bench-"));
  const isPinned = availableParallelism() >= 2 && spawnSync("taskset", ["--version"]).status === 0;
  const compileCache = process.env["NODE_COMPILE_CACHE"] ?? join(folder, "compile");
  const children = new Set<Child>();
  let isClosing = false;

  const start: Workshop["spawn"] = (core, command, args, environment = {}) => {
    if (isClosing) throw new Error("interrupted");
    const pinned = ["-c", core === "taker" ? "0" : "1", command, ...args];
    const child = spawn(isPinned ? "taskset" : command, isPinned ? pinned : [...args], {
      cwd: projectRoot,
      // As `npx canary` sets it: what has run once need not be compiled again.
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A group of its own: what strace runs does not end with strace.
      detached: true,
    });
    const watched = watch(child, command, () => children.delete(watched));
    children.add(watched);
    return watched;
  };
  return {
    folder,
    isPinned,
    spawn: start,
    node: (core, args, environment) => start(core, process.execPath, args, environment),
    newFolder: () => mkdtemp(join(folder, "run-")),
    check: () => {
      if (isClosing) throw new Error("interrupted");
    },
    close: async () => {
      isClosing = true;
      await Promise.all([...children].map((child) => child.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const watch = (child: ChildProcess, name: string, onExit: () => void): Child => {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-keptOutput);
    });
  }
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const ended = gone.then(() => {
    onExit();
    throw new Error(`${name} ended early; it said: ${output}`);
  });
  ended.catch(() => {});
  return {
    // 0 would be this very process group; spawn failed, `ended` tells.
    pid: child.pid ?? -1,
    process: child,
    output: () => output,
    ended,
    stop: async () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const group = -child.pid;
      process.kill(group, "SIGTERM");
      const force = setTimeout(() => process.kill(group, "SIGKILL"), killAfterMs);
      await gone;
      clearTimeout(force);
    },
  };
};

/** A TCP port of the loopback address that nobody listens on at the moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
