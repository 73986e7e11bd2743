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
  readonly output: () => string;
  /** What a detector says, over real MQTT. */
  readonly says: (detector: string, reading: object) => Promise<void>;
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
  const child = spawn(process.execPath, ["tools/canary.ts", "gateway"], {
    env: {
      ...process.env,
      CANARY_CONFIG: join(folder, "site.yaml"),
      CANARY_DATA: join(folder, "data"),
      CANARY_GATEWAY_HTTP_PORT: String(httpPort),
      CANARY_GATEWAY_MQTT_PORT: String(mqttPort),
      CANARY_CENTER_MQTT_PORT: String(centerPort),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const url = `http://127.0.0.1:${httpPort}`;
  await eventually("gateway up", async () => {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    return answer?.ok === true;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${output}`);
  });
  let client: MqttClient | undefined;
  return {
    url,
    output: () => output,
    says: async (detector, reading) => {
      client ??= await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: "detectors" });
      const topic = `canary/v1/detectors/${detector}/reading`;
      await client.publishAsync(topic, JSON.stringify(reading), { qos: 1 });
    },
    close: async () => {
      await client?.endAsync(true);
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
