/** The center with real HTTP and no gateways' network: messages are handed to intake directly. */
import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeskAlarm } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import { openAccounts } from "./accounts/accounts.ts";
import { ensureFirstAdmin } from "./accounts/first-admin.ts";
import { openBroadcast, type Broadcast } from "./desk/broadcast.ts";
import type { HttpParts } from "./http/app.ts";
import { createHttpServer } from "./http/server.ts";
import { createCenterMetrics } from "./metrics.ts";
import { newSqlite, openGround, openTestVault, type NewDatabase } from "./open-ground.testing.ts";
import { beginStretch } from "./store/stream-log.ts";

export const adminPassword = "correct horse battery";

export interface DeskOptions {
  readonly newDatabase?: NewDatabase;
  /** `undefined`: the first administrator gets a random one. */
  readonly adminPassword?: string | undefined;
  readonly requestsPerMinute?: number;
  readonly consoleFolder?: string;
  readonly hindrances?: readonly Bilingual[];
  readonly trustedProxies?: readonly string[];
  readonly requireSecondFactor?: boolean;
}

export const openDesk = async (options: DeskOptions = {}) => {
  let broadcast: Broadcast | undefined;
  const ground = await openGround(options.newDatabase ?? newSqlite, () => broadcast?.wake());
  const nowMs = ground.time.clock.now().wallMs;
  await ground.store.write((tx) => beginStretch(tx, nowMs));
  const firstAdmin = await ensureFirstAdmin(
    ground.store,
    "adminPassword" in options ? options.adminPassword : adminPassword,
    nowMs,
  );
  const failures: unknown[] = [];
  broadcast = await openBroadcast({
    store: ground.store,
    view: ground.view,
    onTrouble: (error) => failures.push(error),
  });
  const vault = await openTestVault(ground.store);
  const parts: HttpParts = {
    store: ground.store,
    vault,
    clock: ground.time.clock,
    timers: ground.time.timers,
    accounts: await openAccounts(ground.store, vault, ground.time.clock, {
      requireSecondFactor: options.requireSecondFactor ?? false,
    }),
    broadcast,
    metrics: createCenterMetrics(),
    view: ground.view,
    hindrances: () => Promise.resolve(options.hindrances ?? []),
    consoleFolder: options.consoleFolder ?? (await mkdtemp(join(tmpdir(), "canary-console-"))),
    filesFolder: await mkdtemp(join(tmpdir(), "canary-files-")),
    streetName: { zh: "安靖街道", en: "Anjing Street" },
    requestsPerMinute: options.requestsPerMinute ?? 1_000_000,
    trustedProxies: options.trustedProxies ?? [],
    logger: false,
  };
  const app = await createHttpServer(parts);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });

  return {
    ...ground,
    app,
    url,
    parts,
    broadcast,
    failures,
    firstAdmin,
    login: (password = adminPassword) => logInto(url, "admin", password),
    loginAs: (username: string, password: string, code?: string) =>
      logInto(url, username, password, code),
    get: (path: string, cookie = "") => fetch(`${url}${path}`, { headers: { cookie } }),
    sign: (
      alarm: Pick<DeskAlarm, "episode"> & { readonly case: { readonly version: number } },
      cookie: string,
      key: string = randomUUID(),
    ) =>
      fetch(`${url}/api/v1/alarms/${encodeURIComponent(alarm.episode)}/sign`, {
        method: "POST",
        headers: { cookie, "if-match": `"${alarm.case.version}"`, "idempotency-key": key },
      }),
    close: async () => {
      await app.close();
      await broadcast.idle();
      await ground.close();
    },
  };
};

/** Answers the session's cookie. */
const logInto = async (
  url: string,
  username: string,
  password: string,
  code?: string,
): Promise<string> => {
  const response = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password, ...(code !== undefined && { code }) }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0];
  if (cookie === undefined) throw new Error(`login failed: ${await response.text()}`);
  return cookie;
};

export type OpenDesk = Awaited<ReturnType<typeof openDesk>>;
