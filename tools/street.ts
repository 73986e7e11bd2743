/**
 * One street on this machine: center and gateway as processes of their own, so that neither takes
 * the other down, each started again when it ends.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { loadSite, projectRoot, type LoadedSite } from "./load-site.ts";

export type Role = "gateway" | "center";

const restartAfterMs = (failures: number): number => Math.min(500 * 2 ** failures, 10_000);
/** A process that lived this long starts its count of failures anew. */
const steadyAfterMs = 60_000;
/** What a role exits with when starting again cannot help: a taken port, a broken site file. */
export const exitCannotStart = 78;

/** What a role tells its supervisor once its ports are open. */
export const readyMessage = "ready";

interface Moments {
  /** Each time the gateway's ports are open, after a restart too. */
  readonly onGateway?: (loaded: LoadedSite) => void;
  /** Once, when both roles run. */
  readonly onReady: (loaded: LoadedSite) => void;
}

/** Runs until SIGINT, SIGTERM or SIGHUP; resolves to the exit code. */
export const runStreet = async (
  environment: Readonly<Record<string, string | undefined>>,
  { onGateway, onReady }: Moments,
): Promise<number> => {
  const loaded = loadSite(environment);
  if (!loaded.ok) {
    console.error(loaded.error);
    return exitCannotStart;
  }
  const env = { ...environment, CANARY_CONFIG: loaded.value.file };
  let stopping = false;
  let exitCode = 0;
  let finish: (code: number) => void = () => {};
  const finished = new Promise<number>((resolve) => {
    finish = resolve;
  });
  const running = new Map<Role, ChildProcess>();
  const wereReady = new Set<Role>();

  const stop = (code: number): void => {
    stopping = true;
    for (const child of running.values()) child.kill("SIGTERM");
    if (running.size === 0) finish(code);
    exitCode = code;
  };
  // Asked of our own processes and not of the ports: another street may be answering there.
  const noteReady = (role: Role): void => {
    const first = wereReady.size < 2;
    wereReady.add(role);
    if (role === "gateway") onGateway?.(loaded.value);
    if (first && wereReady.size === 2) onReady(loaded.value);
  };
  const start = (role: Role, failures: number): void => {
    const child = spawn(process.execPath, [join(projectRoot, "tools/canary.ts"), role], {
      env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    running.set(role, child);
    const startedAt = process.hrtime.bigint();
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) =>
        console.log(readableLine(role, line)),
      );
    }
    child.on("message", (message) => {
      if (message === readyMessage) noteReady(role);
    });
    child.on("exit", (code, signal) => {
      running.delete(role);
      if (stopping) {
        if (running.size === 0) finish(exitCode);
        return;
      }
      if (code === exitCannotStart && wereReady.size < 2) {
        stop(exitCannotStart);
        return;
      }
      const steady = Number(process.hrtime.bigint() - startedAt) / 1e6 > steadyAfterMs;
      const count = steady ? 0 : failures + 1;
      const delayMs = restartAfterMs(count);
      console.log(
        `${role}: 已退出(${signal ?? code}),${delayMs / 1000} 秒后重启 · ended, starting again in ${delayMs / 1000} s`,
      );
      setTimeout(() => !stopping && start(role, count), delayMs);
    });
  };

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(0));
  // The gateway first: it protects without the center.
  start("gateway", 0);
  start("center", 0);
  return finished;
};

/** A JSON log line as a person reads it; anything else as it came. */
const readableLine = (role: Role, line: string): string => {
  if (!line.startsWith("{")) return `${role}: ${line}`;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null || !("msg" in entry)) return `${role}: ${line}`;
    const time = "time" in entry && typeof entry.time === "string" ? entry.time.slice(11, 19) : "";
    return `${time} ${role}: ${String(entry.msg)}`;
  } catch {
    return `${role}: ${line}`;
  }
};
