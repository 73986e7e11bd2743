/**
 * A center, or a bare server of the same events, for the fan-out; a process of its own:
 *
 *   node tools/bench/center-pages.ts canary | bare <folder>
 *
 * Sends one message with where pages and alarms go; ends when it is told to.
 */
import { createServer } from "node:http";
import { join } from "node:path";
import { openLog } from "#platform/log.ts";
import { openSession } from "#center/accounts/sessions.ts";
import { startCenter } from "#center/main.ts";
import { openStore } from "#center/store/open-store.ts";

/** Where it listens, and the cookies of people whose pages are open. */
export interface Serving {
  readonly httpPort: number;
  /** Absent: alarms come by HTTP. */
  readonly mqttPort?: number;
  readonly cookies: readonly string[];
}

/** Each may open a hundred pages. */
const people = 10;

const serveCanary = async (folder: string): Promise<Serving> => {
  const center = await startCenter({
    street: { name: { zh: "基准街道", en: "Bench Street" } },
    httpHost: "127.0.0.1",
    httpPort: 0,
    mqttHost: "127.0.0.1",
    mqttPort: 0,
    dataFolder: folder,
    gateways: [],
    anonymousGateways: true,
    adminPassword: "bench-battery-staple-horse",
    requireSecondFactor: false,
    requestsPerMinute: 1_000_000,
    log: openLog("center", "error"),
  });
  if (!center.ok) throw new Error(center.error.en);
  process.once("SIGTERM", () => {
    void center.value.close().then(() => process.exit(0));
  });
  const { httpPort, mqttPort } = center.value;
  const cookies = (await logIn(folder)).map((token) => `canary_session=${token}`);
  return { httpPort, ...(mqttPort !== undefined && { mqttPort }), cookies };
};

/** Past the login itself, which is slow by design. */
const logIn = async (folder: string): Promise<readonly string[]> => {
  const store = await openStore({ dataFolder: join(folder, "center") });
  if (!store.ok) throw new Error(store.error.en);
  const nowMs = Date.now();
  const tokens = await store.value.write(async (tx) => {
    const opened: string[] = [];
    for (let index = 0; index < people; index += 1) {
      const name = `desk-${index}`;
      await tx
        .insertInto("users")
        .values({
          name,
          password_hash: "",
          must_change_password: 0,
          created_at_ms: nowMs,
          area: "/",
          disabled_at_ms: null,
          password_expires_at_ms: null,
        })
        .execute();
      await tx.insertInto("grants").values({ user_name: name, role: "duty", area: "/" }).execute();
      const session = { user: name, source: "127.0.0.1", agent: "bench", secondFactor: false };
      opened.push(await openSession(tx, { ...session, nowMs }));
    }
    return opened;
  });
  await store.value.close();
  return tokens;
};

/** What the machine allows: no database, no rights; what is posted is written to every page. */
const serveBare = async (): Promise<Serving> => {
  const pages = new Set<{ readonly write: (text: string) => unknown }>();
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": open\n\n");
      pages.add(response);
      response.on("close", () => pages.delete(response));
      return;
    }
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const event = `event: alarm\ndata: ${Buffer.concat(parts).toString()}\n\n`;
      for (const page of pages) page.write(event);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 2_048, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.once("SIGTERM", () => process.exit(0));
  return { httpPort: address.port, cookies: [""] };
};

if (import.meta.main) {
  const [what, folder = "."] = process.argv.slice(2);
  const serving = await (what === "bare" ? serveBare() : serveCanary(folder));
  if (process.send) process.send(serving);
  else console.log(JSON.stringify(serving));
}
