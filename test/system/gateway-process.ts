/** One gateway alone as a real process, its center deleted or behind a wire the test holds. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { stringify } from "yaml";
import { eventually } from "./eventually.ts";
import { freePort } from "./street-process.ts";

export interface GatewayProcess {
  readonly url: string;
  readonly mqttUrl: string;
  /** What it keeps on disk. */
  readonly dataFolder: string;
  readonly output: () => string;
  /** What a detector says, over real MQTT. */
  readonly says: (detector: string, reading: object) => Promise<void>;
  /** Without a word, as a power cut does; resolves when it has gone. */
  readonly kill: () => Promise<void>;
  /** Again, over what it kept; resolves when its page answers. */
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `site`: as in config/site.yaml; ports in it are replaced. `centerPort`: where its center would be. */
export const startGatewayAlone = async (
  site: object,
  centerPort: number,
): Promise<GatewayProcess> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-gateway-"));
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  await writeFile(join(folder, "site.yaml"), stringify(site));
  const dataFolder = join(folder, "data");
  const url = `http://127.0.0.1:${httpPort}`;
  let output = "";
  const spawnGateway = () => {
    const child = spawn(process.execPath, ["tools/canary.ts", "gateway"], {
      env: {
        ...process.env,
        CANARY_CONFIG: join(folder, "site.yaml"),
        CANARY_DATA: dataFolder,
        CANARY_GATEWAY_HTTP_PORT: String(httpPort),
        CANARY_GATEWAY_MQTT_PORT: String(mqttPort),
        CANARY_CENTER_MQTT_PORT: String(centerPort),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    return {
      end: (signal: NodeJS.Signals): Promise<void> => {
        child.kill(signal);
        return gone;
      },
    };
  };
  const answers = (): Promise<unknown> =>
    eventually("gateway up", async () => {
      const answer = await fetch(`${url}/healthz`).catch(() => undefined);
      return answer?.ok === true;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output}`);
    });
  let running = spawnGateway();
  await answers();
  let client: MqttClient | undefined;
  return {
    url,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    dataFolder,
    output: () => output,
    says: async (detector, reading) => {
      client ??= await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: "detectors" });
      const topic = `canary/v1/detectors/${detector}/reading`;
      await client.publishAsync(topic, JSON.stringify(reading), { qos: 1 });
    },
    kill: () => running.end("SIGKILL"),
    start: async () => {
      running = spawnGateway();
      await answers();
    },
    close: async () => {
      await client?.endAsync(true);
      await running.end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
};
