/**
 * A small machine of its own with a real systemd as its first process: systemd-nspawn over a root
 * folder that borrows this machine's /usr and nothing else. Nothing outside that folder changes.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
} from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { tmpdir } from "node:os";
import { eventually } from "./eventually.ts";

export interface Machine {
  /** Its root, from outside. */
  readonly root: string;
  /** Runs a script of the shell inside, to its end; what it printed. Throws when it fails. */
  readonly run: (script: string) => string;
  /** The same, whatever becomes of it. */
  readonly ask: (script: string) => string;
  /** An HTTP page inside: its text, `undefined` where nobody answers. */
  readonly page: (url: string) => string | undefined;
  /** Switched on: resolves when systemd takes orders. */
  readonly boot: () => Promise<void>;
  /** A restart asked for inside; resolves when systemd takes orders again. */
  readonly reboot: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** The program, where the guide wants it. */
const program = realpathSync(".");
const packages = realpathSync("node_modules");

const nspawn = (root: string, ...words: readonly string[]): readonly string[] => [
  // It is switched off with us, however we end.
  "setpriv",
  "--pdeathsig=TERM",
  "systemd-nspawn",
  "--quiet",
  "--register=no",
  "--keep-unit",
  "--private-network",
  `--directory=${root}`,
  `--machine=${basename(root)}`,
  // Otherwise systemd inside cannot enforce DeviceAllow=, and says nothing of it.
  "--capability=all",
  "--system-call-filter=bpf",
  "--bind-ro=/usr",
  `--bind-ro=${program}:/opt/canary`,
  `--bind-ro=${packages}`,
  ...words,
];
const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" };

export const openMachine = (): Machine => {
  const root = mkdtempSync(join(tmpdir(), "canary-machine-"));
  furnish(root);
  let life: Life | undefined;
  const inside = (words: readonly string[], ...rooms: readonly string[]) => {
    if (life === undefined) throw new Error("the machine is off");
    return spawnSync("nsenter", ["-t", String(life.firstPid()), ...rooms, "--", ...words], {
      encoding: "utf8",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", SYSTEMD_COLORS: "0" },
    });
  };
  const shell = (script: string) =>
    inside(["sh", "-ec", `cd /opt/canary\n${script}`], "-m", "-p", "-n", "-u", "-i", "-C");
  const ask = (script: string): string => shell(script).stdout;
  const boot = async (): Promise<void> => {
    life = start(root);
    const { output } = life;
    await eventually(
      "systemd inside takes orders",
      () => life?.isReady() === true && shell("systemctl is-system-running").stdout !== "",
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output()}`);
    });
  };
  return {
    root,
    ask,
    run: (script) => {
      const { status, stdout, stderr } = shell(script);
      if (status === 0) return stdout;
      const log = ask("journalctl --boot --no-pager -n 40");
      throw new Error(`${script}\nended with ${status}\n${stdout}${stderr}\n${log}`);
    },
    page: (url) => {
      const script = `fetch("${url}").then((a) => a.text()).then((t) => process.stdout.write(t))`;
      const { status, stdout } = inside([process.execPath, "-e", script], "-n");
      return status === 0 ? stdout : undefined;
    },
    boot,
    reboot: async () => {
      shell("systemctl reboot");
      await life?.gone;
      await boot();
    },
    remove: async () => {
      if (life !== undefined && !life.isGone()) {
        // systemd's word for "power off now" (systemd(1), signals).
        spawnSync("kill", ["-s", "RTMIN+4", String(life.firstPid())]);
        const mercy = setTimeout(() => life?.kill(), 10_000);
        await life.gone;
        clearTimeout(mercy);
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
};

interface Life {
  readonly output: () => string;
  readonly isReady: () => boolean;
  readonly isGone: () => boolean;
  /** systemd inside, as a process of this machine. */
  readonly firstPid: () => number;
  readonly gone: Promise<void>;
  readonly kill: () => void;
}

const start = (root: string): Life => {
  const [command = "", ...words] = nspawn(root, "--boot");
  const child = spawn(command, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => {
      isGone = true;
      resolve();
    });
  });
  const firstPid = (): number =>
    Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ")[0]);
  return {
    output: () => output,
    isReady: () => {
      if (isGone) throw new Error("the machine went off");
      // nspawn's first child only prepares; systemd is there once its bus is.
      const first = firstPid();
      return first > 0 && existsSync(`/proc/${first}/root/run/systemd/private`);
    },
    isGone: () => isGone,
    firstPid,
    gone,
    kill: () => child.kill("SIGKILL"),
  };
};

/** As much of Debian as systemd needs: its folders, root's account, and the group of serial ports. */
const furnish = (root: string): void => {
  chmodSync(root, 0o755); // not for us alone: services go about in it
  for (const folder of ["etc/systemd/system", "opt/canary", "usr", "var/lib", "run", "tmp", "root"])
    mkdirSync(join(root, folder), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(root, name));
  const etc = {
    passwd: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n",
    group: "root:x:0:\ntty:x:5:\ndialout:x:20:\nnogroup:x:65534:\n",
    shadow: "root:*:19000:0:99999:7:::\n",
    hosts: "127.0.0.1 localhost\n",
    hostname: "gw-xian-1\n",
    "os-release": "ID=debian\n",
    "machine-id": "0123456789abcdef0123456789abcdef\n",
  };
  for (const [name, text] of Object.entries(etc)) writeFileSync(join(root, "etc", name), text);
  const units = join(root, "etc/systemd/system");
  symlinkSync("/usr/lib/systemd/system/multi-user.target", join(units, "default.target"));
  // What a container has no use for, or what would wait for packages that this /usr need not have.
  for (const unit of ["getty.target", "systemd-logind.service", "dbus.service", "dbus.socket"])
    symlinkSync("/dev/null", join(units, unit));
};

/** Whether this machine lets us; otherwise those tests are skipped by name. */
export const mayRunMachines = ((): boolean => {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/systemd-nspawn")) return false;
  if (!existsSync("/lib/systemd/systemd") || !lstatSync("/bin").isSymbolicLink()) return false;
  const root = mkdtempSync(join(tmpdir(), "canary-machine-"));
  furnish(root);
  const [command = "", ...words] = nspawn(root, "/bin/true");
  const { status } = spawnSync(command, words, { env, stdio: "ignore" });
  rmSync(root, { recursive: true, force: true });
  return status === 0;
})();
