/** A valve that was opened while its gateway was down, over the gateway's real listener and disk. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { startGateway } from "#gateway/main.ts";
import { openLog } from "#platform/log.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { exampleSite } from "../scenarios/open-gateway.ts";

const siteWithValve = (): Site => {
  const { gateway, ...site } = exampleSite();
  const valve = { kind: "mqtt", id: "v1", closesOn: ["gas"], confirmWithinSeconds: 5 } as const;
  return {
    ...site,
    gateway: {
      ...gateway,
      mqtt: { ...gateway.mqtt, port: 0 },
      http: { ...gateway.http, port: 0 },
      valves: [{ ...valve, closesOn: [...valve.closesOn] }],
    },
  };
};
const log = openLog("gateway", "silent");

/** A gateway over one folder, and a client that speaks for the detector and the valve. */
const start = async (dataFolder: string) => {
  const site = siteWithValve();
  const opened = await startGateway({ site, dataFolder, brokerUrl: undefined, log });
  if (!opened.ok) throw new Error(opened.error.en);
  const gateway = opened.value;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`);
  return {
    reads: (reading: object) =>
      client.publishAsync(
        "canary/v1/detectors/xian-2-1-603/reading",
        JSON.stringify({ status: [], ...reading }),
        { qos: 1 },
      ),
    valveSays: (state: string) =>
      client.publishAsync("canary/v1/valves/v1/state", JSON.stringify({ state }), { qos: 1 }),
    valve: () => gateway.status().valves[0]?.state,
    faults: () => gateway.status().faults.map(({ key }) => key),
    end: async () => {
      await client.endAsync(true);
      await gateway.close();
    },
  };
};

test("is shut again while its gas alarm stands, and people are told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-valve-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const first = await start(folder);
  await first.reads({ ch4_lel: 40 });
  await first.valveSays("closed");
  await expect.poll(first.valve).toBe("closed");
  expect(first.faults()).not.toContain("valve-opened:v1");
  await first.end();

  const second = await start(folder);
  expect(second.valve()).toBe("closing");
  await second.valveSays("open");
  await second.valveSays("closed");
  await expect.poll(second.valve, { timeout: 5_000 }).toBe("closed");
  expect(second.faults()).toContain("valve-opened:v1");
  await second.end();
});
