/** The center as a process of its own: real MQTT, real HTTP, real `kill -9`. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeGateway } from "#center/fake-gateway.testing.ts";
import { parseReceipt, type Receipt } from "#domain/wire.ts";

let folder: string;
const ends: (() => Promise<unknown> | void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-center-system-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await rm(folder, { recursive: true, force: true });
});

interface CenterProcess {
  readonly said: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

const start = async (httpPort = 0, mqttPort = 0, brokerUrl = ""): Promise<CenterProcess> => {
  const child = spawn(
    process.execPath,
    ["test/system/center-process.ts", folder, String(httpPort), String(mqttPort), brokerUrl],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, CANARY_LOG: "fatal" } },
  );
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  ends.push(() => kill("SIGKILL"));
  const said = await firstLine(child);
  const ports: { httpPort?: number; mqttPort?: number } = JSON.parse(said);
  return { said, httpPort: ports.httpPort ?? 0, mqttPort: ports.mqttPort ?? 0, kill };
};

const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error("the center said nothing");
};

/** A gateway's end of the wire: what it sends, and the receipts it hears. */
const connectGateway = async (port: number) => {
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId: "gw-1",
    reconnectPeriod: 0,
  });
  ends.push(() => client.endAsync(true));
  const receipts: Receipt["data"][] = [];
  let heard = Promise.withResolvers<void>();
  client.on("message", (_topic, payload) => {
    const receipt = parseReceipt(payload.toString());
    if (receipt.ok) receipts.push(receipt.value.data);
    heard.resolve();
    heard = Promise.withResolvers<void>();
  });
  await client.subscribeAsync("canary/v1/gateways/gw-1/down/receipt", { qos: 1 });
  return {
    client,
    receipts,
    /** Resolves at the PUBACK. */
    publish: ({ topic, payload }: { topic: string; payload: Uint8Array }) =>
      client.publishAsync(topic, Buffer.from(payload), { qos: 1 }),
    until: async (condition: () => boolean): Promise<void> => {
      while (!condition()) await heard.promise;
    },
  };
};

const openPage = async (httpPort: number) => {
  const url = `http://127.0.0.1:${httpPort}`;
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: "correct horse battery" }),
  });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return {
    text: async (path: string): Promise<string> =>
      (await fetch(`${url}${path}`, { headers: { cookie } })).text(),
    episodes: async (): Promise<readonly string[]> => {
      const desk: { alarms: { episode: string }[] } = JSON.parse(
        await (await fetch(`${url}/api/v1/desk`, { headers: { cookie } })).text(),
      );
      return desk.alarms.map(({ episode }) => episode).sort();
    },
  };
};

const gateway = createFakeGateway("gw-1");
const story = Array.from({ length: 40 }, (_, index) =>
  gateway.alarm({ seq: index + 1, episode: `ep-${String(index + 1).padStart(2, "0")}` }),
);
const allEpisodes = story.map((_, index) => `ep-${String(index + 1).padStart(2, "0")}`);

test("killed in the middle of a storm, the center has every acknowledged alarm once", async () => {
  const center = await start();
  const before = await connectGateway(center.mqttPort);
  const acknowledged: string[] = [];
  const sent = story.map((alarm, index) =>
    before.publish(alarm).then(
      () => acknowledged.push(allEpisodes[index] ?? ""),
      () => undefined, // cut off: not acknowledged, sent again below
    ),
  );
  await Promise.race(sent);
  await center.kill("SIGKILL");
  before.client.end(true);
  expect(acknowledged.length).toBeGreaterThan(0);

  const again = await start(center.httpPort, center.mqttPort);
  const page = await openPage(again.httpPort);
  expect(await page.episodes()).toEqual(expect.arrayContaining(acknowledged));

  const after = await connectGateway(again.mqttPort);
  await Promise.all(story.map(after.publish));
  await after.until(() =>
    after.receipts.some(({ upTo, holes }) => upTo === 40 && holes.length === 0),
  );
  expect(await page.episodes()).toEqual(allEpisodes);
  const proof = await page.text("/api/v1/gateways/gw-1/completeness");
  expect(JSON.parse(proof)).toMatchObject({
    journals: [{ recorded: 40, received: 40, holes: [] }],
  });
});

test("through Mosquitto: committed together, receipted, and a refused message does not block", async () => {
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  await writeFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 100\nmax_queued_messages 0\n`,
  );
  const mosquitto = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
  ends.push(async () => {
    mosquitto.kill("SIGTERM");
    await once(mosquitto, "exit");
  });
  await untilListening(port);
  const center = await start(0, 0, `mqtt://127.0.0.1:${port}`);
  const page = await openPage(center.httpPort);
  while (!(await page.text("/readyz")).includes('"ready"'));

  const wire = await connectGateway(port);
  await wire.publish(gateway.tell("alarm", "not json"));
  await Promise.all(story.map(wire.publish));
  await wire.until(() =>
    wire.receipts.some(({ upTo, holes }) => upTo === 40 && holes.length === 0),
  );
  expect(await page.episodes()).toEqual(allEpisodes);
  expect(await page.text("/api/v1/gateways")).toContain("报文不是 JSON");

  const metrics = await page.text("/metrics");
  const commits = Number(/^canary_center_batch_messages_count (\d+)/m.exec(metrics)?.[1]);
  expect(commits).toBeLessThan(story.length);
});

test("a taken port is an error that names the port and the setting", async () => {
  const holder = createServer();
  ends.push(() => closeServer(holder));
  const taken = await listen(holder);
  const http = await start(taken, 0);
  expect(http.said).toContain(String(taken));
  expect(http.said).toContain("CANARY_CENTER_HTTP_PORT");
  const mqtt = await start(0, taken);
  expect(mqtt.said).toContain(String(taken));
  expect(mqtt.said).toContain("CANARY_CENTER_MQTT_PORT");
});

const listen = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has no path
  return (server.address() as AddressInfo).port;
};

const closeServer = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done());
  });

const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listen(server);
  await closeServer(server);
  return port;
};

const untilListening = async (port: number): Promise<void> => {
  for (;;) {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }).catch(
      () => undefined,
    );
    if (client !== undefined) return client.endAsync();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
