import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const python = "/usr/bin/python3";
export const hasPymodbus = spawnSync(python, ["-c", "import pymodbus, serial"]).status === 0;

/** A process of units; resolves once it says "ready". */
export const startUnits = async (script: string, ...args: readonly string[]) => {
  const child = spawn(python, [join(import.meta.dirname, script), ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (text) => (complaints += String(text)));
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => said.push(line));
  await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(() => Promise.reject(new Error(`${script} ended: ${complaints}`))),
  ]);
  return {
    /** Everything it has printed after "ready". */
    said: () => said.slice(1),
    tell: (command: string) => child.stdin.write(`${command}\n`),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
};
