/** `npm run check`: format, types, lint and tests, as CI runs them; stops at the first that fails. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "./load-site.ts";

const steps: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ["格式 format", "prettier/bin/prettier.cjs", "--check", "."],
  ["类型 types", "typescript/bin/tsc"],
  ["页面类型 page types", "typescript/bin/tsc", "-p", "dashboards/console"],
  ["规范 lint", "oxlint/bin/oxlint", "--type-aware"],
  ["锁 lock", "../tools/check-lock.ts"],
  ...(process.argv.includes("--no-tests")
    ? []
    : ([["测试 tests", "vitest/vitest.mjs", "run"]] as const)),
];

for (const [name, script, ...args] of steps) {
  console.log(`== ${name}`);
  const { status } = spawnSync(
    process.execPath,
    [join(projectRoot, "node_modules", script), ...args],
    {
      cwd: projectRoot,
      stdio: "inherit",
    },
  );
  if (status !== 0) {
    console.error(`!! ${name}: 未通过 · did not pass`);
    process.exit(status ?? 1);
  }
}
