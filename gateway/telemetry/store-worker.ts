/** The telemetry store's thread: one request after another. */
import { parentPort, workerData } from "node:worker_threads";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { Request } from "./messages.ts";
import { createStoreWriter } from "./store-writer.ts";

const WorkerDataSchema = Type.Object({ path: Type.String(), budgetBytes: Type.Number() });

if (parentPort !== null) {
  const port = parentPort;
  const { path, budgetBytes } = Value.Parse(WorkerDataSchema, workerData);
  const answer = createStoreWriter(path, { budgetBytes });
  port.on("message", (request: Request) => {
    port.postMessage(answer(request));
  });
}
