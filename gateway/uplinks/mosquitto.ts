/** A real Mosquitto for tests, on loopback and a port of its own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

export const hasMosquitto = spawnSync("mosquitto", ["-h"]).error === undefined;

export interface Mosquitto {
  readonly stop: () => Promise<void>;
  /** SIGSTOP: connections stay open and carry nothing, as behind a dead router. */
  readonly freeze: () => void;
}

export const startMosquitto = async (port: number, configPath?: string): Promise<Mosquitto> => {
  const how = configPath === undefined ? ["-p", String(port)] : ["-c", configPath];
  const child = spawn("mosquitto", ["-v", ...how], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      if (line.endsWith(" running")) resolve();
    });
    child.once("exit", (code) => {
      reject(new Error(`mosquitto ended with ${code}`));
    });
  });
  return {
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    freeze: () => {
      child.kill("SIGSTOP");
    },
  };
};

/** A port nobody listens on right now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};
