/** The center's composition root: the only file that picks concrete parts. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Clock } from "#domain/time.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { explainListenError } from "#platform/listen-error.ts";
import { publicKeyOf } from "#platform/signature.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers, type Timers } from "#platform/timers.ts";
import { openAccounts } from "./accounts/accounts.ts";
import { createCommandSender } from "./commands/send-commands.ts";
import { ensureSigningKey } from "./commands/signing-key.ts";
import { openCenterClock } from "./cases/seen-time.ts";
import { watchCases } from "./cases/watch-cases.ts";
import { openCore, type Core } from "./core.ts";
import { createGatewayWatch } from "./cases/watch-gateways.ts";
import { createLinkWatch } from "./desk/watch-links.ts";
import { startSweep } from "./evidence/sweep.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { evidenceFolder } from "./http/evidence-routes.ts";
import type { HttpParts } from "./http/app.ts";
import { createHttpServer } from "./http/server.ts";
import { openEmbeddedLink } from "./link/embedded-listener.ts";
import { openBrokerLink } from "./link/external-broker.ts";
import type { GatewayLink } from "./link/ports.ts";
import { createWaitingWatch } from "./one-intake/watch-waiting.ts";
import type { CenterOptions, RunningCenter } from "./options.ts";
import { openOtherCenters, type OtherCenters } from "./other-centers.ts";
import { startSinks } from "./sinks/start-sinks.ts";
import { openStore, type Store } from "./store/open-store.ts";
import { openSharedTime } from "./store/shared-time.ts";
import { defaultKeyFile, type KeySource } from "./vault/key-ring.ts";
import { openVault } from "./vault/open-vault.ts";
import { lockedVault, type Vault } from "./vault/seal.ts";

export type { CenterOptions, RunningCenter } from "./options.ts";

/** How often links are judged. */
const watchMs = 1_000;
/** How often it is asked whether a gateway that is lost wants a case, and whether reports wait. */
const gatewayCasesMs = 5_000;
const standInMs = 500;
/** How often the clocks of the centers are compared. */
const sharedTimeMs = 60_000;
/** How long a desk's signature waits before it is sent to the gateway. */
const commandsMs = 250;

/** Starts the street center, or says what to mend: the database, a taken port. */
export const startCenter = async (
  options: CenterOptions,
): Promise<Result<RunningCenter, Bilingual>> => {
  const timers = options.timers ?? systemTimers;
  const store = await openStore({
    dataFolder: join(options.dataFolder, "center"),
    ...(options.databaseUrl !== undefined && { databaseUrl: options.databaseUrl }),
  });
  if (!store.ok) return store;
  const opened = await openVault(store.value, keySource(options));
  const vault = opened.ok ? opened.value : lockedVault;
  const shared = await openSharedTime(store.value, options.clock ?? openSystemClock());
  const clock = await openCenterClock(store.value, shared.clock);
  const core = await openCore(options, store.value, clock);
  // Alarms are taken in all the same; every page shows the fault until the key is back.
  if (!opened.ok) core.faults.set("vault", opened.error);
  const { broadcast, intake } = core;
  // Before a port is tried: the account is written by now, and its password must not be lost when
  // the start fails on a taken port.
  sayFirstLogin(core, options);

  const others = openOtherCenters(options, core, timers);
  const link = await openLink(options, core, others);
  if (!link.ok) {
    await others.close();
    await store.value.close();
    return link;
  }
  core.useLink(link.value);

  const stops: readonly (() => void | Promise<void>)[] = [
    timers.every(standInMs, core.standIn),
    timers.every(sharedTimeMs, () => {
      shared.look().then((fault) => core.faults.set("clock", fault), core.databaseFailed);
    }),
    ...startWatches(core, store.value, clock, timers, options),
    await startCommands(core, store.value, clock, timers, {
      link: link.value,
      log: options.log,
      vault,
    }),
  ];
  const http = await createHttpServer({
    ...(await httpParts(options, core, { store: store.value, vault, clock })),
    timers,
  });
  const stopSinks = startSinks(core, options, { store: store.value, clock, timers });
  const close = async (): Promise<void> => {
    for (const stop of stops) await stop();
    await stopSinks();
    for (const part of [http, others, link.value]) await part.close();
    await intake.idle();
    await broadcast.idle();
    await store.value.close();
  };

  const { httpHost: host, httpPort: port } = options;
  try {
    await http.listen({ host, port });
  } catch (error) {
    await close();
    const setting = "center.http.port / CANARY_CENTER_HTTP_PORT";
    return err(await explainListenError(error, { host, port }, setting));
  }
  const httpPort = portOf(http.server.address()) ?? port;
  sayOnWatch(options, httpPort, link.value.port);
  return ok({
    httpPort,
    ...(link.value.port !== undefined && { mqttPort: link.value.port }),
    ...(core.firstAdmin !== undefined && { firstAdmin: core.firstAdmin }),
    close,
  });
};

const sayOnWatch = (
  { log }: CenterOptions,
  httpPort: number,
  mqttPort: number | undefined,
): void => {
  log.info(
    `街道中心已在值守 · the street center is on watch: HTTP ${httpPort}, MQTT ${mqttPort ?? "external"}`,
  );
};

const httpParts = async (
  options: CenterOptions,
  { broadcast, metrics, view, hindrances }: Core,
  kept: { readonly store: Store; readonly vault: Vault; readonly clock: Clock },
): Promise<Omit<HttpParts, "timers">> => ({
  ...kept,
  accounts: await openAccounts(kept.store, kept.vault, kept.clock, {
    requireSecondFactor: options.requireSecondFactor ?? isReachable(options),
  }),
  broadcast,
  metrics,
  view,
  hindrances,
  consoleFolder: options.consoleFolder ?? join(import.meta.dirname, "../dashboards/console/dist"),
  filesFolder: filesFolderOf(options),
  streetName: options.street.name,
  requestsPerMinute: options.requestsPerMinute ?? 1_200,
  trustedProxies: options.trustedProxies ?? [],
  logger: options.log,
});

/** Said once: the password is stored nowhere. */
const sayFirstLogin = (core: Core, options: CenterOptions): void => {
  if (core.firstAdmin !== undefined) {
    const { username, password } = core.firstAdmin;
    options.log.warn(
      `首次登录,仅显示这一次,登录后须修改口令 · first login, shown this once, to be changed then: ${username} / ${password}`,
    );
  }
};

/** Beside the folders that a backup takes: the key travels by a way of its own. */
const keySource = ({ dataFolder, dataKey }: CenterOptions): KeySource => ({
  file: dataKey?.file ?? defaultKeyFile(dataFolder),
  text: dataKey?.text,
});

const filesFolderOf = ({ dataFolder }: CenterOptions): string => join(dataFolder, "center");

/** What happens without anybody asking. */
const startWatches = (
  core: Core,
  store: Store,
  clock: Clock,
  timers: Timers,
  options: CenterOptions,
): readonly (() => void | Promise<void>)[] => {
  const { wake } = core.broadcast;
  const watch = createLinkWatch(store, clock);
  const watchGateways = createGatewayWatch(store, clock);
  const watchWaiting = createWaitingWatch(store.db, core.faults);
  return [
    timers.every(watchMs, () => {
      watch().then(wake, core.databaseFailed);
    }),
    timers.every(gatewayCasesMs, () => {
      watchGateways().then((changed) => {
        if (changed.length > 0) wake();
      }, core.databaseFailed);
    }),
    timers.every(gatewayCasesMs, () => {
      watchWaiting().catch(core.databaseFailed);
    }),
    timers.every(watchMs, () => {
      void core.seeWhetherMended();
    }),
    watchCases({ store, clock, timers, wake, onFailure: core.databaseFailed }),
    startSweep({
      store,
      folder: evidenceFolder(filesFolderOf(options)),
      clock,
      timers,
      // A file that cannot be removed is no trouble of the database.
      onFailure: (error) => {
        options.log.error(error);
      },
    }),
    startHousekeeping(store, clock, timers, core.databaseFailed),
  ];
};

/** What people at desks ask of gateways goes out, and again until it is answered. */
const startCommands = async (
  core: Core,
  store: Store,
  clock: Clock,
  timers: Timers,
  {
    link,
    log,
    vault,
  }: { readonly link: GatewayLink; readonly log: CenterOptions["log"]; readonly vault: Vault },
): Promise<() => void> => {
  // Signatures wait for the key; they are sent once the center has started with it.
  if (vault === lockedVault) return () => undefined;
  const { privatePem: privateKey, isNew } = await ensureSigningKey(store, vault);
  // Once, when it is made: what stands in every start is read in none.
  log[isNew ? "info" : "debug"](
    `指令签名公钥,填入各网关 gateway.center.commandKey(以后用 CANARY_LOG=debug 启动可再看到) · key of our commands, for the gateways' gateway.center.commandKey (shown again when started with CANARY_LOG=debug): ${publicKeyOf(privateKey)}`,
  );
  const sendDue = createCommandSender({ store, clock, privateKey, send: link.send });
  return timers.every(commandsMs, () => {
    sendDue().then((changed) => {
      if (changed) core.broadcast.wake();
    }, core.databaseFailed);
  });
};

const openLink = async (
  options: CenterOptions,
  core: Core,
  { isReady }: OtherCenters,
): Promise<Result<GatewayLink, Bilingual>> => {
  const { take } = core.intake;
  if (options.brokerUrl !== undefined) {
    return ok(
      await openBrokerLink({
        url: options.brokerUrl,
        clientId: `canary-center-${randomUUID()}`,
        // One SQLite file has one center; several centers share one PostgreSQL.
        shared: options.databaseUrl !== undefined,
        take,
        isReady,
        onChange: (hindrance) => core.faults.set("broker", hindrance),
      }),
    );
  }
  return openEmbeddedLink({
    host: options.mqttHost,
    port: options.mqttPort,
    ...(options.mqttTls && { tls: options.mqttTls }),
    gateways: options.gateways,
    anonymousGateways: options.anonymousGateways,
    take,
    onFault: ({ key, present, text }) => core.faults.set(`mqtt ${key}`, present ? text : undefined),
  });
};

/** Whether somebody at another machine may stand before the login. */
const isReachable = ({ httpHost, trustedProxies = [] }: CenterOptions): boolean =>
  trustedProxies.length > 0 || !["127.0.0.1", "::1", "localhost"].includes(httpHost);

const portOf = (address: AddressInfo | string | null): number | undefined =>
  typeof address === "object" ? address?.port : undefined;
