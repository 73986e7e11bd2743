/** Runs the gateway: the site file or the last good one, safe mode when starts keep failing. */
import { join } from "node:path";
import { ok } from "#domain/result.ts";
import { startGateway } from "#gateway/main.ts";
import { chooseStart } from "#gateway/start/choose-start.ts";
import { openStartRecord, type StartRecord } from "#gateway/start/start-record.ts";
import { both, openLog } from "#platform/log.ts";
import { openServiceManager } from "#platform/service-manager.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { systemTimers } from "#platform/timers.ts";
import { loadSite, readSurroundings } from "./load-site.ts";
import { closeInTime, endAsked, leaveAnyway, makeDataFolder } from "./run-role.ts";
import { exitCannotStart, readyMessage } from "./street.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A start that has lasted so long is no crash, and its site is the last good one. */
const provenAfterMs = 60_000;

/** Until SIGINT, SIGTERM or SIGHUP; answers the exit code. */
export const runGateway = async (environment: Environment): Promise<number> => {
  const log = openLog("gateway");
  // Heard from the first moment: told to stop while it starts, it ends in good order too.
  const asked = endAsked();
  void asked.then(() => leaveAnyway().unref()); // a start that hangs as well
  const surroundings = readSurroundings(environment);
  const record = openStartRecord(join(surroundings.dataFolder, "gateway"));
  const manager = openServiceManager(environment, {
    timers: systemTimers,
    onTrouble: (why) => log.error(both(why)),
  });
  /** With a service manager that starts us again and again, not to begin counts like a crash. */
  const giveUp = (): number => {
    if (!manager.isThere) record.takeBack();
    return exitCannotStart;
  };

  const loaded = loadSite(environment);
  const chosen = chooseStart(
    record.crashes,
    loaded.ok ? ok(loaded.value.site) : loaded,
    record.lastGood,
  );
  if (!chosen.ok) {
    console.error(chosen.error);
    // Without any site not even safe mode can start: once the file is mended, the start is a usual one.
    record.takeBack();
    return exitCannotStart;
  }
  const folder = makeDataFolder(surroundings.dataFolder, "gateway");
  const started =
    folder.ok || chosen.value.safe
      ? await startGateway({
          ...surroundings,
          ...chosen.value,
          log,
          outlivesPage: manager.isThere,
          onProtecting: ({ processMs }) =>
            manager.ready(`protecting since ${processMs.toFixed(0)} ms after the start`),
        })
      : folder;
  if (!started.ok) {
    log.fatal(both(started.error));
    return giveUp();
  }
  process.send?.(readyMessage);
  const cancelProof = chosen.value.safe ? () => {} : proveLater(record, chosen.value.site);
  await asked;
  cancelProof();
  manager.stopping();
  await closeInTime(started.value.close);
  record.proven(chosen.value.site);
  return 0;
};

const proveLater = (record: StartRecord, site: Site): (() => void) =>
  systemTimers.after(provenAfterMs, () => record.proven(site));
