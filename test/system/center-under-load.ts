/** A center process, a gateway's end of the wire, and how long the commit of an alarm takes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connectAsync } from "mqtt";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { gatewayId } from "#domain/ids.ts";
import { epochMs } from "#domain/quantity.ts";
import { gatewaySource } from "#domain/wire.ts";
import type { SinkSite } from "#platform/site-file/sink-schema.ts";
import type { WireBlock } from "#domain/telemetry-wire.ts";

export const openCenterUnderLoad = async (sinks: readonly SinkSite[] = []) => {
  const folder = await mkdtemp(join(tmpdir(), "canary-center-load-"));
  const child = spawn(process.execPath, ["test/system/center-process.ts", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CANARY_LOG: "fatal", CANARY_TEST_SINKS: JSON.stringify(sinks) },
  });
  const ports: { httpPort: number; mqttPort: number } = JSON.parse(
    String((await once(createInterface(child.stdout), "line"))[0]),
  );
  const url = `http://127.0.0.1:${ports.httpPort}`;
  const client = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, {
    clientId: "gw-1",
    reconnectPeriod: 0,
  });
  const gateway = createFakeGateway("gw-1");
  let alarms = 0;
  let messages = 0;
  let block = 0;

  const raiseOne = async (): Promise<void> => {
    alarms += 1;
    const told = gateway.alarm({ seq: alarms, episode: `ep-${alarms}`, detector: `d-${alarms}` });
    await client.publishAsync(told.topic, Buffer.from(told.payload), { qos: 1 });
  };
  return {
    url,
    alarms: () => alarms,
    /** Publishes one alarm after another; answers how long each took to its PUBACK: the commit. */
    raise: async (count: number): Promise<readonly number[]> => {
      const tookMs: number[] = [];
      for (let at = 0; at < count; at += 1) {
        const beganMs = performance.now();
        await raiseOne();
        tookMs.push(performance.now() - beganMs);
      }
      return tookMs;
    },
    /** Many at once. */
    storm: async (count: number): Promise<void> => {
      await Promise.all(Array.from({ length: count }, raiseOne));
    },
    /** Readings, a message of its own; the PUBACK comes with the commit. */
    measure: async (blocks: readonly Omit<WireBlock, "n">[]): Promise<void> => {
      messages += 1;
      const { topic, payload } = gateway.tell("telemetry", {
        specversion: "1.0",
        id: `telemetry-${messages}`,
        source: gatewaySource(gatewayId("gw-1")),
        // Sent now, whatever the blocks tell of.
        time: epochToRfc3339(epochMs(Date.now())),
        datacontenttype: "application/json",
        bootid: "boot-1",
        monoms: "0",
        type: "canary.telemetry.v1",
        data: {
          store: "store-1",
          blocks: blocks.map((one) => {
            block += 1;
            return Object.assign({ n: block }, one);
          }),
          losses: [],
        },
      });
      await client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
    },
    metric: async (name: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text.split("\n").find((one) => one.startsWith(name) && !one.startsWith("#"));
      return Number(line?.split(" ").at(-1) ?? NaN);
    },
    logIn: async (): Promise<string> => {
      const response = await fetch(`${url}/api/v1/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password: "correct horse battery" }),
      });
      return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    },
    close: async () => {
      client.end(true);
      child.kill("SIGKILL");
      await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export type CenterUnderLoad = Awaited<ReturnType<typeof openCenterUnderLoad>>;
