/** One thread of the crew: plays the seeds it is given and answers with what they came to. */
import { parentPort } from "node:worker_threads";
import { playSeeds } from "./seeds.ts";
import { openCenterStore } from "./street-center.ts";

const store = await openCenterStore();

if (parentPort === null) throw new Error("the seed worker runs as a thread of the crew");
const port = parentPort;

port.on("message", async (seeds: readonly number[]) => {
  port.postMessage(await playSeeds(store, seeds));
});
