/**
 * Vitest's global set-up of the contract tests: a real PostgreSQL for the promises about stored
 * things. Installed from Debian when that may be done; without one they run on SQLite alone, and
 * one line says so. An own server can be given by CANARY_TEST_DATABASE_URL.
 */
import { installPackages } from "./system/debian-packages.ts";
import { hasPostgres, startPostgres } from "./postgres-server.ts";

export const setup = async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env["CANARY_TEST_DATABASE_URL"] !== undefined) return undefined;
  if (!hasPostgres()) installPackages(["postgresql"]);
  if (!hasPostgres()) {
    process.stdout.write(
      "存储约定只在 SQLite 上测试 · promises about stored things are tested on SQLite only (apt-get install postgresql, or set CANARY_TEST_DATABASE_URL)\n",
    );
    return undefined;
  }
  const server = await startPostgres({ fsync: false });
  process.env["CANARY_TEST_DATABASE_URL"] = server.url;
  return server.stop;
};
