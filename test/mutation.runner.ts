/**
 * Runs the tests of `rules/` for Stryker inside its worker process: everything is loaded once, and a
 * mutant costs only the tests that reach it, in the order of `mutation.entry.ts`,
 * until one fails. That is sound because
 * `rules/` is pure: no test can leave anything behind for the next.
 *
 * Mutants in code that runs while loading cannot be tried this way; `ignoreStatic` leaves them out.
 */
import { registerHooks } from "node:module";
import { performance } from "node:perf_hooks";
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from "@stryker-mutator/api/core";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from "@stryker-mutator/api/test-runner";
import type { CollectedTest } from "./mutation.suite.ts";

/** What the instrumented code and this runner share. */
type Shared = {
  -readonly [Key in keyof InstrumenterContext]: InstrumenterContext[Key] | undefined;
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const context = ((globalThis as unknown as Record<string, Shared>)[
  INSTRUMENTER_CONSTANTS.NAMESPACE
] ??= {});

/** The tests of the sandbox that Stryker has made the working directory, under our own `vitest`. */
const load = async (): Promise<readonly CollectedTest[]> => {
  const inSandbox = (file: string): string => new URL(file, `file://${process.cwd()}/`).href;
  const suite = inSandbox("test/mutation.suite.ts");
  registerHooks({
    resolve: (specifier, from, next) =>
      specifier === "vitest" && from.parentURL !== suite
        ? { url: suite, shortCircuit: true }
        : next(specifier, from),
  });
  await import(inSandbox("test/mutation.entry.ts"));
  const loaded: { readonly collected: readonly CollectedTest[] } = await import(suite);
  return loaded.collected;
};

const run = async ({ name, body }: CollectedTest): Promise<TestResult> => {
  const start = performance.now();
  const about = { id: name, name };
  try {
    await body();
    const timeSpentMs = performance.now() - start;
    return { ...about, status: TestStatus.Success, timeSpentMs };
  } catch (error) {
    const timeSpentMs = performance.now() - start;
    const failureMessage = String(error);
    return { ...about, status: TestStatus.Failed, timeSpentMs, failureMessage };
  }
};

const createRunner = (): TestRunner => {
  let tests: readonly CollectedTest[] = [];

  const dryRun = async (): Promise<DryRunResult> => {
    const results: TestResult[] = [];
    for (const test of tests) {
      context.currentTestId = test.name;
      results.push(await run(test));
    }
    context.currentTestId = undefined;
    const mutantCoverage = context.mutantCoverage ?? { static: {}, perTest: {} };
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage };
  };

  const mutantRun = async (options: MutantRunOptions): Promise<MutantRunResult> => {
    const { testFilter, activeMutant, hitLimit } = options;
    const reaching = new Set(testFilter ?? tests.map(({ name }) => name));
    context.hitLimit = hitLimit;
    context.hitCount = 0;
    context.activeMutant = activeMutant.id;
    let nrOfTests = 0;
    try {
      for (const test of tests) {
        if (!reaching.has(test.name)) continue;
        nrOfTests += 1;
        const result = await run(test);
        const endless = determineHitLimitReached(context.hitCount, hitLimit);
        if (endless !== undefined) return { ...endless, status: MutantRunStatus.Timeout };
        if (result.status === TestStatus.Failed) {
          const { failureMessage } = result;
          return {
            status: MutantRunStatus.Killed,
            failureMessage,
            killedBy: [test.name],
            nrOfTests,
          };
        }
      }
      return { status: MutantRunStatus.Survived, nrOfTests };
    } finally {
      context.activeMutant = undefined;
    }
  };

  return {
    // Nothing needs reloading, because nothing static is tried; otherwise Stryker starts a new process.
    capabilities: () => ({ reloadEnvironment: true }),
    init: async () => {
      tests = await load();
    },
    dryRun,
    mutantRun,
  };
};

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, "in-process", createRunner),
];
