/** The two commands for the machine on which the center's files are. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureFirstAdmin } from "#center/accounts/first-admin.ts";
import { openAccounts } from "#center/accounts/accounts.ts";
import { openTestVault } from "#center/open-ground.testing.ts";
import { openStore, type Store } from "#center/store/open-store.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { prove, type ProveOptions } from "./prove.ts";
import { resetPasswordHere } from "./reset-password.ts";

vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let env: NodeJS.ProcessEnv;
const said: string[] = [];
const complained: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-audit-"));
  env = { CANARY_DATA: folder };
  vi.spyOn(console, "log").mockImplementation((line: string) => said.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => complained.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  said.length = 0;
  complained.length = 0;
  await rm(folder, { recursive: true });
});
const open = async (): Promise<Store> => {
  const store = await openStore({ dataFolder: join(folder, "center") });
  if (!store.ok) throw new Error(store.error.en);
  await ensureFirstAdmin(store.value, "correct horse battery", 1);
  return store.value;
};

test("a locked-out administrator gets in again from the machine, and the log says so", async () => {
  const store = await open();
  expect(await resetPasswordHere({ account: "admin", secondFactor: true, json: true }, env)).toBe(
    0,
  );
  const { oneTimePassword }: { oneTimePassword: string } = JSON.parse(said[0] ?? "{}");
  const accounts = await openAccounts(store, await openTestVault(store), openSystemClock());
  const login = await accounts.login({
    username: "admin",
    password: oneTimePassword,
    source: "127.0.0.1",
  });
  expect(login.ok && login.value.user.mustChangePassword).toBe(true);
  const rows = await store.db.selectFrom("audit").select(["actor", "action"]).execute();
  expect(rows[1]?.actor).toMatch(/^machine:/);
  expect(rows[1]?.action).toBe("account-reset-second-factor");
  await store.close();
});

test("an account that is not there is said to be missing", async () => {
  await (await open()).close();
  const wish = { account: "nobody", secondFactor: false, json: false };
  expect(await resetPasswordHere(wish, env)).toBe(1);
  expect(complained.join()).toMatch(/没有账号 nobody.*there is no account nobody/);
});

const proveAudit = (options: ProveOptions): Promise<number> =>
  prove({ audit: true, ...options }, env, {
    write: (line) => said.push(line),
    complain: (line) => complained.push(line),
  });

test("proving says how many rows are whole, or which is the first that is not", async () => {
  const store = await open();
  expect(await proveAudit({})).toBe(0);
  expect(said.at(-1)).toMatch(/审计日志完整:1 条.*1 rows, none missing or altered\. Head 1:/);
  const head = /Head (\S+),/.exec(said.at(-1) ?? "")?.[1] ?? "";
  expect(await proveAudit({ json: true, noted: head })).toBe(0);
  await store.db.updateTable("audit").set({ actor: "nobody" }).execute();
  expect(await proveAudit({})).toBe(1);
  expect(said.at(-1)).toMatch(/第 1 条被改动.*row 1 of the audit log was altered/);
  await store.close();
});

test("without a database, or with a head that is none, there is nothing to prove", async () => {
  expect(await proveAudit({})).toBe(2);
  expect(complained.at(-1)).toMatch(/没有中心数据库.*there is no center database/);
  expect(await proveAudit({ noted: "17" })).toBe(2);
  expect(complained.at(-1)).toMatch(/--noted must be/);
  const out = { write: () => undefined, complain: (line: string) => complained.push(line) };
  expect(await prove({ noted: `1:${"0".repeat(64)}` }, env, out)).toBe(2);
  expect(complained.at(-1)).toMatch(/give --audit as well/);
});
