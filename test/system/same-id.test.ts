/** Two real boxes that somebody gave one gateway id, at a real center. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value } from "typebox/value";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { DeskSchema } from "#domain/desk.ts";
import { startCenterProcess } from "./center-alone.ts";
import { startGatewayAlone } from "./gateway-process.ts";

const openCenter = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-same-id-"));
  const center = await startCenterProcess(folder, 0, 0);
  onTestFinished(async () => {
    await center.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${center.httpPort}`;
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: "correct horse battery" }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const faults = async (): Promise<readonly { zh: string; en: string }[]> => {
    const answer = await fetch(`${url}/api/v1/desk`, { headers: { cookie } });
    const desk = Value.Parse(DeskSchema, await answer.json());
    return desk.gateways.find(({ id }) => id === "gw-1")?.faults ?? [];
  };
  return { mqttPort: center.mqttPort, faults };
};

test("two boxes with one gateway id stand as a fault at the desk", async () => {
  const center = await openCenter();
  const example = parse(await readFile("config/site.yaml", "utf8"));
  const site = {
    ...example,
    gateway: { ...example.gateway, id: "gw-1" },
    center: { ...example.center, gateways: [{ id: "gw-1" }] },
  };
  const boxes = [
    await startGatewayAlone(site, center.mqttPort),
    await startGatewayAlone(site, center.mqttPort),
  ];
  for (const { close } of boxes) onTestFinished(close);
  const told = async () =>
    (await center.faults()).filter(({ zh }) => zh.includes("同时使用网关编号"));
  // What a box was before it was followed counts once it has spoken for 20 s.
  await expect.poll(told, { timeout: 90_000, interval: 1_000 }).toHaveLength(1);
  const [fault] = await told();
  expect(fault).toEqual({
    zh: expect.stringContaining("有两台设备同时使用网关编号「gw-1」"),
    en: expect.stringContaining('two gateways use the id "gw-1"'),
  });
});
