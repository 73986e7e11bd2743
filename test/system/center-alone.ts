/** A center as a process of its own that a test may kill. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface CenterProcess {
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** Resolves when it listens; ports 0: any free ones. */
export const startCenterProcess = async (
  dataFolder: string,
  httpPort: number,
  mqttPort: number,
): Promise<CenterProcess> => {
  const child = spawn(
    process.execPath,
    ["test/system/center-process.ts", dataFolder, String(httpPort), String(mqttPort)],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, CANARY_LOG: "fatal" } },
  );
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  const [said] = await once(createInterface(child.stdout), "line");
  const ports: { httpPort?: number; mqttPort?: number } = JSON.parse(String(said));
  return { httpPort: ports.httpPort ?? 0, mqttPort: ports.mqttPort ?? 0, kill };
};
