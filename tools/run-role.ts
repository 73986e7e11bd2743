import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { both, openLog } from "#platform/log.ts";
import { loadSite, type LoadedSite } from "./load-site.ts";
import { exitCannotStart, readyMessage, type Role } from "./street.ts";

/** Runs one role in this process until SIGINT, SIGTERM or SIGHUP. */
export const runRole = async (role: Role): Promise<number> => {
  if (role === "gateway") {
    const { runGateway } = await import("./run-gateway.ts");
    return runGateway(process.env);
  }
  const loaded = loadSite(process.env);
  if (!loaded.ok) {
    console.error(loaded.error);
    return exitCannotStart;
  }
  const log = openLog(role);
  const folder = makeDataFolder(loaded.value.dataFolder, role);
  const started = folder.ok ? await openCenter(loaded.value, log) : folder;
  if (!started.ok) {
    log.fatal(both(started.error));
    return exitCannotStart;
  }
  process.send?.(readyMessage);
  await endAsked();
  await closeInTime(started.value.close);
  return 0;
};

const closeWithinMs = 10_000;

/**
 * A disk that does not answer must not keep a process alive that was told to go. Until then this
 * timer holds it: what is still awaited may itself hold nothing, and Node would leave halfway (13).
 */
export const closeInTime = async (close: () => Promise<void>): Promise<void> => {
  const giveUp = leaveAnyway();
  await close();
  clearTimeout(giveUp);
};

export const leaveAnyway = (): NodeJS.Timeout => setTimeout(() => process.exit(1), closeWithinMs);

/**
 * A signal, or the end of the supervisor that started us: nothing is left running behind a killed
 * one. Heard for good, not once: Ctrl-C arrives twice, from the terminal and from with-node.mjs, and
 * the second must not cut off a journal that is being closed.
 */
export const endAsked = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => resolve());
    process.on("disconnect", () => resolve());
    // Listening must not itself keep the process alive once everything is closed.
    process.channel?.unref();
  });

/** Only made, not tried: a gateway whose disk has turned read-only must still start and sound. */
export const makeDataFolder = (dataFolder: string, role: Role): Result<undefined, Bilingual> => {
  try {
    mkdirSync(join(dataFolder, role), { recursive: true, mode: 0o700 });
    return ok(undefined);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return err({
      zh: `数据目录 ${dataFolder} 建不了(${why})。请检查权限,或用 CANARY_DATA 指定另一个`,
      en: `cannot make the data folder ${dataFolder} (${why}); check its permissions or name another with CANARY_DATA`,
    });
  }
};

/** Only loaded here: a small gateway does not carry the center in memory. */
const openCenter = async (loaded: LoadedSite, log: ReturnType<typeof openLog>) => {
  const { passwordLengthMin } = await import("#center/accounts/passwords.ts");
  if (loaded.adminPassword !== undefined && loaded.adminPassword.length < passwordLengthMin) {
    return err({
      zh: `CANARY_ADMIN_PASSWORD 至少 ${passwordLengthMin} 个字符;不设置则生成一个随机口令`,
      en: `CANARY_ADMIN_PASSWORD needs at least ${passwordLengthMin} characters; leave it out for a random one`,
    });
  }
  const { startCenter } = await import("#center/main.ts");
  const { centerOptions } = await import("./center-options.ts");
  return startCenter(centerOptions(loaded, log));
};
