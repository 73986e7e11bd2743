// Runs a script on the Node that the lock pins, whatever Node started us, and installs what is
// locked when it is missing or stale. Plain JavaScript, because it must run on an old Node.
//
//   node tools/with-node.mjs [--dev] <script> [arguments]
//
// The install lives here and not in a `prestart` hook: with `ignore-scripts=true` in a user's
// npm settings npm skips such hooks without a word.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".canary-installed");

/** Installs if needed, then runs `script` on the pinned Node; resolves to its exit code. */
export const runWithPinnedNode = (script, args, { dev = false, nodeOptions = "" } = {}) => {
  installIfStale(dev);
  const child = spawn(pinnedNode(), [join(root, script), ...args], {
    stdio: "inherit",
    env: {
      NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compile"),
      ...process.env,
      // Ours first: what the user has set wins.
      NODE_OPTIONS: `${nodeOptions} ${process.env.NODE_OPTIONS ?? ""}`.trim(),
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
};

const installIfStale = (dev) => {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, "utf8").split(" ") : [];
  if (stamp[0] === lock && (stamp[1] === "all" || !dev)) return;
  // A linked tree belongs to somebody else: `npm ci` would empty it under everybody's feet.
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) return;

  console.error(
    `Canary: 正在安装锁定的依赖,首次约一分钟 · installing the locked packages, about a minute`,
  );
  // A tree that already serves a running Canary is added to, never wiped under its feet.
  const how = stamp[0] === lock ? ["install", "--no-save"] : ["ci"];
  const scope = dev ? ["--include=dev"] : ["--omit=dev"];
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const result = spawnSync(
    command[0],
    [
      ...command.slice(1),
      ...how,
      ...scope,
      "--include=optional",
      "--loglevel=error",
      "--no-audit",
      "--no-fund",
    ],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32" && command[0] === "npm",
    },
  );
  if (result.status !== 0) {
    console.error(
      `Canary: 安装失败(npm ${how[0]},退出码 ${result.status})。请检查网络或镜像后重试。\n` +
        `Canary: the install failed (npm ${how[0]}, exit ${result.status}). Check the network or the registry mirror, then try again.`,
    );
    process.exit(1);
  }
  writeFileSync(stampFile, `${lock} ${dev ? "all" : "production"}`);
};

const pinnedNode = () => {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const binary = platform === "win" ? "node.exe" : "node";
  const path = join(root, "node_modules", `node-${platform}-${process.arch}`, "bin", binary);
  if (existsSync(path)) return path;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 15)) return process.execPath;
  console.error(
    `Canary: 本机 (${process.platform}-${process.arch}) 没有随附的 Node,请安装 Node 24.15 以上版本。\n` +
      `Canary: no Node is packaged for ${process.platform}-${process.arch}; install Node 24.15 or newer.`,
  );
  process.exit(1);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const dev = words[0] === "--dev";
  const [script, ...args] = dev ? words.slice(1) : words;
  process.exitCode = await runWithPinnedNode(script, args, { dev });
}
