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

/** Runs until SIGINT or SIGTERM; resolves to the exit code. */
export const runStreet = async (
  siteFile: string | undefined,
  environment: Readonly<Record<string, string>>,
  onReady: (loaded: LoadedSite) => void,
): Promise<number> => {
  const merged = { ...process.env, ...environment };
  const loaded = loadSite(merged, siteFile);
  if (!loaded.ok) {
    console.error(loaded.error);
    return exitCannotStart;
  }
  const env = { ...merged, CANARY_CONFIG: loaded.value.file };
  let stopping = false;
  let healthyOnce = false;
  let exitCode = 0;
  let finish: (code: number) => void = () => {};
  const finished = new Promise<number>((resolve) => {
    finish = resolve;
  });
  const running = new Map<Role, ChildProcess>();

  const stop = (code: number): void => {
    stopping = true;
    for (const child of running.values()) child.kill("SIGTERM");
    if (running.size === 0) finish(code);
    exitCode = code;
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
    child.on("exit", (code, signal) => {
      running.delete(role);
      if (stopping) {
        if (running.size === 0) finish(exitCode);
        return;
      }
      if (code === exitCannotStart && !healthyOnce) {
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
  void whenHealthy(loaded.value, () => stopping).then((healthy) => {
    if (!healthy) return;
    healthyOnce = true;
    onReady(loaded.value);
  });
  return finished;
};

/** Waits until both programs answer; gives up silently when the street stops. */
const whenHealthy = async ({ site }: LoadedSite, stopped: () => boolean): Promise<boolean> => {
  const urls = [
    `http://${site.center.http.host}:${site.center.http.port}/readyz`,
    `http://${site.gateway.http.host}:${site.gateway.http.port}/api/v1/status`,
  ];
  while (!stopped()) {
    const answers = await Promise.all(
      urls.map((url) =>
        fetch(url).then(
          (r) => r.ok,
          () => false,
        ),
      ),
    );
    if (answers.every(Boolean)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
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
