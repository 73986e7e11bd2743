import { defineConfig } from "vitest/config";

/** Which tests exist, told apart by place and ending; see ARCHITECTURE.md, "Tests". */
const rooms = "{domain,firmware-config,rules,platform,gateway,center,dashboards,tools,test}";

const project = (name: string, include: string[], options: object = {}) => ({
  extends: true as const,
  test: { name, include, ...options },
});

export default defineConfig({
  test: {
    // By itself it leaves a core free, and so half of a machine of two.
    maxWorkers: "100%",
    // Only a hang is to end by this; 5 s is too short where every core is busy.
    testTimeout: 20_000,
    projects: [
      project("unit", [`${rooms}/**/*.test.ts`], {
        exclude: [
          "**/node_modules/**",
          "**/*.contract.test.ts",
          "test/scenarios/**",
          "test/system/**",
          "test/compliance/**",
        ],
      }),
      project("contract", [`${rooms}/**/*.contract.test.ts`], {
        globalSetup: ["test/postgres-set-up.ts"],
        testTimeout: 30_000,
      }),
      project("compliance", ["test/compliance/**/*.test.ts"]),
      project("scenario", ["test/scenarios/**/*.test.ts"], { testTimeout: 30_000 }),
      // SEEDS=n for more of them, SEED=n to begin elsewhere: `SEED=17 SEEDS=1` replays one.
      project("simulate", ["test/simulate/**/*.simulate.ts"], { testTimeout: 24 * 3_600_000 }),
      // Real servers, real ports, real signals: one file at a time, so that they do not disturb one another.
      project("system", ["test/system/**/*.test.ts"], {
        globalSetup: ["test/system/debian-packages.ts"],
        testTimeout: 120_000,
        hookTimeout: 180_000,
        fileParallelism: false,
      }),
    ],
  },
});
