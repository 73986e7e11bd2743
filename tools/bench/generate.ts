import { Value } from "typebox/value";
import { ResultSchema, type Job, type PhaseResult } from "./jobs.ts";
import type { Workshop } from "./workshop.ts";

/** Runs one job in a generator process of its own; throws when a figure would be wrong. */
export const generate = async (workshop: Workshop, job: Job): Promise<readonly PhaseResult[]> => {
  const child = workshop.node("generator", ["tools/bench/generator.ts"]);
  const answered = new Promise<unknown>((resolve) => {
    child.process.once("message", resolve);
  });
  child.process.send(job);
  const result = Value.Parse(ResultSchema, await Promise.race([answered, child.ended]));
  if (!result.ok) throw new Error(`load generator: ${result.error}`);
  return result.results;
};

/** The results of one kind, in the order of their phases. */
export const resultsOf = <Kind extends PhaseResult["kind"]>(
  results: readonly PhaseResult[],
  kind: Kind,
): readonly Extract<PhaseResult, { kind: Kind }>[] =>
  results.filter((one): one is Extract<PhaseResult, { kind: Kind }> => one.kind === kind);
