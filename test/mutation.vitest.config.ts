import { defineConfig } from "vitest/config";

/**
 * The tests that mutants of `rules/` must fail in; see `docs/mutation.md`. Without the property
 * tests and the hours-long exposures: they would kill mutants too, but make each cost seconds.
 */
export default defineConfig({
  test: {
    include: ["rules/**/*.test.ts", "test/compliance/gb-15322.test.ts"],
    exclude: ["**/node_modules/**", "**/*.property.test.ts"],
    isolate: false,
  },
});
