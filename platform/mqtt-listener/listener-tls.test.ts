import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openMqttListener, type MqttClient } from "./listener.ts";
import {
  dial,
  openObserved,
  reading,
  connectPacket,
  type ObservedListener,
} from "./wire-for-tests.ts";

let folder: string;
let listener: ObservedListener;
const pem = async (name: string): Promise<string> => readFile(join(folder, name), "utf8");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-tls-"));
  for (const name of ["gateway", "device", "stranger"])
    execFileSync(
      "openssl",
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name}
        -addext subjectAltName=IP:127.0.0.1 -keyout ${name}.key -out ${name}.crt`.split(/\s+/u),
      { cwd: folder, stdio: "ignore" },
    );
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => listener?.close());

const open = async (ca?: string, onClient: (client: MqttClient) => void = () => undefined) => {
  listener = await openObserved({
    tls: {
      cert: await pem("gateway.crt"),
      key: await pem("gateway.key"),
      ...(ca === undefined ? {} : { ca: await pem(ca) }),
    },
    onPublish: ({ client }) => {
      onClient(client);
      return undefined;
    },
  });
};
const join1 = async (options: object) =>
  mqtt.connectAsync(
    `mqtts://127.0.0.1:${listener.port}`,
    {
      username: "d1",
      clientId: "d1",
      ca: await pem("gateway.crt"),
      reconnectPeriod: 0,
      ...options,
    },
    false,
  );

test("with a certificate the line is encrypted, and a plain client is refused by name", async () => {
  await open();
  const detector = await join1({});
  await detector.publishAsync(reading("d1"), "1", { qos: 1 });
  expect(listener.taken).toEqual([`${reading("d1")} 1`]);
  await detector.endAsync(true);

  const plain = await dial(listener.port);
  plain.send(connectPacket({ username: "d1" }));
  await plain.closed;
  expect(listener.stats().refused).toEqual({ tls: 1 });
});

test("with a CA, only clients with its certificate come in, and the certificate's name is known", async () => {
  const clients: MqttClient[] = [];
  await open("device.crt", (client) => clients.push(client));
  const own = { cert: await pem("device.crt"), key: await pem("device.key") };

  const detector = await join1(own);
  await detector.publishAsync(reading("d1"), "1", { qos: 1 });
  expect(clients).toMatchObject([{ username: "d1", certificateName: "device" }]);
  await detector.endAsync(true);

  await expect(join1({})).rejects.toThrow();
  const foreign = { cert: await pem("stranger.crt"), key: await pem("stranger.key") };
  await expect(join1(foreign)).rejects.toThrow();
  expect(listener.stats().refused["credentials"]).toBeUndefined();
});

test("an unusable certificate is an error that says what to look at", async () => {
  const opened = await openMqttListener({
    host: "127.0.0.1",
    port: 0,
    tls: { cert: "no certificate", key: await pem("gateway.key") },
    authenticate: () => expect.unreachable(),
    onPublish: () => undefined,
    onFault: () => undefined,
  });

  expect(opened).toMatchObject({
    ok: false,
    error: { en: expect.stringContaining("certificate") },
  });
});
