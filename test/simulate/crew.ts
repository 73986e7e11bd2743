/** Plays seeds on every core: each thread of the crew has a database of its own and takes a few at a time. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { addTallies, failuresToldAtMost, nothingPlayed, type Tally } from "./seeds.ts";

/** So few that at the end no thread waits long for another. */
const seedsAtATime = 10;

export const playWithCrew = async (
  { first, count }: { readonly first: number; readonly count: number },
  onProgress: (soFar: Tally) => void,
): Promise<Tally> => {
  let tally = nothingPlayed;
  let next = first;
  const takeSome = (): readonly number[] => {
    if (tally.failed.length >= failuresToldAtMost) return [];
    return Array.from({ length: Math.min(seedsAtATime, first + count - next) }, () => next++);
  };
  const size = Math.min(availableParallelism(), Math.ceil(count / seedsAtATime));
  const threads = Array.from({ length: size }, async () => {
    const worker = new Worker(new URL("seed-worker.ts", import.meta.url));
    for (let seeds = takeSome(); seeds.length > 0; seeds = takeSome()) {
      const played = await ask(worker, seeds);
      tally = addTallies(tally, played);
      onProgress(tally);
    }
    await worker.terminate();
  });
  await Promise.all(threads);
  return tally;
};

const ask = (worker: Worker, seeds: readonly number[]): Promise<Tally> => {
  const { promise, resolve, reject } = Promise.withResolvers<Tally>();
  worker.once("error", reject);
  worker.once("message", (tally: Tally) => {
    worker.off("error", reject);
    resolve(tally);
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(seeds);
  return promise;
};
