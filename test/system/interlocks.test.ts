/** Valve and fan of a home at a real gateway without any center: gas, CO, both, and a lost journal. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { eventually } from "./eventually.ts";
import { startGatewayAlone, type GatewayProcess } from "./gateway-process.ts";
import { freePort } from "./street-process.ts";

const address = { text: "喜安社区2栋1单元603", building: "2栋", riser: "1单元", room: "603" };
const serves = { room: "603" };
const co = { co_ppm: 80, ch4_lel: 0, status: ["alarm"] };
const gas = { co_ppm: 0, ch4_lel: 30, status: ["alarm"] };
const well = { co_ppm: 0, ch4_lel: 0, status: [] };

interface Shown {
  readonly valves: readonly { readonly state: string; readonly confirmed: boolean }[];
  readonly fans: readonly {
    readonly state: string;
    readonly order: string;
    readonly confirmed: boolean;
  }[];
  readonly faults: readonly { readonly key: string }[];
}

/** A bath and a kitchen in one home, with a valve and a fan that do as they are told unless stuck. */
const openHome = async () => {
  const site = parse(await readFile("config/site.yaml", "utf8"));
  const gateway = await startGatewayAlone(
    {
      ...site,
      detectors: ["bath", "kitchen"].map((id) => ({ id, profile: "native", address })),
      gateway: {
        ...site.gateway,
        valves: [{ id: "v603", kind: "mqtt", serves }],
        fans: [{ id: "f603", kind: "mqtt", serves }],
      },
    },
    await freePort(),
  );
  onTestFinished(gateway.close);
  const device = await connectAsync(gateway.mqttUrl, {
    protocolVersion: 4,
    reconnectPeriod: 100,
    clientId: "relays",
  });
  onTestFinished(() => device.endAsync(true));
  device.on("error", () => {}); // the gateway is killed on purpose
  const told: string[] = [];
  const stuck = { is: false };
  device.on("message", (topic, payload) => {
    const { state }: { state: string } = JSON.parse(payload.toString());
    told.push(`${topic.split("/")[3]} ${state}`);
    if (!stuck.is) device.publish(topic.replace(/set$/, "state"), state);
  });
  await device.subscribeAsync(["canary/v1/valves/+/set", "canary/v1/fans/+/set"], { qos: 1 });
  return { gateway, told, stuck };
};

const shown = async ({ url }: GatewayProcess): Promise<Shown> => {
  const answer = await fetch(`${url}/api/v1/status`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own answer, looked at below
  return (await answer.json()) as Shown;
};

test("gas shuts the valve, read back within five seconds; no fan is switched into it", async () => {
  const { gateway, told } = await openHome();
  const startMs = performance.now();
  await gateway.says("kitchen", gas);
  await eventually("shut", async () => (await shown(gateway)).valves[0]?.state === "closed");
  expect(performance.now() - startMs).toBeLessThan(5_000);
  await gateway.says("bath", co);
  await eventually("barred", async () => (await shown(gateway)).fans[0]?.order === "bar");
  // Nothing opens it again, however well the home is.
  await gateway.says("kitchen", well);
  await gateway.says("bath", well);
  await eventually("read again", async () => (await shown(gateway)).valves[0]?.confirmed);
  expect(told).toEqual(["v603 closed"]);
});

test("a valve that sticks is 'not confirmed' after five seconds, and told again until it moves", async () => {
  const { gateway, told, stuck } = await openHome();
  stuck.is = true;
  const startMs = performance.now();
  await gateway.says("kitchen", gas);
  const unconfirmed = async () =>
    (await shown(gateway)).faults.some(({ key }) => key === "valve:v603");
  await eventually("not confirmed", unconfirmed);
  expect(performance.now() - startMs).toBeGreaterThan(4_500);
  expect(performance.now() - startMs).toBeLessThan(10_000);
  stuck.is = false;
  await eventually("shut", async () => (await shown(gateway)).valves[0]?.state === "closed");
  await eventually("no fault", async () => !(await unconfirmed()));
  expect(new Set(told)).toEqual(new Set(["v603 closed"]));
});

test("carbon monoxide runs the fan; gas in the kitchen ends that, and what runs is left running", async () => {
  const { gateway, told } = await openHome();
  await gateway.says("kitchen", well);
  await gateway.says("bath", co);
  await eventually("running", async () => (await shown(gateway)).fans[0]?.state === "running");
  await gateway.says("kitchen", gas);
  await eventually("barred", async () => (await shown(gateway)).fans[0]?.order === "bar");
  await eventually("the valve", () => told.includes("v603 closed"));
  expect(told.filter((one) => one.startsWith("f603"))).toEqual(["f603 running"]);
});

test("after an unreadable journal the fan waits for the kitchen's word before it runs for the bath", async () => {
  const { gateway, told } = await openHome();
  await gateway.says("kitchen", well);
  await gateway.says("bath", well);
  await gateway.kill();
  const folder = join(gateway.dataFolder, "gateway");
  const files = (await readdir(folder)).filter((name) => name.startsWith("journal.sqlite"));
  expect(files).toContain("journal.sqlite");
  for (const name of files) await writeFile(join(folder, name), "lost".repeat(4_096));
  await gateway.start();

  await gateway.says("bath", co);
  await eventually("barred", async () => (await shown(gateway)).fans[0]?.order === "bar");
  expect(told).toEqual([]);
  await gateway.says("kitchen", well);
  await eventually("running", async () => (await shown(gateway)).fans[0]?.state === "running");
  expect(told).toEqual(["f603 running"]);
});
