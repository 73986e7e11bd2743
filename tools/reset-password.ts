/**
 * `canary reset-password [account]`: a new one-time password for somebody who is locked out. Whoever
 * can read and write the center's files may do so; it is written down in the audit log.
 */
import { userInfo } from "node:os";
import { join } from "node:path";
import { resetPassword } from "#center/accounts/manage.ts";
import { openStore } from "#center/store/open-store.ts";
import type { Bilingual } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { loadSite } from "./load-site.ts";
import { exitCannotStart } from "./street.ts";

export interface ResetOptions {
  readonly account: string;
  /** Also removes the lost phone. */
  readonly secondFactor: boolean;
  readonly json: boolean;
}

/** Exit code 0: done, the password is printed once; 1: no such account; 78: no database. */
export const resetPasswordHere = async (
  options: ResetOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const loaded = loadSite(env);
  if (!loaded.ok) {
    console.error(loaded.error);
    return exitCannotStart;
  }
  const { dataFolder, databaseUrl } = loaded.value;
  const store = await openStore({
    dataFolder: join(dataFolder, "center"),
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (!store.ok) {
    console.error(both(store.error));
    return exitCannotStart;
  }
  try {
    const manager = {
      name: `machine:${userInfo().username}`,
      areas: ["/"],
      source: "local",
      nowMs: openSystemClock().now().wallMs,
    };
    const { account: name, secondFactor: alsoSecondFactor } = options;
    const done = await resetPassword(store.value, manager, { name, alsoSecondFactor });
    if (!done.ok) {
      console.error(both(noSuchAccount(name)));
      return 1;
    }
    const { oneTimePassword } = done.value;
    console.log(
      options.json
        ? JSON.stringify({ account: name, oneTimePassword })
        : both(printed(name, oneTimePassword)),
    );
    return 0;
  } finally {
    await store.value.close();
  }
};

const printed = (name: string, password: string): Bilingual => ({
  zh: `账号 ${name} 的一次性密码(仅显示这一次,7 天内有效,登录后须修改):${password}`,
  en: `one-time password of ${name}, shown this once, good for 7 days, to be changed at login: ${password}`,
});

const noSuchAccount = (name: string): Bilingual => ({
  zh: `没有账号 ${name}。请核对账号名;首个管理员名为 admin`,
  en: `there is no account ${name}. Check the name; the first administrator is called admin`,
});
