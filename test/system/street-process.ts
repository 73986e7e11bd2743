/** A whole street as real processes on free ports, driven from outside like a user would. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

export interface StreetProcess {
  readonly ports: StreetPorts;
  readonly folder: string;
  readonly output: () => string;
  /** Starts one role anew after {@link kill}, on the same ports and data. */
  readonly startRole: (role: "gateway" | "center") => void;
  readonly kill: (role: "gateway" | "center", signal?: NodeJS.Signals) => Promise<void>;
  readonly pid: (role: "gateway" | "center") => number;
  readonly gatewayStatus: () => Promise<GatewayStatusView | undefined>;
  readonly login: () => Promise<Desk>;
  readonly close: () => Promise<void>;
}

/** The fields of the gateway's status that tests look at. */
export interface GatewayStatusView {
  readonly link: { readonly state: string; readonly unconfirmed: number };
  readonly journal: { readonly lastSeq: number; readonly pending: number };
  readonly detectors: readonly { readonly detector: string; readonly state: string }[];
  readonly buzzers: readonly {
    readonly id: string;
    readonly command: { readonly state: string; readonly pattern?: string };
    readonly confirmed: boolean;
  }[];
  readonly faults: readonly { readonly key: string; readonly zh: string; readonly en: string }[];
}

/** The fields of the desk that tests look at. */
export interface DeskAlarmView {
  readonly episode: string;
  readonly condition: string;
  readonly durable: boolean;
  readonly notice: {
    readonly event: {
      readonly rule: string;
      readonly detector: string;
      readonly alarmClass: string;
    };
    readonly where: {
      readonly address?: { readonly text: string };
      readonly position: { readonly line: string; readonly place: string };
    };
    readonly drill: boolean;
  };
  readonly case: { readonly state: string; readonly version: number; readonly acceptedBy?: string };
}

export interface Desk {
  readonly alarms: () => Promise<readonly DeskAlarmView[]>;
  readonly sign: (alarm: DeskAlarmView) => Promise<Response>;
}

export const adminPassword = "correct-horse-battery-staple";

/** `site` is YAML as in config/site.yaml; the ports in it are replaced by free ones. */
export const startStreet = async (siteFile = "config/site.yaml"): Promise<StreetProcess> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-street-"));
  const ports: StreetPorts = {
    gatewayMqtt: await freePort(),
    gatewayHttp: await freePort(),
    centerMqtt: await freePort(),
    centerHttp: await freePort(),
  };
  await writeFile(join(folder, "site.yaml"), await readFile(siteFile, "utf8"));
  const env = {
    ...process.env,
    CANARY_CONFIG: join(folder, "site.yaml"),
    CANARY_DATA: join(folder, "data"),
    CANARY_GATEWAY_MQTT_PORT: String(ports.gatewayMqtt),
    CANARY_GATEWAY_HTTP_PORT: String(ports.gatewayHttp),
    CANARY_CENTER_HTTP_PORT: String(ports.centerHttp),
    CANARY_CENTER_MQTT_PORT: String(ports.centerMqtt),
    CANARY_ADMIN_PASSWORD: adminPassword,
  };
  let output = "";
  const running = new Map<string, ChildProcess>();
  const startRole = (role: "gateway" | "center"): void => {
    const child = spawn(process.execPath, ["tools/canary.ts", role], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    running.set(role, child);
  };
  const kill = async (
    role: "gateway" | "center",
    signal: NodeJS.Signals = "SIGKILL",
  ): Promise<void> => {
    const child = running.get(role);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return;
    await gone;
  };
  const centerUrl = `http://127.0.0.1:${ports.centerHttp}`;
  const street: StreetProcess = {
    ports,
    folder,
    output: () => output,
    startRole,
    kill,
    pid: (role) => running.get(role)?.pid ?? -1,
    gatewayStatus: () => getJson(`http://127.0.0.1:${ports.gatewayHttp}/api/v1/status`),
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
      const desk = await getJson<{ alarms: DeskAlarmView[] }>(`${url}/api/v1/desk`, { cookie });
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

const getJson = async <Body>(
  url: string,
  headers: Record<string, string> = {},
): Promise<Body | undefined> => {
  try {
    const response = await fetch(url, { headers });
    return response.ok ? ((await response.json()) as Body) : undefined;
  } catch {
    return undefined; // not up yet, or just killed
  }
};
