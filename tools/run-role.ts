import { both, openLog } from "#platform/log.ts";
import { loadSite, type LoadedSite } from "./load-site.ts";
import { exitCannotStart, type Role } from "./street.ts";

/** Runs one role in this process until SIGINT or SIGTERM. */
export const runRole = async (role: Role): Promise<number> => {
  const loaded = loadSite(process.env);
  if (!loaded.ok) {
    console.error(loaded.error);
    return exitCannotStart;
  }
  const log = openLog(role);
  const started = await open(role, loaded.value, log);
  if (!started.ok) {
    log.fatal(both(started.error));
    return exitCannotStart;
  }
  await endAsked();
  // A disk that does not answer must not keep a process alive that was told to go.
  setTimeout(() => process.exit(1), closeWithinMs).unref();
  await started.value.close();
  return 0;
};

const closeWithinMs = 10_000;

/** A signal, or the end of the supervisor that started us: nothing is left running behind a killed one. */
const endAsked = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => resolve());
    process.once("disconnect", () => resolve());
  });

/** Only the role's own code is loaded: a small gateway does not carry the center in memory. */
const open = async (role: Role, loaded: LoadedSite, log: ReturnType<typeof openLog>) => {
  if (role === "gateway") {
    const { startGateway } = await import("#gateway/main.ts");
    return startGateway({
      site: loaded.site,
      dataFolder: loaded.dataFolder,
      brokerUrl: loaded.brokerUrl,
      log,
    });
  }
  const { startCenter } = await import("#center/main.ts");
  const { centerOptions } = await import("./center-options.ts");
  return startCenter(centerOptions(loaded, log));
};
