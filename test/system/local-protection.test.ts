/** Local protection with real processes: a link black-holed without RST, a frozen center, and none at all. */
import { rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { connectAsync, type MqttClient } from "mqtt";
import { Client } from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { hasPostgres, startPostgres } from "../postgres-server.ts";
import { eventually } from "./eventually.ts";
import { freePort, startStreet, type StreetProcess } from "./street-process.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A wire that can swallow everything while both ends believe it stands. */
const openWire = async () => {
  const port = await freePort();
  let to = 0;
  const sockets = new Set<Socket>();
  let swallows = false;
  const server = createServer((near) => {
    const far = connect({ port: to, host: "127.0.0.1" });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => one.destroy());
      one.on("data", (bytes) => {
        if (!swallows) other.write(bytes);
      });
      one.on("close", () => {
        sockets.delete(one);
        if (!swallows) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port,
    aim: (centerPort: number): void => {
      to = centerPort;
    },
    swallow: (now: boolean): void => {
      swallows = now;
      // Mended: what was open before is past saving, as after a router's restart.
      if (!now) for (const socket of sockets) socket.destroy();
    },
  };
};

/** Sounding, and why. */
const sounding = (does: (name: string) => string | undefined, name: string) =>
  eventually(name, () => (does(name) === "off" ? false : does(name)), 31_000);

/** The example street with a home's own buzzer, and one in the duty room for when nobody else acts. */
const openStreet = async (noAckAfterSeconds = 600, environment = {}) => {
  const wire = await openWire();
  const street = await startStreet({
    environment,
    change: (yaml, ports) => {
      wire.aim(ports.centerMqtt);
      return yaml.replace(
        "    - { id: duty-room, kind: mqtt }",
        [
          "    - { id: duty-room, kind: mqtt, place: duty-room, soundsOn: [link-lost, no-receipt, no-ack] }",
          "    - { id: home, kind: mqtt, place: home, serves: { room: '603' } }",
          `  protection: { noAckAfterSeconds: ${noAckAfterSeconds} }`,
          `  center: { url: "mqtt://127.0.0.1:${wire.port}" }`,
        ].join("\n"),
      );
    },
  });
  cleanUps.push(street.close);
  const client = await connectAsync(`mqtt://127.0.0.1:${street.ports.gatewayMqtt}`, {
    protocolVersion: 4,
  });
  cleanUps.push(() => client.endAsync(true));
  const told = new Map<string, string>();
  client.on("message", (topic, payload) => {
    const name = topic.split("/")[3] ?? "";
    const { state, cause }: { state: string; cause?: string } = JSON.parse(payload.toString());
    told.set(name, cause ?? state);
    client.publish(`canary/v1/buzzers/${name}/state`, state);
  });
  await client.subscribeAsync("canary/v1/buzzers/+/set", { qos: 1 });
  return { street, client, does: (name: string) => told.get(name), wire };
};

const says = (client: MqttClient, reading: object): Promise<unknown> =>
  client.publishAsync("canary/v1/detectors/xian-2-1-603/reading", JSON.stringify(reading), {
    qos: 1,
  });
const leak = { co_ppm: 80, status: ["alarm"] };

const confirmed = (street: StreetProcess): Promise<unknown> =>
  eventually("both confirmed", async () =>
    (await street.gatewayStatus())?.buzzers.every((one) => one.confirmed),
  );

describe("with the center well", () => {
  test("an alarm nobody signs for reaches the duty room in its time, and the street is told why", async () => {
    const { street, client, does } = await openStreet(10);
    await says(client, leak);
    await eventually("home", () => does("home") === "always");
    expect(does("duty-room")).not.toBe("no-ack");
    await eventually("the duty room", () => does("duty-room") === "no-ack");
    await confirmed(street);
  });
});

describe("without the center", () => {
  test("frozen, the duty room sounds within half a minute and is silent once it answers again", async () => {
    const { street, client, does } = await openStreet();
    await says(client, leak);
    await eventually("home", () => does("home") === "always");
    await street.kill("center", "SIGSTOP");
    expect(["link-lost", "no-receipt"]).toContain(await sounding(does, "duty-room"));
    await street.kill("center", "SIGCONT");
    await eventually("silent again", () => does("duty-room") === "off");
    expect(does("home")).toBe("always");
  });

  test("killed and deleted for good, home and duty room sound at once, also after a restart", async () => {
    const { street, client, does } = await openStreet();
    await street.kill("center");
    await rm(join(street.folder, "data", "center"), { recursive: true, force: true });
    await eventually(
      "lost",
      async () => (await street.gatewayStatus())?.link.state === "lost",
      31_000,
    );
    const startMs = performance.now();
    await says(client, leak);
    await eventually("home", () => does("home") === "always");
    expect(performance.now() - startMs).toBeLessThan(2_000);
    await eventually("the duty room", () => does("duty-room") === "link-lost");
    await confirmed(street);
    const board = await fetch(`http://127.0.0.1:${street.ports.gatewayHttp}/`);
    expect(await board.text()).toContain("2栋1单元603");

    await client.endAsync(true);
    await street.kill("gateway");
    street.startRole("gateway");
    const again = await eventually("it is back", async () => {
      const status = await street.gatewayStatus();
      return status?.buzzers.find(({ id }) => id === "home");
    });
    expect(again.command.state).toBe("on");
  });
});

describe("with a center that runs and cannot commit", () => {
  test.skipIf(!hasPostgres())(
    "connected, its heartbeat answered: the duty room sounds for want of a receipt until it can",
    async () => {
      const server = await startPostgres({ fsync: false });
      cleanUps.push(server.stop);
      const { street, client, does } = await openStreet(600, { CANARY_DATABASE_URL: server.url });
      // Another session holds the table, as a maintenance job gone wrong does.
      const holder = new Client({ connectionString: server.url });
      await holder.connect();
      cleanUps.push(() => holder.end());
      await holder.query("BEGIN; LOCK TABLE alarms IN ACCESS EXCLUSIVE MODE");
      await says(client, leak);
      await eventually("home", () => does("home") === "always");
      expect(await sounding(does, "duty-room")).toBe("no-receipt");
      const status = await street.gatewayStatus();
      expect(status?.faults.map(({ key }) => key)).not.toContain("center-link");
      expect(status?.link.unconfirmed).toBeGreaterThan(0);
      expect((await fetch(`http://127.0.0.1:${street.ports.centerHttp}/healthz`)).ok).toBe(true);
      await holder.query("ROLLBACK");
      await eventually("silent again", () => does("duty-room") === "off", 31_000);
      expect(does("home")).toBe("always");
    },
  );

  test("its SQLite file held by another process: the duty room sounds until it is let go", async () => {
    const { street, client, does } = await openStreet();
    const database = new Database(join(street.folder, "data/center/center.sqlite"));
    cleanUps.push(async () => database.close());
    database.exec("BEGIN IMMEDIATE");
    await says(client, leak);
    await eventually("home", () => does("home") === "always");
    // A center that waits for its file answers nobody: the connection may be gone as well.
    expect(["link-lost", "no-receipt"]).toContain(await sounding(does, "duty-room"));
    database.exec("ROLLBACK");
    await eventually("silent again", () => does("duty-room") === "off", 31_000);
    expect(does("home")).toBe("always");
  });
});

test("a link black-holed without RST: the duty room sounds within half a minute, and ends with it", async () => {
  const { client, does, wire } = await openStreet();
  await says(client, leak);
  await eventually("home", () => does("home") === "always");
  wire.swallow(true);
  await eventually(
    "the duty room",
    () => ["link-lost", "no-receipt"].includes(does("duty-room") ?? ""),
    30_000,
  );
  wire.swallow(false);
  await eventually("silent again", () => does("duty-room") === "off", 30_000);
  expect(does("home")).toBe("always");
});
