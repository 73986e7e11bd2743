/** The dead-man beside a real gateway that is stopped, killed, and ended in good order. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { freePort } from "./street-process.ts";

const kitchen = "canary/v1/detectors/xian-2-1-603/reading";
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Guarded {
  readonly start: () => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Its exit code. */
  readonly ended: () => Promise<number | null | undefined>;
  readonly says: (reading: object) => Promise<void>;
  readonly status: () => Promise<Status | undefined>;
  readonly isSounding: () => boolean;
  readonly deadManPid: () => Promise<number>;
  /** As after six crashes in a row: the next start is a safe one. */
  readonly crashSixTimes: () => Promise<void>;
  /** The gateway's own record of what stands is gone. */
  readonly loseJournal: () => Promise<void>;
}
interface Status {
  readonly buzzers: readonly { readonly command: { readonly state: string } }[];
  readonly deadMan?: { readonly state: string; readonly pid?: number };
  readonly faults: readonly { readonly key: string }[];
}

/** A gateway whose dead-man's siren is a file that is there while it sounds, or as `outputs` say. */
const openGuarded = async (outputs?: readonly string[]): Promise<Guarded> => {
  const folder = await mkdtemp(join(tmpdir(), "canary-dm-"));
  const siren = join(folder, "siren");
  // The center it looks for is nobody: on the usual port there may be somebody's.
  const [mqtt, http, center] = [await freePort(), await freePort(), await freePort()];
  const own = [`{ kind: command, on: [touch, ${siren}], off: [rm, -f, ${siren}] }`];
  const site = (await readFile("config/site.yaml", "utf8")).replace(
    "  buzzers:",
    `  protection: { deadMan: { outputs: [${(outputs ?? own).join(", ")}] } }\n  buzzers:`,
  );
  await writeFile(join(folder, "site.yaml"), site);
  const data = join(folder, "data");
  let gateway: ChildProcess | undefined;
  const start = (): void => {
    gateway = spawn(process.execPath, ["tools/canary.ts", "gateway"], {
      env: {
        ...process.env,
        CANARY_CONFIG: join(folder, "site.yaml"),
        CANARY_DATA: data,
        CANARY_GATEWAY_MQTT_PORT: String(mqtt),
        CANARY_GATEWAY_HTTP_PORT: String(http),
        CANARY_CENTER_MQTT_PORT: String(center),
      },
      stdio: "ignore",
    });
  };
  const ended = (): Promise<number | null | undefined> => {
    const mine = gateway;
    return mine === undefined || mine.exitCode !== null || mine.signalCode !== null
      ? Promise.resolve(mine?.exitCode)
      : new Promise((resolve) => mine.once("exit", resolve));
  };
  const pids = new Set<number>();
  const status = async (): Promise<Status | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${http}/api/v1/status`, {
      signal: AbortSignal.timeout(1_000),
    }).catch(() => undefined);
    if (answer === undefined) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own answer, looked at below
    const now = (await answer.json()) as Status;
    if (now.deadMan?.pid !== undefined) pids.add(now.deadMan.pid);
    return now;
  };
  cleanUps.push(async () => {
    gateway?.kill("SIGKILL");
    await ended();
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has gone by itself
      }
    }
    await rm(folder, { recursive: true, force: true });
  });
  start();
  const guarded: Guarded = {
    start,
    signal: (signal) => gateway?.kill(signal),
    ended,
    says: async (reading) => {
      const client = await connectAsync(`mqtt://127.0.0.1:${mqtt}`, { protocolVersion: 4 });
      await client.publishAsync(kitchen, JSON.stringify(reading), { qos: 1 });
      await client.endAsync(true);
    },
    status,
    isSounding: () => existsSync(siren),
    crashSixTimes: () => writeFile(join(data, "gateway", "starts-unproven"), "6"),
    loseJournal: async () => {
      const names = await readdir(data, { recursive: true });
      const files = names.filter((name) => /journal\.sqlite(-wal|-shm)?$/.test(name));
      if (files.length === 0) throw new Error("there is no journal");
      for (const name of files) await writeFile(join(data, name), "lost".repeat(4_096));
    },
    deadManPid: async () => {
      const found = await eventually("the dead-man stands by", async () => {
        const now = await status();
        return now?.deadMan?.state === "standing-by" && now.deadMan.pid !== undefined
          ? now.deadMan.pid
          : false;
      });
      return found;
    },
  };
  await guarded.deadManPid();
  return guarded;
};

/** How long until it holds, in seconds. */
const secondsUntil = async (what: string, holds: () => boolean): Promise<number> => {
  const startMs = performance.now();
  await eventually(what, holds);
  return (performance.now() - startMs) / 1_000;
};

const leak = { co_ppm: 80, status: ["alarm"] };
const well = { co_ppm: 2, status: [] };

test("a gateway that hangs with an alarm open sounds within ten seconds, and takes it back awake", async () => {
  const gateway = await openGuarded();
  await gateway.says(leak);
  gateway.signal("SIGSTOP");
  expect(await secondsUntil("the siren", gateway.isSounding)).toBeLessThan(10);
  gateway.signal("SIGCONT");
  await eventually("handed back", () => !gateway.isSounding());
});

test("a gateway that is killed with an alarm open sounds; the next one takes over with its own", async () => {
  const gateway = await openGuarded();
  await gateway.says(leak);
  gateway.signal("SIGKILL");
  expect(await secondsUntil("the siren", gateway.isSounding)).toBeLessThan(10);
  gateway.start();
  await eventually("handed back", () => !gateway.isSounding());
  const status = await eventually("status", async () => (await gateway.status()) ?? false);
  expect(status.buzzers.map(({ command }) => command.state)).toEqual(["on"]);
});

test("a next one whose journal is lost leaves the siren to the dead-man: nobody knows what stands", async () => {
  const gateway = await openGuarded();
  await gateway.says(leak);
  gateway.signal("SIGKILL");
  await eventually("the siren", gateway.isSounding);
  await gateway.loseJournal();
  gateway.start();
  const standing = await eventually("the dead-man's answer", async () => {
    const deadMan = (await gateway.status())?.deadMan;
    return deadMan !== undefined && deadMan.state !== "gone" && deadMan.state;
  });
  expect(standing).toBe("sounding");
  expect(gateway.isSounding()).toBe(true);
});

test("a gateway that ends in good order with nothing open ends the dead-man, silently", async () => {
  const gateway = await openGuarded();
  await gateway.says(leak);
  // The device's own word must have held for a while before its alarm is over.
  await eventually("silent again", async () => {
    await gateway.says(well);
    return (await gateway.status())?.buzzers.every(({ command }) => command.state === "off");
  });
  const pid = await gateway.deadManPid();
  gateway.signal("SIGTERM");
  await gateway.ended();
  await eventually("the dead-man has gone", () => !existsSync(`/proc/${pid}`));
  expect(gateway.isSounding()).toBe(false);
});

test("a gateway that ends in good order with an alarm open is not missed silently", async () => {
  const gateway = await openGuarded();
  await gateway.says(leak);
  gateway.signal("SIGTERM");
  await gateway.ended();
  expect(await secondsUntil("the siren", gateway.isSounding)).toBeLessThan(10);
});

test("safe mode ends in good order beside a dead-man too, and the next start is a usual one", async () => {
  const gateway = await openGuarded();
  await gateway.deadManPid();
  gateway.signal("SIGKILL");
  await gateway.ended();
  await gateway.crashSixTimes();
  gateway.start();
  // Without a page, its broker tells that it is there.
  await eventually("safe mode", () =>
    gateway.says(well).then(
      () => true,
      () => false,
    ),
  );
  expect(await gateway.status()).toBeUndefined();
  gateway.signal("SIGTERM");
  expect(await gateway.ended()).toBe(0);
  gateway.start();
  await eventually("its page", gateway.status);
});

test("a dead-man that is killed is a fault or at once replaced, and knows of the open alarm", async () => {
  const gateway = await openGuarded();
  await gateway.says(leak);
  const first = await gateway.deadManPid();
  process.kill(first, "SIGKILL");
  await eventually("another", async () => (await gateway.deadManPid()) !== first);
  gateway.signal("SIGKILL");
  expect(await secondsUntil("the siren", gateway.isSounding)).toBeLessThan(10);
});

test("one that hangs is a fault, and another takes its place; the first one leaves when it wakes", async () => {
  const gateway = await openGuarded();
  const first = await gateway.deadManPid();
  process.kill(first, "SIGSTOP");
  await eventually("the fault", async () =>
    (await gateway.status())?.faults.some(({ key }) => key === "dead-man"),
  );
  await eventually("another", async () => (await gateway.deadManPid()) !== first);
  process.kill(first, "SIGCONT");
  await eventually("the first has left", () => !existsSync(`/proc/${first}`));
});

test("a coil over Modbus TCP, by a connection of its own, is written on and off", async () => {
  // What a relay unit hears: the value of each write to coil 3 of unit 5, echoed as it must.
  const written: number[] = [];
  const unit = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (frame) => {
      const code = frame.readUInt8(7);
      if (code === 5) {
        written.push(frame.readUInt16BE(10));
        socket.write(frame);
      } else {
        const on = written.at(-1) === 0xff00 ? 1 : 0;
        const answer = Buffer.from([0, 0, 0, 0, 0, 4, 5, 1, 1, on]);
        frame.copy(answer, 0, 0, 2);
        socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => unit.listen(0, "127.0.0.1", resolve));
  cleanUps.push(async () => unit.close());
  const address = unit.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const gateway = await openGuarded([
    `{ kind: modbus-coil, host: 127.0.0.1, port: ${port}, unit: 5, coil: 3 }`,
  ]);
  await gateway.says(leak);
  gateway.signal("SIGSTOP");
  expect(await secondsUntil("the coil", () => written.includes(0xff00))).toBeLessThan(10);
  gateway.signal("SIGCONT");
  await eventually("the coil off", () => written.at(-1) === 0);
});
