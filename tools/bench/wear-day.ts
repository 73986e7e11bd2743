/**
 * One day of a street's gateway, with time moved by hand: its judge, journal and store of readings,
 * on a file system of their own whose written sectors are counted. A process of its own:
 * `node wear-day.ts <folder> <there|away>`, which reports to its parent and ends.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { detectorId, gatewayId } from "#domain/ids.ts";
import { percentLel, percentVolume, ppm, seconds } from "#domain/quantity.ts";
import type { Finding } from "#domain/reading.ts";
import type { Clock } from "#domain/time.ts";
import { downTopic } from "#domain/wire.ts";
import { createDirectory } from "#gateway/directory.ts";
import { openJournal } from "#gateway/journal/open-journal.ts";
import { createKeeper } from "#gateway/keeper.ts";
import { createPipeline } from "#gateway/pipeline.ts";
import { createPoints } from "#gateway/points.ts";
import { chooseLimits } from "#gateway/site-limits.ts";
import { createObserver } from "#gateway/telemetry/observe.ts";
import { diskBytesWritten } from "#gateway/telemetry/disk-writes.ts";
import { openTelemetryStore } from "#gateway/telemetry/open-store.ts";
import { openTelemetry } from "#gateway/telemetry/open-telemetry.ts";
import { createTelemetryLane } from "#gateway/uplinks/telemetry-lane.ts";
import { createManualTime, type ManualTime } from "#platform/manual-time.ts";
import { parseSite } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";

export const detectors = 500;
export const hours = 24;

interface DayReport {
  readonly bytes: number;
  readonly note: string;
}

export const isDayReport = (value: unknown): value is DayReport =>
  typeof value === "object" &&
  value !== null &&
  "bytes" in value &&
  typeof value.bytes === "number" &&
  "note" in value &&
  typeof value.note === "string";

const liveDay = async (folder: string, isCenterThere: boolean): Promise<DayReport> => {
  const disk = mountDisk(folder);
  try {
    const before = disk.written();
    await playDay(disk.folder, isCenterThere);
    return { bytes: disk.written() - before, note: disk.note };
  } finally {
    disk.close();
  }
};

interface Disk {
  readonly folder: string;
  readonly note: string;
  readonly written: () => number;
  readonly close: () => void;
}

/** An ext4 in a file of its own, whose every written sector is counted; without root, the process's own count. */
const mountDisk = (folder: string): Disk => {
  const image = join(folder, "disk.img");
  const point = join(folder, "disk");
  mkdirSync(point);
  const run = (command: string, ...args: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync(command, args);
    return status === 0 ? stdout.toString().trim() : undefined;
  };
  run("truncate", "-s", "1G", image);
  // Its tables written now, not by the kernel in the background while we count.
  run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
  const device = run("losetup", "--find", "--show", image);
  if (device === undefined || run("mount", device, point) === undefined) {
    if (device !== undefined) run("losetup", "--detach", device);
    return {
      folder,
      note: "by /proc/self/io, without the file system's own writes",
      written: () => diskBytesWritten("process") ?? Number.NaN,
      close: () => {},
    };
  }
  // Let go of now, and so freed by the kernel with the mount.
  run("losetup", "--detach", device);
  return {
    folder: point,
    note: "sectors of an ext4 of its own, its journal included",
    written: () => {
      run("sync", "--file-system", point);
      const stat = readFileSync(`/sys/block/${device.slice("/dev/".length)}/stat`, "utf8");
      return Number(stat.trim().split(/\s+/)[6]) * 512;
    },
    close: () => void run("umount", point),
  };
};

/** A whole day, second by second; whatever is written is waited for before time goes on. */
const playDay = async (folder: string, online: boolean): Promise<void> => {
  const time = createManualTime();
  const gateway = await openGateway(time, folder, online);
  for (let second = 0; second < hours * 3_600; second += 1) {
    time.advance(1_000);
    gateway.hear(second);
    if (second % 5 === 0) await gateway.settle();
  }
  await gateway.close();
};

const openGateway = async (time: ManualTime, folder: string, online: boolean) => {
  const { clock, timers } = time;
  const id = gatewayId("gw-bench");
  const reportFault = ignore;
  const site = parseSite(siteText, "wear.yaml", []);
  if (!site.ok) throw new Error(`the bench's site file: ${JSON.stringify(site.error)}`);
  const limits = chooseLimits(site.value);
  if (!limits.ok) throw new Error("the bench's limits");
  const { journal } = await openJournal(join(folder, "journal.sqlite"), { clock, reportFault });
  const { telemetryBytes: budgetBytes, flushSeconds, deadBands } = site.value.gateway.store;
  const telemetry = openTelemetry({
    clock,
    timers,
    reportFault,
    drill: false,
    deadBands,
    budgetBytes,
    flushMs: seconds(flushSeconds),
    openStore: (onPutAside) =>
      openTelemetryStore(join(folder, "telemetry.sqlite"), { budgetBytes, onPutAside }),
  });
  const keeper = createKeeper({ journal, timers, reportFault, onKept: ignore, onUnkept: ignore });
  const points = openPoints(site.value, limits.value, clock.now);
  const pipeline = createPipeline({
    gateway: id,
    drill: false,
    clock,
    timers,
    points,
    keeper,
    sound: ignore,
    reportFault,
    observe: createObserver(telemetry),
  });
  const lane = createTelemetryLane({
    clock,
    timers,
    reportFault,
    gateway: id,
    link: answeringLink(online),
    store: telemetry.store,
    isUp: () => online,
    urgent: () => 0,
    onState: telemetry.noteState,
  });
  return {
    hear: (second: number): void => {
      const receivedAt = clock.now();
      for (let n = 0; n < detectors; n += 1) {
        const position = { line: "mqtt", place: "bench" };
        const detector = names[n] ?? detectorId("none");
        void pipeline.take([{ detector, position, receivedAt, findings: homeAt(n, second) }]);
      }
    },
    settle: async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      await telemetry.store.state();
    },
    close: async (): Promise<void> => {
      await lane.close();
      await pipeline.close();
      await telemetry.close();
    },
  };
};

const ignore = (): void => {};

const openPoints = (site: Site, limits: LimitSet, now: Clock["now"]) =>
  createPoints({
    directory: createDirectory(site),
    known: { live: new Map(), shadow: new Map() },
    rulesFor: (registered) => ({
      limits,
      silenceAfter: registered?.silenceAfter ?? seconds(60),
    }),
    now,
    onStranger: ignore,
  });

/** A center that commits at once. */
const answeringLink = (online: boolean) => {
  let hear: (topic: string, payload: string) => void = () => {};
  return {
    publish: async (_topic: string, payload: string): Promise<void> => {
      const id = /"id":"(telemetry-[^"]+)"/.exec(payload)?.[1] ?? "";
      const data = { upTo: 0, holes: [], ids: [id], refused: [] };
      const type = "canary.receipt.v1";
      const rest = { source: "/canary/center", time: "t", datacontenttype: "application/json" };
      const receipt = { specversion: "1.0", id: "receipt", type, ...rest, data };
      queueMicrotask(() =>
        hear(downTopic(gatewayId("gw-bench"), "receipt"), JSON.stringify(receipt)),
      );
    },
    onMessage: (handler: typeof hear): void => {
      hear = handler;
    },
    onState: (handler: (up: boolean) => void): void => handler(online),
    close: async (): Promise<void> => {},
  };
};

const names = Array.from({ length: detectors }, (_, n) => detectorId(`d-${n}`));

const siteText = `
version: 1
street: { id: bench, name: { zh: 基准, en: bench } }
gateway:
  id: gw-bench
  community: { zh: 基准, en: bench }
  http: { port: 0 }
  mqtt: { port: 0 }
center:
  http: { port: 0 }
  mqtt: { port: 0 }
  gateways: [{ id: gw-bench }]
detectors:
${names.map((id) => `  - { id: ${id}, profile: native }`).join("\n")}
`;

/**
 * A home with a healthy sensor's noise (0–3 ppm, 0–0.9 %LEL), two meals cooked on gas a day
 * (12 ppm, 3 %LEL for 20 min) and, once a day in one home of fifty, a whiff of 60 ppm.
 */
const homeAt = (home: number, second: number): readonly Finding[] => {
  const noise = scramble(home * 86_400 + second);
  const meal = (second + home * 97) % 43_200 < 1_200;
  const whiff = home % 50 === 0 && (second + home * 31) % 86_400 === 40_000;
  const co = whiff ? 60 : (noise % 31) / 10 + (meal ? 12 : 0);
  const lel = ((noise >>> 8) % 10) / 10 + (meal ? 3 : 0);
  return [
    { kind: "level", level: { gas: "co", ppm: ppm(co) } },
    {
      kind: "level",
      level: { gas: "methane", lel: percentLel(lel), lelPercentVolume: percentVolume(5) },
    },
  ];
};

/** The same number always, and no pattern in it. */
const scramble = (value: number): number => {
  const mixed = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 1;
};

if (import.meta.main) {
  const [folder, center] = process.argv.slice(2);
  if (folder === undefined) throw new Error("usage: wear-day.ts <folder> <there|away>");
  // The parent is gone: nobody wants the figure, and the disk goes with this process.
  process.once("disconnect", () => process.exit(1));
  process.send?.(await liveDay(folder, center === "there"));
}
