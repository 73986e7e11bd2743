/**
 * The real peers of the system tests: Debian packages, installed by the test run itself when it may
 * (root and apt-get), otherwise named in one line with how to get them; their tests are then skipped.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Package → a file that proves it is there. */
const peers = {
  mosquitto: "/usr/sbin/mosquitto",
  "mosquitto-clients": "/usr/bin/mosquitto_pub",
  socat: "/usr/bin/socat",
  strace: "/usr/bin/strace",
  openssl: "/usr/bin/openssl",
  iproute2: "/sbin/ip",
  iptables: "/usr/sbin/iptables",
  xfsprogs: "/usr/sbin/xfs_io",
  e2fsprogs: "/sbin/mkfs.ext4",
  influxdb: "/usr/bin/influxd",
  "victoria-metrics": "/usr/bin/victoria-metrics",
  "systemd-container": "/usr/bin/systemd-nspawn",
  "python3-pymodbus": "/usr/lib/python3/dist-packages/pymodbus/__init__.py",
} as const;
export type Peer = keyof typeof peers;

export const hasPeer = (peer: Peer): boolean => existsSync(peers[peer]);

const missing = (): string[] =>
  Object.entries(peers).flatMap(([peer, file]) => (existsSync(file) ? [] : [peer]));

/** Vitest's global set-up of the `system` project. */
export const setup = (): void => {
  const wanted = missing();
  if (wanted.length === 0) return;
  installPackages(wanted);
  const still = missing();
  if (still.length > 0) {
    process.stdout.write(
      `跳过需要这些包的系统测试 · system tests that need these are skipped: ${still.join(" ")} (apt-get install ${still.join(" ")})\n`,
    );
  }
};

/** Does nothing where this process may not install. */
export const installPackages = (packages: readonly string[]): void => {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  process.stdout.write(
    `安装测试用的 Debian 包 · installing Debian packages for the tests: ${packages.join(" ")}\n`,
  );
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", env });
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
  spawnSync("apt-get", install, { stdio: "ignore", env });
};
