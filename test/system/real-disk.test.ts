/** Real disks that fail under a real gateway: what was acknowledged is never lost, what was not is said again. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { byHome, connectHomes, everyHomeOnce, type Homes } from "./homes.ts";
import { mayBreakDisks, openDisk } from "./root-only.ts";
import { startStreet, type StreetProcess } from "./street-process.ts";

let street: StreetProcess;
let homes: Homes;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  await homes.close();
  await street.close();
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

const shownWith = (durable: boolean, home: string) => async (): Promise<boolean> => {
  const alarms = byHome(await (await street.login()).alarms()).get(home) ?? [];
  return alarms.length === 1 && alarms[0]?.durable === durable;
};

describe.skipIf(!mayBreakDisks)("a loop-mounted ext4 (needs root, e2fsprogs, xfsprogs)", () => {
  test("is shut down under load: the alarm still sounds and leaves, and after a repair nothing acknowledged is missing", async () => {
    const disk = openDisk(64);
    cleanUps.push(disk.remove);
    street = await startStreet({ gatewayData: disk.path });
    homes = await connectHomes(street);

    await Promise.all(names("before", 20).map(homes.report));
    const during = Promise.all(names("during", 20).map(homes.report));
    disk.shutDown();
    let acknowledged = false;
    const dark = homes.report("dark").then(() => (acknowledged = true));

    await eventually("the sounder is told", () => homes.heardBySounder.at(-1)?.includes('"on"'));
    await eventually("the desk shows it, marked as unwritten", shownWith(false, "dark"));
    expect(acknowledged).toBe(false);

    await street.kill("gateway");
    disk.unmount();
    disk.mount();
    street.startRole("gateway");
    await Promise.all([during, dark]);
    await everyHomeOnce(street, [...names("before", 20), ...names("during", 20), "dark"]);
    await eventually("and now as written", shownWith(true, "dark"));
  });
});

const canTrace = spawnSync("strace", ["-f", "-e", "trace=none", "true"]).status === 0;

describe.skipIf(!canTrace)("with strace (skipped where it cannot trace)", () => {
  test("every fsync of the gateway fails for a while: no PUBACK, buzzer and desk all the same, then durable", async () => {
    street = await startStreet();
    homes = await connectHomes(street);
    await homes.report("before");

    const mend = await failFsync(street.pid("gateway"));

    let acknowledged = false;
    const report = homes.report("during").then(() => (acknowledged = true));
    await eventually("the sounder is told", () => homes.heardBySounder.at(-1)?.includes('"on"'));
    await eventually("the desk shows it, marked as unwritten", shownWith(false, "during"));
    expect(acknowledged).toBe(false);

    await mend();
    await report;
    await eventually("the disk took it after all", shownWith(true, "during"));
    await everyHomeOnce(street, ["before", "during"]);
  });

  test("every fsync of the center fails for a while: it says it is not ready and counts as down, and has the alarm once when it is mended", async () => {
    street = await startStreet();
    homes = await connectHomes(street);
    await homes.report("before");
    const desk = await street.login();
    const ready = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${street.ports.centerHttp}/readyz`)).ok;
    await eventually("the center is ready", ready);

    const mend = await failFsync(street.pid("center"));
    await homes.report("during");
    await eventually("it is not ready", async () => !(await ready()));
    await eventually(
      "the gateway sees that nothing is committed",
      async () => (await street.gatewayStatus())?.link.state === "lost",
      60_000,
    );

    await mend();
    await eventually("it is ready again", ready);
    await eventually("the alarm is at the desk", async () =>
      byHome(await desk.alarms()).has("during"),
    );
    await everyHomeOnce(street, ["before", "during"]);
  });
});

/** From now on no fsync of this process succeeds; call the answer to mend it. */
const failFsync = async (pid: number): Promise<() => Promise<void>> => {
  const words = "-f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:error=EIO";
  const strace = spawn("strace", [...words.split(" "), "-p", String(pid)]);
  const ended = once(strace, "exit");
  await eventually("strace holds the process", () => isTraced(pid));
  return async () => {
    strace.kill("SIGINT");
    await ended;
  };
};

/** All of its threads: the journal writes in one of its own, which is held a moment later. */
const isTraced = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) =>
    /TracerPid:\t[1-9]/.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")),
  );
