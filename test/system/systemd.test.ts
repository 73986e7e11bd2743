/** deploy/systemd under a real systemd, installed by the very lines of the technician's guide. */
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { mayRunMachines, openMachine, type Machine } from "./systemd-machine.ts";

/** How long until the dead-man must sound, and until the watchdog must have acted (WatchdogSec=). */
const [sirenWithinMs, watchdogWithinMs] = [10_000, 15_000];

/** The guide's commands for a new machine, in its two steps. */
const guideSteps = (): readonly string[] => {
  const guide = readFileSync("docs/technician-guide.md", "utf8");
  const section = guide.split("\n## ").find((text) => text.startsWith("开机与安全模式")) ?? "";
  return Array.from(section.matchAll(/```sh\n(.*?)```/gs), ([, commands = ""]) => commands);
};

/** The example street with a siren on a serial relay, and a dead-man whose siren latches: a file. */
const site = (): string =>
  readFileSync("config/site.yaml", "utf8").replace(
    /  buzzers:\n.*\n/,
    `  protection:
    deadMan:
      startedBy: system
      outputs:
        - { kind: command, on: [touch, /var/lib/canary/siren], off: [rm, -f, /var/lib/canary/siren] }
  buzzers:
    - { id: relay, kind: serial-relay, path: /dev/ttyRelay, on: [79], off: [45] }
`,
  );

/** A relay board: a pty with the rights of a serial port; what comes in is in /run/relay ("O", "-"). */
const plugInRelay = `
  systemd-run --quiet --unit=relay socat -u \\
    PTY,link=/dev/ttyRelay,mode=660,group=dialout,rawer OPEN:/run/relay,creat,append
`;

/** Stands for a network that takes its time, as DHCP without an answer does. */
const slowNetwork = `[Unit]
Before=network.target
Wants=network.target
[Service]
Type=oneshot
ExecStart=sleep 4
[Install]
WantedBy=multi-user.target
`;

interface Status {
  readonly alarms: readonly { readonly episode: string; readonly rule: string }[];
  readonly buzzers: readonly { readonly command: { readonly state: string } }[];
  readonly deadMan?: { readonly state: string };
}

describe.skipIf(!mayRunMachines)("a real systemd (needs root and systemd-container)", () => {
  let machine: Machine;
  const show = (property: string, unit = "canary-gateway"): string =>
    machine.ask(`systemctl show -P ${property} ${unit}`).trim();
  const isActive = (): boolean => show("ActiveState") === "active";
  const mainPid = (unit?: string): number => Number(show("MainPID", unit));
  /** By systemd, which knows whom: a pid of 0 would be ourselves. */
  const signal = (name: "KILL" | "STOP"): string =>
    machine.run(`systemctl kill --kill-whom=main --signal=${name} canary-gateway`);
  const isAnother = (than: number): boolean => ![0, than].includes(mainPid());
  const isSounding = (): boolean => existsSync(join(machine.root, "var/lib/canary/siren"));
  const log = (): string => machine.ask("journalctl --boot --no-pager -u 'canary-*'");
  const status = (): Status | undefined => {
    const text = machine.page("http://127.0.0.1:8081/api/v1/status");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own answer
    return text === undefined ? undefined : (JSON.parse(text) as Status);
  };
  const says = (detector: string, reading: object): string =>
    machine.run(
      `mosquitto_pub -h 127.0.0.1 -q 1 -t canary/v1/detectors/${detector}/reading -m '${JSON.stringify(reading)}'`,
    );
  const leak = { co_ppm: 300, status: ["alarm"] };
  const wire = (): string => machine.ask("cat /run/relay");
  const whenever = (what: string, probe: () => unknown, withinMs?: number): Promise<number> => {
    const startMs = performance.now();
    return eventually(what, () => probe() === true && performance.now() - startMs, withinMs).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${log()}`);
      },
    );
  };
  const coAlarm = (): string | undefined =>
    status()?.alarms.find(({ rule, episode }) => rule !== "silence" && episode.includes("603"))
      ?.episode;

  beforeAll(async () => {
    machine = openMachine();
    writeFileSync(join(machine.root, "etc/systemd/system/slow-network.service"), slowNetwork);
    await machine.boot();
    machine.run(plugInRelay);
    const [prepare = "", install = ""] = guideSteps();
    machine.run(prepare);
    writeFileSync(join(machine.root, "etc/canary/site.yaml"), site());
    machine.run(`${install}\nsystemctl enable slow-network`);
  });
  afterAll(() => machine?.remove());

  test("the units are without a fault, and stand open no wider than their comments say", () => {
    expect(machine.run("systemd-analyze verify --man=no /etc/systemd/system/canary-* 2>&1")).toBe(
      "",
    );
    const exposure = machine.run(
      "systemd-analyze security --no-pager canary-gateway canary-dead-man 2>&1",
    );
    const levels = Array.from(exposure.matchAll(/exposure level for \S+: (\S+)/g), ([, n]) =>
      Number(n),
    );
    expect(levels).toHaveLength(2);
    expect(Math.max(...levels)).toBeLessThanOrEqual(1.7);
  });

  test("it is active only once rules and buzzers are live", () => {
    const [live = "", active = ""] = ["rules and buzzers are live", "Started canary-gateway"].map(
      (words) => machine.run(`journalctl -o short-monotonic --no-pager | grep -a '${words}'`),
    );
    const seconds = (line: string): number => Number(/\[\s*([\d.]+)\]/.exec(line)?.[1]);
    expect(seconds(live)).toBeGreaterThan(0);
    expect(seconds(active)).toBeGreaterThanOrEqual(seconds(live));
  });

  test("a leak sounds the serial siren, with all its hardening", async () => {
    says("xian-2-1-603", leak);
    await whenever("the relay's frame", () => wire().endsWith("O"));
    await whenever("the alarm on the board", () => coAlarm() !== undefined);
    await whenever("the dead-man", () => status()?.deadMan?.state === "standing-by");
    expect(machine.ask("ls /var/lib/canary/gateway")).toContain("journal.sqlite");
  });

  test("a converter whose driver comes after the start may be opened; other devices may not", () => {
    const opened = (major: number): string =>
      machine.run(`
        mknod -m 666 /dev/try c ${major} 0
        sh -c 'echo $$ > /sys/fs/cgroup/system.slice/canary-gateway.service/cgroup.procs
               exec dd if=/dev/try of=/dev/null count=0' 2>&1 | head -n 1
        rm /dev/try`);
    // No such device here: that far it gets only where it may.
    for (const major of [188, 166]) expect(opened(major)).toContain("No such device");
    expect(opened(203)).toContain("Operation not permitted"); // a processor's registers
  });

  test("one that hangs is missed within 10 s, killed within 15 s, and sounds again by itself", async () => {
    const [hung, standing] = [mainPid(), mainPid("canary-dead-man")];
    signal("STOP");
    expect(await whenever("the siren", isSounding)).toBeLessThan(sirenWithinMs);
    const killedMs = await whenever("the watchdog", () => mainPid() !== hung);
    expect(killedMs).toBeLessThan(watchdogWithinMs);
    await whenever("the next one", isActive);
    expect(log()).toContain("Watchdog timeout");
    await whenever("handed back", () => !isSounding());
    expect(status()?.buzzers.map(({ command }) => command.state)).toEqual(["on"]);
    expect(mainPid("canary-dead-man")).toBe(standing);
  });

  test("told to stop it ends in good order and keeps what nobody has confirmed; the dead-man sounds", async () => {
    const alarm = coAlarm();
    expect(alarm).toBeDefined();
    machine.run("systemctl stop canary-gateway");
    expect([show("Result"), show("ExecMainStatus"), show("SubState")]).toEqual([
      "success",
      "0",
      "dead",
    ]);
    expect(await whenever("the siren", isSounding)).toBeLessThan(sirenWithinMs);
    machine.run("systemctl start canary-gateway");
    await whenever("the same alarm", () => coAlarm() === alarm);
    await whenever("handed back", () => !isSounding());
    machine.run(
      "node_modules/.bin/node tools/canary.ts prove --journal /var/lib/canary/gateway/journal.sqlite",
    );
  });

  test("after a restart of the machine it is back before the network, and ends the siren that still sounds", async () => {
    const alarm = coAlarm();
    machine.run("systemctl stop canary-gateway");
    await whenever("the siren", isSounding);
    await machine.reboot();
    machine.run(plugInRelay);
    await whenever("the gateway", isActive);
    expect(show("ActiveState", "network.target")).toBe("inactive");
    await whenever("the same alarm", () => coAlarm() === alarm);
    await whenever("the siren's end", () => !isSounding());
    expect(log()).toContain("dead-man hands back");
    expect(status()?.deadMan?.state).toBe("standing-by");
  });

  test("six kills in a row end in safe mode with rules and siren, and a restart leads out of it", async () => {
    for (let kill = 1; kill <= 6; kill += 1) {
      const pid = mainPid();
      signal("KILL");
      await whenever(`life ${kill + 1}`, () => isAnother(pid) && isActive());
    }
    expect(log()).toContain("safe mode: rules and buzzers only");
    expect(machine.page("http://127.0.0.1:8081/healthz")).toBeUndefined();
    const before = wire().length;
    says("xian-2-1-604", leak);
    await whenever("the siren's frame", () => wire().slice(before).includes("O"));

    machine.run("systemctl restart canary-gateway");
    await whenever("its page", () => status() !== undefined);
    expect(machine.ask("cat /var/lib/canary/gateway/starts-unproven")).toBe("1");
  });

  test("a site file with a mistake on a new machine is no crash: mended, the gateway starts as usual", async () => {
    machine.run("systemctl stop canary-gateway; rm -r /var/lib/canary/gateway");
    writeFileSync(join(machine.root, "etc/canary/site.yaml"), "version: 1\nstreet: []\n");
    machine.ask("systemctl start canary-gateway");
    await whenever("seven tries", () => Number(show("NRestarts")) >= 7, 40_000);
    writeFileSync(join(machine.root, "etc/canary/site.yaml"), site());
    await whenever("the gateway", isActive);
    await whenever("its page", () => status() !== undefined);
  });
});
