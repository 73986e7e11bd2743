/** `npm start` as a person meets it: what it says, what it does on Ctrl-C, on a taken port, on a kill. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { freePort } from "./street-process.ts";

interface Started {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Settings of a street on free ports with an empty data folder. */
const newSettings = async () => {
  const folder = await mkdtemp(join(tmpdir(), "canary-start-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return {
    CANARY_DATA: folder,
    CANARY_GATEWAY_MQTT_PORT: String(await freePort()),
    CANARY_GATEWAY_HTTP_PORT: String(await freePort()),
    CANARY_CENTER_HTTP_PORT: String(await freePort()),
    CANARY_CENTER_MQTT_PORT: String(await freePort()),
  };
};

const canary = (words: readonly string[], settings: Record<string, string>): Started => {
  const child = spawn(process.execPath, ["tools/canary.ts", ...words], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  cleanUps.push(() => {
    child.kill("SIGTERM");
    return ended;
  });
  return { process: child, output: () => output, ended };
};

const says = (started: Started, what: RegExp): Promise<RegExpExecArray> =>
  eventually(`${what}; it said: ${started.output()}`, () => what.exec(started.output()) ?? false);

const hold = async (port: string): Promise<void> => {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
};

test.each(["gateway", "center"])("%s closes in order when Ctrl-C arrives twice", async (role) => {
  const started = canary([role], await newSettings());
  await says(started, /is on watch/);
  started.process.kill("SIGINT");
  started.process.kill("SIGINT");
  expect(await started.ended).toBe(0);
});

test("a street over a running one does not take the other's answers for its own, and ends", async () => {
  const settings = await newSettings();
  const first = canary(["start"], settings);
  await says(first, /Canary is ready/);
  const second = canary(["start"], { ...settings, CANARY_DATA: join(settings.CANARY_DATA, "two") });

  expect(await second.ended).toBe(78);
  expect(second.output()).toMatch(/port \d+ is taken/);
  expect(second.output()).not.toContain("Canary is ready");

  first.process.kill("SIGHUP");
  expect(await first.ended).toBe(0);
});

test("a demo over a running street sends it not one simulated reading", async () => {
  const settings = await newSettings();
  await says(canary(["start"], settings), /Canary is ready/);
  const url = `mqtt://127.0.0.1:${settings.CANARY_GATEWAY_MQTT_PORT}`;
  const listener = await connectAsync(url, { protocolVersion: 4 });
  cleanUps.push(() => listener.endAsync(true));
  const heard: string[] = [];
  listener.on("message", (topic) => heard.push(topic));
  await listener.subscribeAsync("canary/v1/detectors/+/reading");

  expect(await canary(["demo"], settings).ended).toBe(78);
  // What was published before arrives before this one.
  await listener.publishAsync("canary/v1/detectors/last/reading", '{"co_ppm":0}', { qos: 1 });
  await eventually("the last message", () => heard.at(-1)?.includes("/last/") ?? false);
  expect(heard).toEqual(["canary/v1/detectors/last/reading"]);
});

test("a start that fails on a taken port has still shown the first administrator's password", async () => {
  const settings = await newSettings();
  await hold(settings.CANARY_CENTER_HTTP_PORT);
  const center = canary(["center"], settings);
  expect(await center.ended).toBe(78);
  expect(center.output()).toMatch(/admin \/ \S{16}/);
  expect(center.output()).toContain("CANARY_CENTER_HTTP_PORT");
});

test("a first password that is too short is refused, and nobody is locked out by it", async () => {
  const settings = await newSettings();
  const center = canary(["center"], { ...settings, CANARY_ADMIN_PASSWORD: "short" });
  expect(await center.ended).toBe(78);
  expect(center.output()).toContain("CANARY_ADMIN_PASSWORD needs at least 10 characters");
  await says(canary(["center"], settings), /admin \/ \S{16}/);
});

test("a data folder that cannot be made is named, with the setting, and nothing starts", async () => {
  const settings = await newSettings();
  const file = join(settings.CANARY_DATA, "a-file");
  await writeFile(file, "");
  const street = canary(["start"], { ...settings, CANARY_DATA: file });
  expect(await street.ended).toBe(78);
  expect(street.output()).toContain(`cannot make the data folder ${file} (ENOTDIR)`);
  expect(street.output()).toContain("CANARY_DATA");
});

test("a gateway that is killed is started again, and the street still ends on one signal", async () => {
  const settings = await newSettings();
  const street = canary(["start"], settings);
  await says(street, /Canary is ready/);
  const gatewayPid = /(\d+)/.exec(await childrenOf(street.process.pid ?? 0, "gateway"))?.[1];
  process.kill(Number(gatewayPid), "SIGKILL");
  await says(street, /gateway: 已退出\(SIGKILL\)/);
  await eventually(
    "the gateway on watch again",
    () => street.output().split("the gateway is on watch").length > 2,
  );
  street.process.kill("SIGINT");
  expect(await street.ended).toBe(0);
});

const childrenOf = (pid: number, role: string): Promise<string> =>
  new Promise((resolve) => {
    const ps = spawn("pgrep", ["-P", String(pid), "-f", `canary.ts ${role}$`]);
    let out = "";
    ps.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    ps.once("close", () => resolve(out));
  });
