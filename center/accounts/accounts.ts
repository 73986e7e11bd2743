import type { DurationMs } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { audit } from "../store/audit.ts";
import type { Store } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { isKnownDevice, rememberDevice } from "./devices.ts";
import type { Vault } from "../vault/seal.ts";
import { createPasswordChecker, hashPassword, weakness } from "./passwords.ts";
import {
  beginEnrolment,
  confirmEnrolment,
  isEnrolled,
  removeSecondFactor,
  takeCode,
} from "./second-factor.ts";
import {
  createSessionFinder,
  isKnownSeat,
  openSession,
  revokeOthers,
  revokeSession,
  strengthenSession,
  type SessionUser,
} from "./sessions.ts";
import { createThrottle } from "./throttle.ts";
import { hashToken } from "./tokens.ts";

export type LoginFailure =
  | { readonly kind: "wrong" }
  /** The password is right; the code from the phone is missing. */
  | { readonly kind: "code-required" }
  /** The one-time password was right, but is too old. */
  | { readonly kind: "expired" }
  /** Too many failures; nothing was checked. */
  | { readonly kind: "wait"; readonly wait: DurationMs };

/** Where somebody asks from. */
export interface Seat {
  /** Address it comes from. */
  readonly source: string;
  /** The browser's own cookie, if it has one; see `devices.ts`. */
  readonly device?: string | undefined;
}

export interface LoginRequest extends Seat {
  readonly username: string;
  readonly password: string;
  /** From the phone or from paper; for accounts that have a second factor. */
  readonly code?: string | undefined;
  /** What the browser calls itself. */
  readonly agent?: string | undefined;
}

export interface Login {
  readonly token: string;
  /** To be kept by the browser beyond the session. */
  readonly device: string;
  readonly user: SessionUser;
}

interface OwnRequest extends Seat {
  readonly token: string;
  readonly user: SessionUser;
  readonly password: string;
}

/** People's way in and what they do to their own account. Every step leaves an audit row. */
export interface Accounts {
  readonly login: (request: LoginRequest) => Promise<Result<Login, LoginFailure>>;
  readonly whoIs: (token: string) => Promise<SessionUser | undefined>;
  readonly logout: (token: string, source: string) => Promise<void>;
  /** Changes the password and ends the user's other sessions. Wrong tries count as failed logins. */
  readonly changePassword: (
    request: OwnRequest & { readonly next: string },
  ) => Promise<Result<void, LoginFailure | { readonly kind: "weak"; readonly why: Bilingual }>>;
  /** A new secret for the phone; asks for the password again: a stolen session must not do. */
  readonly enrol: (
    request: OwnRequest,
  ) => Promise<
    Result<
      { readonly secret: string; readonly uri: string },
      LoginFailure | { readonly kind: "enrolled" }
    >
  >;
  /** The first code proves that the phone has the secret; answers the paper codes, once. */
  readonly confirmEnrolment: (
    request: Omit<OwnRequest, "password"> & { readonly code: string },
  ) => Promise<Result<readonly string[], { readonly kind: "wrong" }>>;
  readonly removeSecondFactor: (
    request: OwnRequest & { readonly code: string },
  ) => Promise<Result<void, LoginFailure>>;
}

export interface AccountsOptions {
  /** Privileged roles sleep until a second factor is shown. */
  readonly requireSecondFactor: boolean;
}

export const openAccounts = async (
  store: Store,
  vault: Vault,
  clock: Clock,
  options: AccountsOptions = { requireSecondFactor: false },
): Promise<Accounts> => {
  const findSession = createSessionFinder(options.requireSecondFactor);
  const nowMs = (): number => clock.now().wallMs;
  const prove = await createProver(store, vault, clock);
  const parts = { store, vault, nowMs, prove };

  return {
    login: async (request) => {
      const proven = await prove(request, "with-code");
      if (!proven.ok) return proven;
      const { username: user, source, agent = "" } = request;
      const at = nowMs();
      const { token, device } = await store.write(async (tx) => {
        const { code } = proven.value;
        const detail = code === undefined ? {} : { code };
        const { area } = proven.value;
        await audit(tx, { atMs: at, actor: user, action: "login", area, source, detail });
        const secondFactor = code !== undefined;
        return {
          token: await openSession(tx, { user, source, agent, secondFactor, nowMs: at }),
          device: await rememberDevice(tx, { token: request.device, user, nowMs: at }),
        };
      });
      const found = await findSession(store.db, token, at);
      return found === undefined ? err({ kind: "wrong" }) : ok({ token, device, user: found });
    },
    whoIs: (token) => findSession(store.db, token, nowMs()),
    logout: async (token, source) => {
      const user = await findSession(store.db, token, nowMs());
      if (user === undefined) return;
      await store.write(async (tx) => {
        await revokeSession(tx, token);
        await noteChanges(tx, [{ kind: "rights", ref: user.name }]);
        await audit(tx, { atMs: nowMs(), actor: user.name, action: "logout", source });
      });
    },
    changePassword: createPasswordChange(parts),
    ...createSecondFactorSteps(parts),
  };
};

/** What was shown beside the password, and whose administrators are to know. */
interface Proven {
  readonly code?: "phone" | "paper";
  readonly area: string;
}

type Prove = (
  request: LoginRequest,
  code: "with-code" | "password-only",
) => Promise<Result<Proven, LoginFailure>>;

/** Checks a password, and the code where there is one, through the throttle. */
const createProver = async (store: Store, vault: Vault, clock: Clock): Promise<Prove> => {
  const checker = await createPasswordChecker();
  const throttle = createThrottle();

  const check = async (
    request: LoginRequest,
    withCode: boolean,
  ): Promise<Result<Proven, LoginFailure>> => {
    const { wallMs: nowMs } = clock.now();
    const user = request.username;
    const row = await store.db
      .selectFrom("users")
      .select(["password_hash", "disabled_at_ms", "password_expires_at_ms", "area"])
      .where("name", "=", user)
      .executeTakeFirst();
    // A disabled account takes as long as any, and answers as if it did not exist.
    const right = await checker.check(row?.password_hash, request.password);
    if (!right || row === undefined || row.disabled_at_ms !== null) return err({ kind: "wrong" });
    if ((row.password_expires_at_ms ?? Number.POSITIVE_INFINITY) < nowMs) {
      return err({ kind: "expired" });
    }
    const { area } = row;
    if (!withCode || !(await isEnrolled(store.db, user))) return ok({ area });
    const { code } = request;
    if (code === undefined) return err({ kind: "code-required" });
    const taken = await store.write((tx) => takeCode(tx, vault, { user, code, nowMs }));
    return taken === undefined ? err({ kind: "wrong" }) : ok({ area, code: taken });
  };

  return async (request, mode) => {
    const { username, source, device: token } = request;
    const now = clock.now();
    const seat = { user: username, source, nowMs: now.wallMs };
    const known = await isKnownSeat(store.db, seat);
    const deviceKnown = token !== undefined && (await isKnownDevice(store.db, { ...seat, token }));
    const attempt = {
      account: username,
      source,
      known,
      ...(deviceKnown && { device: hashToken(token) }),
    };
    const entered = throttle.enter(attempt, now.monoMs);
    if (entered !== "enter") return err({ kind: "wait", wait: entered });
    const checked = await check(request, mode === "with-code");
    const isCodeLeft = checked.ok
      ? mode === "password-only"
      : checked.error.kind === "code-required";
    if (isCodeLeft) throttle.halfWay(attempt);
    else if (checked.ok) throttle.succeeded(attempt);
    if (checked.ok) return checked;
    // A try that was not looked at is counted in the metrics only: it must not fill the disk.
    await store.write((tx) =>
      audit(tx, {
        atMs: now.wallMs,
        actor: username,
        action: checked.error.kind === "code-required" ? "login-code-asked" : "login-failed",
        source,
      }),
    );
    return checked;
  };
};

interface StepParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly nowMs: () => number;
  readonly prove: Prove;
}

const createPasswordChange =
  ({ store, nowMs, prove }: StepParts): Accounts["changePassword"] =>
  async ({ token, user, password, next, source, device }) => {
    const proven = await prove({ username: user.name, password, source, device }, "password-only");
    if (!proven.ok) return proven;
    const why = weakness(next, password, user.name);
    if (why !== undefined) return err({ kind: "weak", why });
    const passwordHash = await hashPassword(next);
    await store.write(async (tx) => {
      await tx
        .updateTable("users")
        .set({
          password_hash: passwordHash,
          must_change_password: 0,
          password_expires_at_ms: null,
        })
        .where("name", "=", user.name)
        .execute();
      await revokeOthers(tx, user.name, token);
      await noteChanges(tx, [{ kind: "rights", ref: user.name }]);
      await audit(tx, { atMs: nowMs(), actor: user.name, action: "password", source });
    });
    return ok(undefined);
  };

const createSecondFactorSteps = ({
  store,
  vault,
  nowMs,
  prove,
}: StepParts): Pick<Accounts, "enrol" | "confirmEnrolment" | "removeSecondFactor"> => ({
  enrol: async ({ user, password, source, device }) => {
    const proven = await prove({ username: user.name, password, source, device }, "password-only");
    if (!proven.ok) return proven;
    const begun = await store.write(async (tx) => {
      const action = "second-factor-begin";
      await audit(tx, { atMs: nowMs(), actor: user.name, action, source });
      return beginEnrolment(tx, vault, user.name);
    });
    return begun === undefined ? err({ kind: "enrolled" }) : ok(begun);
  },
  confirmEnrolment: async ({ user, token, code, source }) => {
    const at = nowMs();
    const codes = await store.write(async (tx) => {
      const answered = await confirmEnrolment(tx, vault, { user: user.name, code, nowMs: at });
      const action = answered === undefined ? "second-factor-wrong" : "second-factor-on";
      await audit(tx, { atMs: at, actor: user.name, action, source });
      if (answered === undefined) return;
      await strengthenSession(tx, token);
      await noteChanges(tx, [{ kind: "rights", ref: user.name }]);
      return answered;
    });
    return codes === undefined ? err({ kind: "wrong" }) : ok(codes);
  },
  removeSecondFactor: async ({ user, password, code, source, device }) => {
    const request = { username: user.name, password, code, source, device };
    const proven = await prove(request, "with-code");
    if (!proven.ok) return proven;
    await store.write(async (tx) => {
      await removeSecondFactor(tx, user.name);
      await noteChanges(tx, [{ kind: "rights", ref: user.name }]);
      const action = "second-factor-off";
      await audit(tx, { atMs: nowMs(), actor: user.name, action, source });
    });
    return ok(undefined);
  },
});
