/**
 * Loaded before the gateway with `--import`, and `--expose-gc`: answers its parent's every message with
 * the bytes that are held after a collection. `CANARY_PLANT_LEAK=1` keeps every socket, to see that
 * whoever measures would notice.
 */
import { subscribe } from "node:diagnostics_channel";

const kept: unknown[] = [];
if (process.env["CANARY_PLANT_LEAK"] === "1") {
  subscribe("net.server.socket", (message) => void kept.push(message));
}

process.on("message", () => {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heldBytes: heapUsed + external });
});
