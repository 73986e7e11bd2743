/** The load generator: takes one job over IPC, answers with figures, ends. Started by `generate.ts`. */
import { Value } from "typebox/value";
import { openFleet } from "./fleet.ts";
import { flood } from "./flood.ts";
import { JobSchema, type Job, type PhaseResult } from "./jobs.ts";
import { followCommits, followProgress, openBuzzers } from "./listeners.ts";
import { paced, type Arrivals } from "./paced.ts";
import { settle } from "./settle.ts";

const run = async (job: Job): Promise<readonly PhaseResult[]> => {
  const arrivals: Arrivals = { onBuzzer: () => {}, onCommit: () => {} };
  const buzzers = await openBuzzers(job.mqttPort, job.buzzers, arrivals);
  const commits = job.commits && (await followCommits(job.commits, job.mqttPort, arrivals));
  const follower =
    job.progressTopic === undefined
      ? undefined
      : await followProgress(job.mqttPort, job.progressTopic);
  const fleet = await openFleet(job.mqttPort, job.connections);
  const results: PhaseResult[] = [];
  for (const phase of job.phases) {
    switch (phase.kind) {
      case "flood":
        results.push(await flood(fleet, phase, job, follower?.progress));
        break;
      case "paced":
        results.push(await paced(fleet, arrivals, job.buzzers, phase, commits !== undefined));
        break;
      case "settle":
        results.push(await settle(fleet, phase, job.pids));
        break;
    }
  }
  fleet.close();
  await Promise.all([buzzers.close(), commits?.close(), follower?.close()]);
  return results;
};

const answer = (message: object): void => {
  process.send?.(message, () => process.exit(0));
};

process.once("message", (message) => {
  run(Value.Parse(JobSchema, message)).then(
    (results) => answer({ ok: true, results }),
    (error: unknown) => answer({ ok: false, error: String(error) }),
  );
});
// Whoever asked for the load is gone: nobody would stop it.
process.once("disconnect", () => process.exit(1));
