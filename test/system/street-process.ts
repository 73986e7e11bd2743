/** A whole street as real processes on free ports, driven from outside like a user would. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type, type Static, type TSchema } from "typebox";
import { Value } from "typebox/value";
import { DeskSchema, type DeskAlarm } from "#domain/desk.ts";
import { eventually } from "./eventually.ts";

/** A TCP port nobody listens on at the moment. */
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

export interface StreetPorts {
  readonly gatewayMqtt: number;
  readonly gatewayHttp: number;
  readonly centerMqtt: number;
  readonly centerHttp: number;
}

export type Role = "gateway" | "center";

export interface StreetOptions {
  readonly siteFile?: string;
  /** Changes the text of the site file before it is written. */
  readonly change?: (yaml: string, ports: StreetPorts) => string;
  /** Where the gateway alone keeps its data: another disk. */
  readonly gatewayData?: string;
  /** Words before `node`, to run a role somewhere else: `ip netns exec …`. */
  readonly before?: Partial<Record<Role, readonly string[]>>;
  /** Where the center is reached. */
  readonly centerHost?: string;
  /** Beside what the street sets itself, such as CANARY_DATABASE_URL. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface StreetProcess {
  readonly ports: StreetPorts;
  readonly folder: string;
  readonly output: () => string;
  /** Starts one role anew after {@link kill}, on the same ports and data. */
  readonly startRole: (role: Role) => void;
  readonly kill: (role: Role, signal?: NodeJS.Signals) => Promise<void>;
  readonly pid: (role: Role) => number;
  readonly gatewayStatus: () => Promise<GatewayStatusView | undefined>;
  readonly login: () => Promise<Desk>;
  readonly close: () => Promise<void>;
}

const word = Type.String();
/** The fields of the gateway's status that tests look at. */
const GatewayStatusView = Type.Object({
  link: Type.Object({ state: word, unconfirmed: Type.Number() }),
  detectors: Type.Array(Type.Object({ detector: word, state: word })),
  buzzers: Type.Array(
    Type.Object({ id: word, command: Type.Object({ state: word }), confirmed: Type.Boolean() }),
  ),
  faults: Type.Array(Type.Object({ key: word, zh: word, en: word })),
});
export type GatewayStatusView = Static<typeof GatewayStatusView>;

export interface Desk {
  readonly alarms: () => Promise<readonly DeskAlarm[]>;
  readonly sign: (alarm: DeskAlarm) => Promise<Response>;
}

export const adminPassword = "correct-horse-battery-staple";

/** The example site unless told otherwise; the ports in it are replaced by free ones. */
export const startStreet = async (options: StreetOptions = {}): Promise<StreetProcess> => {
  const { siteFile = "config/site.yaml", centerHost = "127.0.0.1" } = options;
  const folder = await mkdtemp(join(tmpdir(), "canary-street-"));
  const ports: StreetPorts = {
    gatewayMqtt: await freePort(),
    gatewayHttp: await freePort(),
    centerMqtt: await freePort(),
    centerHttp: await freePort(),
  };
  const yaml = await readFile(siteFile, "utf8");
  await writeFile(join(folder, "site.yaml"), options.change?.(yaml, ports) ?? yaml);
  const env = {
    ...process.env,
    CANARY_CONFIG: join(folder, "site.yaml"),
    CANARY_DATA: join(folder, "data"),
    CANARY_GATEWAY_MQTT_PORT: String(ports.gatewayMqtt),
    CANARY_GATEWAY_HTTP_PORT: String(ports.gatewayHttp),
    CANARY_CENTER_HTTP_PORT: String(ports.centerHttp),
    CANARY_CENTER_MQTT_PORT: String(ports.centerMqtt),
    CANARY_ADMIN_PASSWORD: adminPassword,
    ...options.environment,
  };
  let output = "";
  const running = new Map<string, ChildProcess>();
  const startRole = (role: Role): void => {
    const words = [...(options.before?.[role] ?? []), process.execPath, "tools/canary.ts", role];
    const [command = "", ...rest] = words;
    const elsewhere = role === "gateway" ? options.gatewayData : undefined;
    const child = spawn(command, rest, {
      env: { ...env, ...(elsewhere !== undefined && { CANARY_DATA: elsewhere }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    running.set(role, child);
  };
  const kill = async (role: Role, signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    const child = running.get(role);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return;
    await gone;
  };
  const centerUrl = `http://${centerHost}:${ports.centerHttp}`;
  const street: StreetProcess = {
    ports,
    folder,
    output: () => output,
    startRole,
    kill,
    pid: (role) => running.get(role)?.pid ?? -1,
    gatewayStatus: () =>
      getJson(GatewayStatusView, `http://127.0.0.1:${ports.gatewayHttp}/api/v1/status`),
    login: () => openDesk(centerUrl),
    close: async () => {
      await Promise.all([kill("gateway", "SIGTERM"), kill("center", "SIGTERM")]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  startRole("gateway");
  startRole("center");
  await eventually(`street up; it said: ${output}`, async () => {
    const status = await street.gatewayStatus();
    const ready = await fetch(`${centerUrl}/readyz`).then(
      (r) => r.ok,
      () => false,
    );
    return ready && status?.link.state === "up";
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${output}`);
  });
  return street;
};

const openDesk = async (url: string): Promise<Desk> => {
  const response = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: adminPassword }),
  });
  if (!response.ok) throw new Error(`login: ${response.status} ${await response.text()}`);
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return {
    alarms: async () => {
      const desk = await getJson(DeskSchema, `${url}/api/v1/desk`, { cookie });
      return desk?.alarms ?? [];
    },
    sign: (alarm) =>
      fetch(`${url}/api/v1/alarms/${encodeURIComponent(alarm.episode)}/sign`, {
        method: "POST",
        headers: {
          cookie,
          "if-match": `"${alarm.case.version}"`,
          "idempotency-key": crypto.randomUUID(),
        },
      }),
  };
};

/** The answer as its schema says; undefined while there is none. An answer of another shape is a defect. */
const getJson = async <Schema extends TSchema>(
  schema: Schema,
  url: string,
  headers: Record<string, string> = {},
): Promise<Static<Schema> | undefined> => {
  const response = await fetch(url, { headers }).catch(() => undefined); // not up yet, or just killed
  return response?.ok === true ? Value.Parse(schema, await response.json()) : undefined;
};
