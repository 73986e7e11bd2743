import type { Role } from "#domain/rights.ts";
import { audit } from "../store/audit.ts";
import type { Store } from "../store/open-store.ts";
import { hashPassword, randomPassword } from "./passwords.ts";

// A street of one person must work: until there are others, the administrator is also on duty.
const firstGrants: readonly Role[] = ["admin", "street_duty", "street_lead"];

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
  const username = "admin";
  const password = adminPassword ?? randomPassword();
  const passwordHash = await hashPassword(password);
  const created = await store.write(async (tx) => {
    const row = await tx
      .insertInto("users")
      .values({
        name: username,
        password_hash: passwordHash,
        must_change_password: Number(adminPassword === undefined),
        created_at_ms: Math.floor(nowMs),
        area: "/",
        disabled_at_ms: null,
        password_expires_at_ms: null,
      })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("name")
      .executeTakeFirst();
    if (row === undefined) return false; // another center process on the same database was first
    await tx
      .insertInto("grants")
      .values(firstGrants.map((role) => ({ user_name: username, role, area: "/" })))
      .execute();
    await audit(tx, {
      atMs: nowMs,
      actor: "center",
      action: "account-create",
      subject: username,
      source: "local",
      detail: { grants: firstGrants.join(" ") },
    });
    return true;
  });
  return created && adminPassword === undefined ? { username, password } : undefined;
};
