/** Starting: what a service manager hears, crashes in a row, a broken site file; real processes. */
import { spawn, type ChildProcess } from "node:child_process";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import { openServiceManager } from "#platform/service-manager.ts";
import { systemTimers } from "#platform/timers.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./street-process.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Life {
  readonly output: () => string;
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

const openGround = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-begin-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const site = join(folder, "site.yaml");
  await writeFile(site, await readFile("config/site.yaml", "utf8"));
  // The center it looks for is nobody: on the usual port there may be somebody's.
  const [mqtt, http, center] = [await freePort(), await freePort(), await freePort()];
  const start = (more: Record<string, string> = {}): Life => {
    const child: ChildProcess = spawn(process.execPath, ["tools/canary.ts", "gateway"], {
      env: {
        ...process.env,
        CANARY_CONFIG: site,
        CANARY_DATA: join(folder, "data"),
        CANARY_GATEWAY_MQTT_PORT: String(mqtt),
        CANARY_GATEWAY_HTTP_PORT: String(http),
        CANARY_CENTER_MQTT_PORT: String(center),
        ...more,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const gone = new Promise<number | null>((resolve) => child.once("close", resolve));
    cleanUps.push(() => {
      child.kill("SIGKILL");
      return gone;
    });
    return {
      output: () => output,
      end: (signal) => {
        child.kill(signal);
        return gone;
      },
    };
  };
  const isLive = (life: Life): Promise<unknown> =>
    eventually(`live; it said ${life.output()}`, () =>
      life.output().includes("rules and buzzers are live"),
    );
  const isOnWatch = (life: Life): Promise<unknown> =>
    eventually(`on watch; it said ${life.output()}`, () => life.output().includes("is on watch"));
  /** Says alarm and waits for the buzzer's word. */
  const soundsOnAlarm = async (): Promise<string> => {
    const client = await connectAsync(`mqtt://127.0.0.1:${mqtt}`, { protocolVersion: 4 });
    cleanUps.push(() => client.endAsync(true));
    let heard = "";
    client.on("message", (_topic, payload) => (heard = payload.toString()));
    await client.subscribeAsync("canary/v1/buzzers/duty-room/set", { qos: 1 });
    client.publish("canary/v1/detectors/xian-2-1-603/reading", '{"co_ppm":80,"status":["alarm"]}', {
      qos: 1,
    });
    // Not the weekly self-test, in whose minute the tests may run.
    const isAlarm = (): boolean => heard.includes('"on"') && !heard.includes('"test":true');
    return eventually("the buzzer", () => (isAlarm() ? heard : false));
  };
  return { folder, site, mqtt, http, start, isLive, isOnWatch, soundsOnAlarm };
};

test("a service manager hears ready once rules are live, signs of life after it, and the stop", async () => {
  const ground = await openGround();
  const manager = await openManagerSocket(join(ground.folder, "notify"));
  const life = ground.start({ NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "1500000" });
  await eventually("ready", () => manager.heard().includes("READY=1"));
  expect(life.output()).toContain("rules and buzzers are live");
  await eventually("signs of life", () => manager.heard().split("WATCHDOG=1").length > 3);
  await life.end("SIGTERM");
  await eventually("the stop", () => manager.heard().includes("STOPPING=1"));
});

test("a disk that can start no program any more does not end the signs of life", async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-notify-"));
  cleanUps.push(() => rm(folder, { recursive: true }));
  const program = join(folder, "perl");
  await copyFile("/usr/bin/perl", program);
  await chmod(program, 0o755);
  const manager = await openManagerSocket(join(folder, "notify"));
  const troubles: string[] = [];
  const told = openServiceManager(
    { ...process.env, NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "600000" },
    { timers: systemTimers, onTrouble: ({ en }) => troubles.push(en), program },
  );
  told.ready("protecting");
  await eventually("ready", () => manager.heard().includes("STATUS=protectingREADY=1"));
  await rm(program);
  const before = manager.heard().split("WATCHDOG=1").length;
  await eventually("signs of life", () => manager.heard().split("WATCHDOG=1").length > before + 3);
  told.stopping();
  await eventually("the stop", () => manager.heard().includes("STOPPING=1"));
  expect(troubles).toEqual([]);
});

test("a program that cannot be started at all is told, and nothing ends by it", async () => {
  const troubles: string[] = [];
  // EIO of a dead card, like ENOTDIR here, is thrown by Node and not told as an event.
  const told = openServiceManager(
    { ...process.env, NOTIFY_SOCKET: "/nowhere", WATCHDOG_USEC: "600000" },
    { timers: systemTimers, onTrouble: ({ en }) => troubles.push(en), program: "/etc/passwd/perl" },
  );
  told.ready("protecting");
  await eventually("the next sign of life was tried", () => troubles.length > 3);
  expect(troubles[0]).toContain("ENOTDIR");
  told.stopping();
});

/** What systemd has in its place: a datagram socket. */
const openManagerSocket = async (path: string) => {
  const peer = spawn("socat", ["-u", `UNIX-RECV:${path}`, "STDOUT"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanUps.push(async () => peer.kill());
  let heard = "";
  peer.stdout.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  await eventually("the socket", async () =>
    readFile(path).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === "ENXIO",
    ),
  );
  return { path, heard: () => heard };
};

test("how long it took is in the status and in the figures", async () => {
  const ground = await openGround();
  await ground.isOnWatch(ground.start());
  const figures = await (await fetch(`http://127.0.0.1:${ground.http}/metrics`)).text();
  const seconds = Number(/^canary_gateway_protecting_seconds (\S+)$/m.exec(figures)?.[1]);
  expect(seconds).toBeGreaterThan(0.05);
  expect(seconds).toBeLessThan(20);
});

describe("six crashes in a row", () => {
  test("lead to safe mode: rules and buzzers, no page; an end in good order leads out of it", async () => {
    const ground = await openGround();
    for (let crash = 0; crash < 6; crash += 1) {
      const life = ground.start();
      await ground.isLive(life);
      await life.end("SIGKILL");
    }
    const safe = ground.start();
    await ground.isOnWatch(safe);
    expect(safe.output()).toContain("safe-mode");
    expect(await ground.soundsOnAlarm()).toContain('"pattern":"t4"');
    await expect(fetch(`http://127.0.0.1:${ground.http}/healthz`)).rejects.toThrow();
    expect(await safe.end("SIGTERM")).toBe(0);

    const usual = ground.start();
    await ground.isOnWatch(usual);
    expect(usual.output()).not.toContain("safe-mode");
    expect((await fetch(`http://127.0.0.1:${ground.http}/healthz`)).status).toBe(200);
  });

  test("of which one ended in good order are none", async () => {
    const ground = await openGround();
    for (let crash = 0; crash < 5; crash += 1) {
      const life = ground.start();
      await ground.isLive(life);
      await life.end(crash === 2 ? "SIGTERM" : "SIGKILL");
    }
    const life = ground.start();
    await ground.isOnWatch(life);
    expect(life.output()).not.toContain("safe-mode");
  });
});

describe("a broken site file", () => {
  test("without a last good one starts nothing and names every mistake", async () => {
    const ground = await openGround();
    await writeFile(ground.site, "version: 1\nstreet: []\n");
    const life = ground.start();
    expect(await life.end("SIGCONT")).toBe(78);
    expect(life.output()).toContain("site.yaml:2:1 street");
  });

  test("with one starts on that, sounds, and stands as a fault", async () => {
    const ground = await openGround();
    const first = ground.start();
    await ground.isOnWatch(first);
    await first.end("SIGTERM");
    await writeFile(ground.site, "version: 1\nstreet: []\n");
    const life = ground.start();
    await ground.isOnWatch(life);
    expect(await ground.soundsOnAlarm()).toContain("always");
    const status = await (await fetch(`http://127.0.0.1:${ground.http}/api/v1/status`)).text();
    expect(status).toContain('"key":"site-file"');
    expect(status).toContain("site.yaml:2:1");
  });
});
