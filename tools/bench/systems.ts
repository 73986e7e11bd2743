/** The two that are measured, each as a user would run it: real processes, real ports, a real disk. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buzzerName, detectorName, type Commits } from "./jobs.ts";
import { freePort, type Child, type Workshop } from "./workshop.ts";

export interface System {
  readonly mqttPort: number;
  /** The processes that take readings in; their CPU time and memory are the cost. */
  readonly pids: readonly number[];
  readonly commits?: Commits;
  readonly progressTopic?: string;
  readonly close: () => Promise<void>;
}

export interface SystemSize {
  readonly detectors: number;
  readonly connections: number;
  /** Shared out among the detectors by number: `d-0` has `b-0`, and so on in turn. */
  readonly buzzers: number;
  readonly center: boolean;
}

export type OpenSystem = (workshop: Workshop, size: SystemSize) => Promise<System>;

const adminPassword = "bench-battery-staple-horse";

/** Gateway on one core with rules and journal on; the center, when asked for, beside the generator. */
export const openCanary: OpenSystem = async (workshop, size) =>
  openPrepared(workshop, size, await prepareCanary(workshop, size));

export type Prepared = Awaited<ReturnType<typeof prepareCanary>>;

/** The same on a data folder that may already hold something. */
export const openPrepared = async (
  workshop: Workshop,
  size: SystemSize,
  { environment, mqttPort, gatewayHttp, centerHttp }: Prepared,
  nodeOptions: readonly string[] = [],
): Promise<System & { readonly gateway: Child }> => {
  const program = [...nodeOptions, "tools/canary.ts", "gateway"];
  const gateway = workshop.node("taker", program, environment);
  const center = size.center
    ? workshop.node("generator", ["tools/canary.ts", "center"], environment)
    : undefined;
  await answers(`http://127.0.0.1:${gatewayHttp}/api/v1/status`, [gateway, center], (body) =>
    size.center ? body.includes('"state":"up"') : true,
  );
  const url = `http://127.0.0.1:${centerHttp}`;
  if (center) await answers(`${url}/readyz`, [center], () => true);
  return {
    gateway,
    mqttPort,
    pids: [gateway.pid],
    ...(center && { commits: { kind: "sse", url, password: adminPassword } }),
    close: async () => {
      await gateway.stop();
      await center?.stop();
    },
  };
};

/** A data folder, a site file, free ports. */
export const prepareCanary = async (workshop: Workshop, size: SystemSize) => {
  const folder = await workshop.newFolder();
  const siteFile = join(folder, "site.yaml");
  // JSON is YAML.
  await writeFile(siteFile, JSON.stringify(site(size)));
  const [mqttPort, gatewayHttp, centerMqtt, centerHttp] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const environment = {
    CANARY_CONFIG: siteFile,
    CANARY_DATA: join(folder, "data"),
    CANARY_GATEWAY_MQTT_PORT: String(mqttPort),
    CANARY_GATEWAY_HTTP_PORT: String(gatewayHttp),
    CANARY_CENTER_MQTT_PORT: String(centerMqtt),
    CANARY_CENTER_HTTP_PORT: String(centerHttp),
    CANARY_ADMIN_PASSWORD: adminPassword,
  };
  return { environment, mqttPort, gatewayHttp, centerHttp };
};

const site = ({ detectors, buzzers }: SystemSize): object => ({
  version: 1,
  drill: true,
  street: { id: "bench", name: { zh: "基准街道", en: "Bench Street" } },
  gateway: {
    id: "gw-bench",
    community: { zh: "基准社区", en: "Bench Community" },
    http: {},
    mqtt: { anonymous: true },
    buzzers: Array.from({ length: buzzers }, (_, index) => ({
      id: buzzerName(index),
      kind: "mqtt",
      serves: Array.from({ length: Math.ceil((detectors - index) / buzzers) }, (_, turn) =>
        detectorName(index + turn * buzzers),
      ),
    })),
  },
  center: { http: {}, mqtt: {}, anonymousGateways: true, gateways: [{ id: "gw-bench" }] },
  detectors: Array.from({ length: detectors }, (_, index) => ({
    id: detectorName(index),
    profile: "native",
    address: { text: `基准街道 ${index} 号` },
  })),
});

/** Mosquitto and the bare script on one core; the bare center, when asked for, beside the generator. */
export const openBare: OpenSystem = async (workshop, size) => {
  const { mosquitto, mqttPort, url, folder } = await openMosquitto(workshop);
  const progressTopic = "bench/taken";
  const committedTopic = "bench/committed";
  const script = workshop.node(
    "taker",
    ["tools/bench/bare-script.ts", url, progressTopic, String(size.buzzers)],
    plainNode,
  );
  await ready(script);
  const center = size.center
    ? workshop.node(
        "generator",
        ["tools/bench/bare-center.ts", url, join(folder, "center.sqlite"), committedTopic],
        plainNode,
      )
    : undefined;
  if (center) await ready(center);
  return {
    mqttPort,
    pids: [mosquitto.pid, script.pid],
    progressTopic,
    ...(center && { commits: { kind: "mqtt", topic: committedTopic } }),
    close: async () => {
      await center?.stop();
      await script.stop();
      await mosquitto.stop();
    },
  };
};

export const openMosquitto = async (workshop: Workshop) => {
  const folder = await workshop.newFolder();
  const mqttPort = await freePort();
  const file = join(folder, "mosquitto.conf");
  // Kinder than the defaults: nothing is dropped at full speed, Nagle's algorithm is off, and the
  // script's window is not the limit.
  await writeFile(
    file,
    [
      `listener ${mqttPort} 127.0.0.1`,
      "allow_anonymous true",
      "persistence false",
      "max_inflight_messages 1000",
      "max_queued_messages 100000",
      "set_tcp_nodelay true",
      "log_dest none",
      "",
    ].join("\n"),
  );
  const mosquitto = workshop.spawn("taker", mosquittoPath, ["-c", file]);
  return { mosquitto, mqttPort, url: `mqtt://127.0.0.1:${mqttPort}`, folder };
};

/** Debian puts it where only root looks. */
export const mosquittoPath = "/usr/sbin/mosquitto";

/** The peer runs on Node as it comes; what `canary` sets for its own programs is not for it. */
export const plainNode = { NODE_OPTIONS: "" };

const startWithinMs = 30_000;

const ready = (child: Child): Promise<unknown> =>
  Promise.race([new Promise((resolve) => child.process.once("message", resolve)), child.ended]);

const answers = async (
  url: string,
  children: readonly (Child | undefined)[],
  isGood: (body: string) => boolean,
): Promise<void> => {
  const giveUpMs = performance.now() + startWithinMs;
  const ended = children.flatMap((child) => (child ? [child.ended] : []));
  for (;;) {
    const body = await Promise.race([
      fetch(url).then(
        async (response) => (response.ok ? response.text() : undefined),
        () => undefined,
      ),
      ...ended,
    ]);
    if (body !== undefined && isGood(body)) return;
    if (performance.now() > giveUpMs) {
      const said = children.map((child) => child?.output() ?? "").join("\n");
      throw new Error(`${url} did not answer within ${startWithinMs} ms; ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
