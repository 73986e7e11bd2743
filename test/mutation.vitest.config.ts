import { defineConfig } from "vitest/config";

/** The tests that mutants of `rules/` must fail in; see `docs/mutation.md`. */
export default defineConfig({
  test: { include: ["test/mutation.entry.ts"], isolate: false },
});
