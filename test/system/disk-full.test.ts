/** A gateway whose disk, a small tmpfs, is filled to the last byte while the center is away. */
import { spawnSync } from "node:child_process";
import { mkdtemp, mkdir, open, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootId } from "#domain/ids.ts";
import { openJournalReader } from "#gateway/journal/journal-file.ts";
import { openStoreFile } from "#gateway/telemetry/store-file.ts";
import { eventually } from "./eventually.ts";
import { startStreet, type StreetProcess } from "./street-process.ts";

const megabyte = 1_024 * 1_024;
const mayMount = process.getuid?.() === 0 && spawnSync("mount", ["--version"]).status === 0;

let folder: string;
let disk: string;
let street: StreetProcess;

const freeBytes = async (): Promise<number> => {
  const { bavail, bsize } = await statfs(disk);
  return bavail * bsize;
};

/** Writes until the disk takes no more. */
const fillDisk = async (path: string): Promise<void> => {
  const file = await open(path, "w");
  for (const bytes of [megabyte, 4_096, 1]) {
    const chunk = Buffer.alloc(bytes, 1);
    for (;;) {
      const wrote = await file.write(chunk).catch(() => undefined);
      if (wrote === undefined || wrote.bytesWritten === 0) break;
    }
  }
  await file.close();
};

/** Six megabytes of readings that no center has yet. */
const fillTelemetry = (path: string): void => {
  const file = openStoreFile(path, { budgetBytes: 1e9 });
  const startWallMs = Date.now() - 400 * 86_400_000;
  file.append(
    Array.from({ length: 10_000 }, (_, n) => ({
      series: { detector: `d-${n % 50}`, gas: "co", mark: "real", silenceMs: 60_000 } as const,
      bootId: bootId("an-earlier-boot"),
      startMonoMs: n,
      startWallMs: startWallMs + n * 600_000,
      stretches: Array.from({ length: 60 }, (_, at) => ({
        atMs: at * 10_000,
        forMs: 9_000,
        count: 10,
        min: (at % 5) * 100,
        max: (at % 5) * 300,
        sum: (at % 5) * 2_000,
      })),
    })),
    [],
  );
  file.close();
};

/** Resolves with the PUBACK: the alarm is on the disk. */
const alarm = async (detector: string): Promise<void> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${street.ports.gatewayMqtt}`, {
    reconnectPeriod: 200,
  });
  const reading = JSON.stringify({ status: ["alarm"], co_ppm: 500 });
  await client.publishAsync(`canary/v1/detectors/${detector}/reading`, reading, { qos: 1 });
  await client.endAsync(true);
};

const faultKeys = async (): Promise<readonly string[]> =>
  ((await street.gatewayStatus())?.faults ?? []).map(({ key }) => key);

const StatusSchema = Type.Object({
  telemetry: Type.Object({
    losses: Type.Array(
      Type.Object({ fromMs: Type.Number(), readings: Type.Number(), zh: Type.String() }),
    ),
  }),
});
const lossesTold = async () => {
  const url = `http://127.0.0.1:${street.ports.gatewayHttp}/api/v1/status`;
  const status: unknown = await (await fetch(url)).json();
  return Value.Parse(StatusSchema, status).telemetry.losses;
};

describe.skipIf(!mayMount)("on a full disk (needs root to mount a tmpfs)", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-full-"));
    const site = await readFile("config/site.yaml", "utf8");
    const small = `  store: { telemetryBytes: ${8 * megabyte}, reserveBytes: ${2 * megabyte}, flushSeconds: 10 }`;
    await writeFile(join(folder, "site.yaml"), site.replace("  buzzers:", `${small}\n  buzzers:`));
    street = await startStreet({ siteFile: join(folder, "site.yaml") });
    await street.kill("gateway", "SIGTERM");
    await street.kill("center", "SIGTERM");
    disk = join(street.folder, "data/gateway");
    await mkdir(disk, { recursive: true });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk]);
    expect(mounted.stderr.toString()).toBe("");
    fillTelemetry(join(disk, "telemetry.sqlite"));
    street.startRole("gateway");
    await eventually("the gateway is up", street.gatewayStatus);
    await eventually("the reserve is made", async () =>
      stat(join(disk, "journal.reserve")).then(
        ({ size }) => size === 2 * megabyte,
        () => false,
      ),
    );
  });
  afterAll(async () => {
    await street.kill("gateway");
    spawnSync("umount", ["-l", disk]);
    await street.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("alarms are accepted and on the disk with no byte free, and the process lives", async () => {
    await fillDisk(join(disk, "ballast"));
    expect(await freeBytes()).toBe(0);
    const pid = street.pid("gateway");
    await alarm("xian-2-1-603");
    await alarm("xian-2-1-604");
    for (let n = 0; n < 50; n += 1) await alarm(`stranger-${n}`);
    expect(street.pid("gateway")).toBe(pid);
    await eventually("it says so", async () => (await faultKeys()).includes("disk-reserve"));

    // What was acknowledged is there after the harshest end.
    await street.kill("gateway");
    const journal = openJournalReader(join(disk, "journal.sqlite"));
    const kept = new Set(
      journal
        .pending("alarm", 0, 1_000)
        .map(({ notice }) => /"detector":"([^"]+)"/.exec(notice)?.[1]),
    );
    journal.close();
    expect(kept).toContain("xian-2-1-603");
    expect(kept).toContain("xian-2-1-604");
    expect(kept.size).toBe(52);
  });

  test("readings make room, dated and counted; the reserve is there again after the drain", async () => {
    street.startRole("gateway");
    await eventually("the gateway is up", street.gatewayStatus, 60_000);
    const [loss] = await eventually("the readings that gave way are told", async () => {
      const losses = await lossesTold();
      return losses.length > 0 && losses;
    });
    expect(loss?.fromMs).toBeGreaterThan(Date.now() - 401 * 86_400_000);
    expect(loss?.readings).toBeGreaterThan(0);
    expect(loss?.zh).toMatch(/^2\d{3}-\d\d-\d\d.* 个读数因空间已满/);
    street.startRole("center");
    await eventually(
      "all alarms are at the center",
      async () => {
        const status = await street.gatewayStatus();
        return status?.link.state === "up" && status.link.unconfirmed === 0;
      },
      60_000,
    );
    await eventually(
      "the backlog is gone and its room given back",
      async () => {
        const { size } = await stat(join(disk, "telemetry.sqlite"));
        return size < 5 * megabyte && (await freeBytes()) > 2 * megabyte;
      },
      60_000,
    );
    await rm(join(disk, "ballast"));
    await eventually(
      "the reserve is made again",
      async () => !(await faultKeys()).includes("disk-reserve"),
      90_000,
    );
    expect((await stat(join(disk, "journal.reserve"))).size).toBe(2 * megabyte);
  }, 300_000);
});
