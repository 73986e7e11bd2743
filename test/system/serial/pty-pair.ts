/** A null-modem cable made of two pseudo terminals by socat, which can be pulled out and put back. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../eventually.ts";

export interface PtyPair {
  /** Stable names, as under /dev/serial/by-id. */
  readonly gatewayEnd: string;
  readonly deviceEnd: string;
  readonly plugIn: () => Promise<void>;
  readonly unplug: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export const hasProgram = (name: string): boolean => spawnSync("which", [name]).status === 0;

export const createPtyPair = async (): Promise<PtyPair> => {
  const folder = mkdtempSync(join(tmpdir(), "canary-pty-"));
  const gatewayEnd = join(folder, "gateway");
  const deviceEnd = join(folder, "device");
  let socat: ChildProcess | undefined;

  const plugIn = async (): Promise<void> => {
    const end = (link: string): string => `pty,raw,echo=0,link=${link}`;
    socat = spawn("socat", [end(gatewayEnd), end(deviceEnd)], { stdio: "ignore" });
    await eventually("socat's two ends", () => existsSync(gatewayEnd) && existsSync(deviceEnd));
  };
  const unplug = async (): Promise<void> => {
    if (socat === undefined || socat.exitCode !== null || socat.signalCode !== null) return;
    socat.kill("SIGTERM");
    await once(socat, "exit");
  };
  await plugIn();
  return {
    gatewayEnd,
    deviceEnd,
    plugIn,
    unplug,
    remove: async () => {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
