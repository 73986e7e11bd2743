import { randomBytes } from "node:crypto";
import type { DurationMs } from "#domain/quantity.ts";
import type { Role } from "#domain/rights.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { audit } from "../store/audit.ts";
import type { Store } from "../store/open-store.ts";
import {
  createPasswordChecker,
  hashPassword,
  passwordLengthMax,
  passwordLengthMin,
} from "./passwords.ts";
import {
  findSession,
  isKnownSeat,
  openSession,
  revokeOthers,
  revokeSession,
  type SessionUser,
} from "./sessions.ts";
import { createThrottle } from "./throttle.ts";

export type LoginFailure =
  | { readonly kind: "wrong" }
  /** Too many failures; nothing was checked. */
  | { readonly kind: "wait"; readonly wait: DurationMs };

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  /** Address it comes from. */
  readonly source: string;
}

/** People's way in. Every success and failure leaves an audit row. */
export interface Accounts {
  readonly login: (
    request: LoginRequest,
  ) => Promise<Result<{ readonly token: string; readonly user: SessionUser }, LoginFailure>>;
  readonly whoIs: (token: string) => Promise<SessionUser | undefined>;
  readonly logout: (token: string, source: string) => Promise<void>;
  /** Changes the password and ends the user's other sessions. Wrong tries count as failed logins. */
  readonly changePassword: (request: {
    readonly token: string;
    readonly current: string;
    readonly next: string;
    readonly source: string;
  }) => Promise<Result<void, LoginFailure | { readonly kind: "weak"; readonly why: Bilingual }>>;
}

export const openAccounts = async (store: Store, clock: Clock): Promise<Accounts> => {
  const checker = await createPasswordChecker();
  const throttle = createThrottle();
  const nowMs = (): number => clock.now().wallMs;

  /** Checks a password through the throttle. */
  const prove = async (request: LoginRequest): Promise<Result<void, LoginFailure>> => {
    const { username, source } = request;
    const known = await isKnownSeat(store.db, { user: username, source, nowMs: nowMs() });
    const attempt = { account: username, source, known };
    const entered = throttle.enter(attempt, clock.now().monoMs);
    if (entered !== "enter") return err({ kind: "wait", wait: entered });
    const row = await store.db
      .selectFrom("users")
      .select("password_hash")
      .where("name", "=", username)
      .executeTakeFirst();
    if (!(await checker.check(row?.password_hash, request.password))) return err({ kind: "wrong" });
    throttle.succeeded(attempt);
    return ok(undefined);
  };

  return {
    login: async (request) => {
      const { username, source } = request;
      const proven = await prove(request);
      if (!proven.ok) {
        // A try that was not looked at is counted in the metrics only: it must not fill the disk.
        if (proven.error.kind === "wrong") {
          await audit(store.db, { atMs: nowMs(), actor: username, action: "login-failed", source });
        }
        return proven;
      }
      const token = await store.write(async (tx) => {
        await audit(tx, { atMs: nowMs(), actor: username, action: "login", source });
        return openSession(tx, { user: username, source, nowMs: nowMs() });
      });
      const user = await findSession(store.db, token, nowMs());
      return user === undefined ? err({ kind: "wrong" }) : ok({ token, user });
    },
    whoIs: (token) => findSession(store.db, token, nowMs()),
    logout: async (token, source) => {
      const user = await findSession(store.db, token, nowMs());
      if (user === undefined) return;
      await store.write(async (tx) => {
        await revokeSession(tx, token);
        await audit(tx, { atMs: nowMs(), actor: user.name, action: "logout", source });
      });
    },
    changePassword: async ({ token, current, next, source }) => {
      const user = await findSession(store.db, token, nowMs());
      if (user === undefined) return err({ kind: "wrong" });
      const proven = await prove({ username: user.name, password: current, source });
      if (!proven.ok) return proven;
      const why = weakness(next, current, user.name);
      if (why !== undefined) return err({ kind: "weak", why });
      const passwordHash = await hashPassword(next);
      await store.write(async (tx) => {
        await tx
          .updateTable("users")
          .set({ password_hash: passwordHash, must_change_password: 0 })
          .where("name", "=", user.name)
          .execute();
        await revokeOthers(tx, user.name, token);
        await audit(tx, { atMs: nowMs(), actor: user.name, action: "password", source });
      });
      return ok(undefined);
    },
  };
};

/**
 * Makes sure that somebody can log in: with no account yet, creates `admin` with the given
 * password, or with a random one that is answered once and must be changed at the first login.
 */
export const ensureFirstAdmin = async (
  store: Store,
  adminPassword: string | undefined,
  nowMs: number,
): Promise<{ readonly username: string; readonly password: string } | undefined> => {
  const anybody = await store.db.selectFrom("users").select("name").executeTakeFirst();
  if (anybody !== undefined) return;
  const password = adminPassword ?? randomBytes(12).toString("base64url");
  const row = {
    name: "admin",
    password_hash: await hashPassword(password),
    must_change_password: Number(adminPassword === undefined),
    created_at_ms: Math.floor(nowMs),
  };
  const created = await store.db
    .insertInto("users")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("name")
    .executeTakeFirst();
  if (created === undefined) return; // another center process on the same database was first
  // A street of one person must work: until there are others, the administrator is also on duty.
  await store.db
    .insertInto("grants")
    .values(firstGrants.map((role) => ({ user_name: row.name, role, area: "/" })))
    .execute();
  if (adminPassword !== undefined) return;
  return { username: row.name, password };
};

const firstGrants: readonly Role[] = ["admin", "street_duty", "street_lead"];

/** Length is what counts. Source: NIST SP 800-63B §3.1.1.2. */
const weakness = (next: string, current: string, username: string): Bilingual | undefined => {
  if (next.length < passwordLengthMin) {
    return {
      zh: `新密码至少 ${passwordLengthMin} 个字符`,
      en: `the new password needs at least ${passwordLengthMin} characters`,
    };
  }
  if (next.length > passwordLengthMax) {
    return {
      zh: `新密码最多 ${passwordLengthMax} 个字符`,
      en: `the new password may have at most ${passwordLengthMax} characters`,
    };
  }
  if (next === current || next.toLowerCase().includes(username.toLowerCase())) {
    return {
      zh: "新密码不能与旧密码相同,也不能包含用户名",
      en: "the new password must differ from the old one and not contain the user name",
    };
  }
  return undefined;
};
