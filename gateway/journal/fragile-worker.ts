/** The writer thread, for tests of its crash: dies when it is given the event `crash`. */
import { parentPort } from "node:worker_threads";
import type { Request } from "./messages.ts";

parentPort?.on("message", (requests: readonly Request[]) => {
  if (requests.some(({ question }) => JSON.stringify(question).includes('"crash"'))) {
    process.exit(7); // ends this thread only, and at once
  }
});
await import("./journal-worker.ts");
