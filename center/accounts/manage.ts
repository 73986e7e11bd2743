/** What administrators do to accounts: each within the areas over which they are one. */
import { err, ok, type Result } from "#domain/result.ts";
import { isWithin, type Grant, type Role } from "#domain/rights.ts";
import { isInScope } from "../rights/scoped.ts";
import { audit } from "../store/audit.ts";
import type { Store, Writing } from "../store/open-store.ts";
import { noteChanges } from "../store/stream-log.ts";
import { accountNamed, type AccountView } from "./list-accounts.ts";
import type { ManageFailure } from "./manage-failures.ts";
import { forgetDevicesOf } from "./devices.ts";
import { hashPassword, randomPassword } from "./passwords.ts";
import { removeSecondFactor } from "./second-factor.ts";
import { revokeById, revokeOthers } from "./sessions.ts";

/** A password given out by another person is theirs too: it ends by itself. */
const oneTimeValidMs = 7 * 24 * 3_600_000;

/** Names under which the center writes what it or a resident did: whoever had one could hide behind it. */
const ownNames: ReadonlySet<string> = new Set(["system", "resident", "staff"]);

/** Who does it, from where, and over which areas they are an administrator. */
export interface Manager {
  readonly name: string;
  readonly areas: readonly string[];
  readonly source: string;
  readonly nowMs: number;
}

type Managed<Value> = Promise<Result<Value, ManageFailure>>;

/** With the password that is shown this once. */
export interface OneTime {
  readonly account: AccountView;
  readonly oneTimePassword: string;
}

export const createAccount = async (
  store: Store,
  manager: Manager,
  wish: { readonly name: string; readonly area: string; readonly grants: readonly Grant[] },
): Managed<OneTime> => {
  if (ownNames.has(wish.name)) return err({ kind: "name-taken" });
  const password = randomPassword();
  const passwordHash = await hashPassword(password);
  return store.write(async (tx) => {
    for (const area of [wish.area, ...wish.grants.map((grant) => grant.area)]) {
      const why = await areaFault(tx, manager, area);
      if (why !== undefined) return err(why);
    }
    const created = await tx
      .insertInto("users")
      .values({
        name: wish.name,
        password_hash: passwordHash,
        must_change_password: 1,
        created_at_ms: Math.floor(manager.nowMs),
        area: wish.area,
        disabled_at_ms: null,
        password_expires_at_ms: Math.floor(manager.nowMs) + oneTimeValidMs,
      })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("name")
      .executeTakeFirst();
    if (created === undefined) return err({ kind: "name-taken" });
    await note(tx, manager, { action: "account-create", subject: wish.name, area: wish.area });
    for (const grant of wish.grants) await addGrant(tx, manager, wish.name, grant);
    return ok({ account: await shown(tx, wish.name), oneTimePassword: password });
  });
};

/** A new one-time password; ends the account's sessions and wakes a disabled account. */
export const resetPassword = async (
  store: Store,
  manager: Manager,
  wish: { readonly name: string; readonly alsoSecondFactor: boolean },
): Managed<OneTime> => {
  const password = randomPassword();
  const passwordHash = await hashPassword(password);
  return managing(store, manager, wish.name, async (tx, account) => {
    await tx
      .updateTable("users")
      .set({
        password_hash: passwordHash,
        must_change_password: 1,
        password_expires_at_ms: Math.floor(manager.nowMs) + oneTimeValidMs,
        disabled_at_ms: null,
      })
      .where("name", "=", wish.name)
      .execute();
    await revokeOthers(tx, wish.name);
    await forgetDevicesOf(tx, wish.name);
    if (wish.alsoSecondFactor) await removeSecondFactor(tx, wish.name);
    await note(tx, manager, {
      action: wish.alsoSecondFactor ? "account-reset-second-factor" : "account-reset",
      subject: wish.name,
      area: account.area,
    });
    return ok({ account: await shown(tx, wish.name), oneTimePassword: password });
  });
};

/** Nobody gets in with it any more, its sessions end; what it did keeps its name. */
export const disableAccount = (
  store: Store,
  manager: Manager,
  wish: { readonly name: string; readonly reason: string },
): Managed<AccountView> =>
  managing(store, manager, wish.name, async (tx, account) => {
    if (wish.name === manager.name) return err({ kind: "four-eyes" });
    await tx
      .updateTable("users")
      .set({ disabled_at_ms: Math.floor(manager.nowMs) })
      .where("name", "=", wish.name)
      .execute();
    await revokeOthers(tx, wish.name);
    await note(tx, manager, {
      action: "account-disable",
      subject: wish.name,
      area: account.area,
      detail: { reason: wish.reason },
    });
    return keepingAnAdmin(tx, ok(await shown(tx, wish.name)));
  });

export const giveGrant = (
  store: Store,
  manager: Manager,
  wish: { readonly name: string; readonly grant: Grant },
): Managed<AccountView> =>
  managing(store, manager, wish.name, async (tx) => {
    const why = await areaFault(tx, manager, wish.grant.area);
    if (why !== undefined) return err(why);
    // A street of one administrator must work; where there are two, one asks the other.
    const alone = !(await hasOtherAdmin(tx, manager.name, wish.grant.area));
    if (wish.name === manager.name && !alone) return err({ kind: "four-eyes" });
    await addGrant(tx, manager, wish.name, wish.grant);
    return ok(await shown(tx, wish.name));
  });

export const withdrawGrant = (
  store: Store,
  manager: Manager,
  wish: { readonly name: string; readonly grant: Grant },
): Managed<AccountView> =>
  managing(store, manager, wish.name, async (tx) => {
    const { role, area } = wish.grant;
    await tx
      .deleteFrom("grants")
      .where("user_name", "=", wish.name)
      .where("role", "=", role)
      .where("area", "=", area)
      .execute();
    const detail = { role, area };
    await note(tx, manager, { action: "grant-withdraw", subject: wish.name, area, detail });
    return keepingAnAdmin(tx, ok(await shown(tx, wish.name)));
  });

/** Ends one session of an account, or `all` of them. */
export const endSessions = (
  store: Store,
  manager: Manager,
  wish: { readonly name: string; readonly id: string },
): Managed<void> =>
  managing(store, manager, wish.name, async (tx, account) => {
    const { name, id } = wish;
    if (id === "all") await revokeOthers(tx, name);
    else if (!(await revokeById(tx, { user: name, id, nowMs: manager.nowMs }))) {
      return err({ kind: "unknown" });
    }
    const detail = { session: id };
    await note(tx, manager, { action: "session-end", subject: name, area: account.area, detail });
    return ok(undefined);
  });

/**
 * Runs `work` on an account within the manager's areas: one whose rights reach beyond them is not
 * his to touch, or a street's administrator could take over the district's.
 */
const managing = async <Value>(
  store: Store,
  manager: Manager,
  name: string,
  work: (tx: Writing, account: AccountView) => Managed<Value>,
): Managed<Value> => {
  let outcome: Result<Value, ManageFailure> | undefined;
  try {
    await store.write(async (tx) => {
      const account = await accountNamed(tx, name, manager.areas);
      if (account === undefined) outcome = err({ kind: "unknown" });
      else if (!account.grants.every(({ area }) => isInScope(area, manager.areas))) {
        outcome = err({ kind: "beyond" });
      } else outcome = await work(tx, account);
      if (!outcome.ok) throw new Refused();
    });
  } catch (error) {
    // Thrown so that nothing of a refused step is kept.
    if (!(error instanceof Refused)) throw error;
  }
  if (outcome === undefined) throw new Error("an account was managed without an outcome");
  return outcome;
};

class Refused extends Error {
  override readonly name = "Refused";
}

const shown = async (tx: Writing, name: string): Promise<AccountView> => {
  const account = await accountNamed(tx, name, ["/"]);
  if (account === undefined) throw new Error(`account ${name} vanished while it was changed`);
  return account;
};

const addGrant = async (
  tx: Writing,
  manager: Manager,
  name: string,
  { role, area }: Grant,
): Promise<void> => {
  await tx
    .insertInto("grants")
    .values({ user_name: name, role, area })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const action = name === manager.name ? "grant-to-self" : "grant";
  await note(tx, manager, { action, subject: name, area, detail: { role, area } });
};

/** Writes down what was done, and tells the account's open pages. */
const note = async (
  tx: Writing,
  manager: Manager,
  deed: {
    readonly action: string;
    readonly subject: string;
    readonly area: string;
    readonly detail?: Readonly<Record<string, string>>;
  },
): Promise<void> => {
  const { name: actor, source, nowMs: atMs } = manager;
  await audit(tx, { ...deed, actor, source, atMs });
  await noteChanges(tx, [{ kind: "rights", ref: deed.subject }]);
};

const areaFault = async (
  tx: Writing,
  manager: Manager,
  area: string,
): Promise<ManageFailure | undefined> => {
  if (!isInScope(area, manager.areas)) return { kind: "beyond" };
  if (area === "/") return;
  const known = await tx
    .selectFrom("areas")
    .select("id")
    .where("path", "=", area)
    .executeTakeFirst();
  return known === undefined ? { kind: "no-such-area" } : undefined;
};

/** Enabled accounts with this role, and where. */
const holdersOf = (tx: Writing, role: Role) =>
  tx
    .selectFrom("grants")
    .innerJoin("users", "users.name", "grants.user_name")
    .select(["grants.user_name", "grants.area"])
    .where("grants.role", "=", role)
    .where("users.disabled_at_ms", "is", null)
    .execute();

const hasOtherAdmin = async (tx: Writing, name: string, area: string): Promise<boolean> =>
  (await holdersOf(tx, "admin")).some((row) => row.user_name !== name && isWithin(area, row.area));

const keepingAnAdmin = async <Value>(
  tx: Writing,
  done: Result<Value, ManageFailure>,
): Managed<Value> => {
  const left = (await holdersOf(tx, "admin")).some(({ area }) => area === "/");
  return left ? done : err({ kind: "last-admin" });
};
