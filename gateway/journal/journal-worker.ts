/**
 * The journal's writer thread: everything that arrived while the last commit ran goes into the next
 * one. A file that fails is closed and opened anew by the next request.
 */
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from "node:worker_threads";
import { createWriter } from "./writer.ts";
import type { Request } from "./messages.ts";

/** While questions come the check of the chain takes a piece of 2 ms this often, not every turn. */
const checkEveryMs = 25;

/** So long without a question, and none is expected that would have to wait. */
const restAfterMs = 250;

/** Bounds how long the first of a flood waits for its commit. */
const requestsPerCommit = 500;

const serve = (port: MessagePort, path: string): void => {
  const writer = createWriter(path);
  let waiting: Request[] = [];
  let checking = false;
  let asked = false;
  let resting: NodeJS.Timeout | undefined;

  const check = (): void => {
    const round = writer.checkPiece();
    checking = round !== undefined;
    if (round?.chainBreak !== undefined) port.postMessage(round);
    if (!checking) return;
    asked = false;
    setImmediate(() => {
      if (asked) setTimeout(check, checkEveryMs);
      else check();
    });
  };

  port.on("message", (arrived: readonly Request[]) => {
    asked = true;
    waiting.push(...arrived);
    while (waiting.length > 0) {
      takeArrived(port, waiting);
      const now = waiting.slice(0, requestsPerCommit);
      waiting = waiting.slice(requestsPerCommit);
      port.postMessage(writer.run(now));
    }
    if (!checking) check();
    clearTimeout(resting);
    resting = setTimeout(writer.rest, restAfterMs);
  });
};

const takeArrived = (port: MessagePort, waiting: Request[]): void => {
  while (waiting.length < requestsPerCommit) {
    const more: { message: readonly Request[] } | undefined = receiveMessageOnPort(port);
    if (more === undefined) return;
    waiting.push(...more.message);
  }
};

if (parentPort !== null) serve(parentPort, String(workerData));
