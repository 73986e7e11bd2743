/** The telemetry store's thread: one request after another. */
import { parentPort, workerData } from "node:worker_threads";
import type { Request } from "./messages.ts";
import { createStoreWriter } from "./store-writer.ts";

interface Given {
  readonly path: string;
  readonly budgetBytes: number;
}

if (parentPort !== null) {
  const port = parentPort;
  const { path, budgetBytes }: Given = workerData;
  const answer = createStoreWriter(path, { budgetBytes });
  port.on("message", (request: Request) => {
    port.postMessage(answer(request));
  });
}
