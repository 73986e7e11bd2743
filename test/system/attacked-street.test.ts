/** Gateway and center are killed at random while homes report gas: what was acknowledged is at the desk, once. */
import type { DeskAlarm } from "#domain/desk.ts";
import { connectAsync, type MqttClient } from "mqtt";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startStreet, type StreetProcess } from "./street-process.ts";

let street: StreetProcess;
const clients: MqttClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await street.close();
});

const connectHomes = async (): Promise<MqttClient> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${street.ports.gatewayMqtt}`, {
    protocolVersion: 4,
    reconnectPeriod: 100,
    clientId: "homes",
    clean: false,
  });
  client.on("error", () => {});
  clients.push(client);
  return client;
};

const gas = '{"ch4_lel":30,"status":["alarm"]}';
/** As a detector does: again, until it is acknowledged. */
const report = async (client: MqttClient, home: string): Promise<void> => {
  const topic = `canary/v1/detectors/${home}/reading`;
  while (!(await client.publishAsync(topic, gas, { qos: 1 }).then(() => true, connectionLost)));
};
const connectionLost = (): false => false;

/** The device's own alarms on the desk, home by home. */
const byHome = (alarms: readonly DeskAlarm[]): ReadonlyMap<string, readonly DeskAlarm[]> =>
  Map.groupBy(
    alarms.filter(({ notice }) => notice.event.rule === "device-alarm-gas"),
    ({ notice }) => notice.event.detector,
  );

const everyHomeOnce = (homes: readonly string[]): Promise<unknown> =>
  eventually("every acknowledged alarm at the desk, once", async () => {
    try {
      const desk = byHome(await (await street.login()).alarms());
      return homes.every((home) => desk.get(home)?.length === 1);
    } catch {
      return false; // the center is still starting
    }
  });

test("killed with -9 at random, both of them: nothing that was acknowledged is missing or doubled", async () => {
  street = await startStreet();
  const client = await connectHomes();
  const acknowledged: string[] = [];
  let number = 0;
  const reporting: Promise<void>[] = [];
  const burst = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      number += 1;
      const home = `home-${number}`;
      reporting.push(report(client, home).then(() => void acknowledged.push(home)));
    }
  };

  const victims = ["gateway", "center", "gateway", "both", "center", "both"] as const;
  for (const victim of victims) {
    burst(20);
    // Some of them are on their way when it falls, a different share each time.
    const before = acknowledged.length;
    const enough = Math.floor(Math.random() * 15);
    await eventually("some are acknowledged", async () => acknowledged.length >= before + enough);
    const roles = victim === "both" ? (["gateway", "center"] as const) : [victim];
    await Promise.all(roles.map((role) => street.kill(role)));
    for (const role of roles) street.startRole(role);
  }
  await Promise.all(reporting);
  expect(acknowledged).toHaveLength(number);
  await everyHomeOnce(acknowledged);
});

test("the center's database is deleted: everything the gateway has is there again", async () => {
  street = await startStreet();
  const client = await connectHomes();
  const homes = Array.from({ length: 10 }, (_, n) => `home-${n}`);
  await Promise.all(homes.map((home) => report(client, home)));
  await everyHomeOnce(homes);
  await eventually(
    "all confirmed",
    async () => (await street.gatewayStatus())?.link.unconfirmed === 0,
  );

  await street.kill("center");
  await rm(join(street.folder, "data/center"), { recursive: true });
  street.startRole("center");
  await everyHomeOnce(homes);
});

test("the gateway's journal is deleted while it runs, then it is killed: nothing is forgotten", async () => {
  street = await startStreet();
  await street.kill("center");
  const client = await connectHomes();
  await report(client, "before");
  for (const ending of ["", "-wal", "-shm"]) {
    await rm(join(street.folder, `data/gateway/journal.sqlite${ending}`), { force: true });
  }
  await report(client, "after");
  await street.kill("gateway");
  street.startRole("gateway");
  street.startRole("center");
  await everyHomeOnce(["before", "after"]);
});

test("5,000 alarms in a minute: all at the desk, and the desk answers meanwhile", async () => {
  street = await startStreet();
  const client = await connectHomes();
  const desk = await street.login();
  const homes = Array.from({ length: 5_000 }, (_, n) => `home-${n}`);
  const acknowledged = Promise.all(homes.map((home) => report(client, home)));
  const looks: number[] = [];
  const look = async (): Promise<boolean> => {
    const before = performance.now();
    const shown = byHome(await desk.alarms());
    looks.push(performance.now() - before);
    return homes.every((home) => shown.get(home)?.length === 1);
  };
  await eventually("all at the desk", look, 100_000);
  await acknowledged;

  const slowestMs = Math.max(...looks);
  expect(slowestMs).toBeLessThan(5_000);
});
