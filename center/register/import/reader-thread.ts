/** The thread that reads one import file, then ends. */
import { parentPort, workerData } from "node:worker_threads";
import { parseFile } from "./parse-file.ts";

const file: unknown = workerData;
if (!(file instanceof Uint8Array)) throw new Error("the reader thread needs the file's bytes");
// A thread's port, not a window: there is no origin to name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(await parseFile(file));
