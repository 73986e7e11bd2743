import { sql } from "kysely";
import { roles, type Actor, type Grant, type Role } from "#domain/rights.ts";
import { privilegedRoles } from "../rights/permissions.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { hashToken, newToken } from "./tokens.ts";

/** A session ends a day after its page was last alive, and after a week in any case. */
const idleMaxMs = 24 * 3_600_000;
const ageMaxMs = 7 * 24 * 3_600_000;
/** How exactly "last alive" is kept: one write a minute is enough for a limit of a day. */
const seenEveryMs = 60_000;
/** How long a seat counts as known after the last login there. */
const knownForMs = 30 * 24 * 3_600_000;
/** A session is named in lists by the beginning of its token's hash. */
const idLength = 24;

/** Who is behind a cookie. */
export interface SessionUser extends Actor {
  readonly mustChangePassword: boolean;
  /** Whether a code from a phone belongs to this account's login. */
  readonly secondFactor: boolean;
  /** Roles that sleep until more than the password is shown; see `createSessionFinder`. */
  readonly asleep: readonly Role[];
}

export interface NewSession {
  readonly user: string;
  readonly source: string;
  readonly agent: string;
  readonly secondFactor: boolean;
  readonly nowMs: number;
}

/** Opens a session and answers its token, which is stored nowhere but in the cookie. */
export const openSession = async (tx: Reading, session: NewSession): Promise<string> => {
  const token = newToken();
  await tx
    .insertInto("sessions")
    .values({
      token_hash: hashToken(token),
      user_name: session.user,
      source: session.source,
      created_at_ms: Math.floor(session.nowMs),
      seen_at_ms: Math.floor(session.nowMs),
      revoked: 0,
      second_factor: Number(session.secondFactor),
      agent: session.agent.slice(0, 200),
    })
    .execute();
  return token;
};

export type SessionFinder = (
  db: Reading,
  token: string,
  nowMs: number,
) => Promise<SessionUser | undefined>;

/**
 * Finds who is behind a token. Where a second factor is required, the grants of privileged roles
 * sleep in a session that was opened with a password alone: signing for an alarm with another role
 * is never held up by a forgotten phone.
 */
export const createSessionFinder =
  (requireSecondFactor: boolean): SessionFinder =>
  async (db, token, nowMs) => {
    const row = await selectLiving(db, nowMs)
      .innerJoin("users", "users.name", "sessions.user_name")
      .leftJoin("second_factors", (join) =>
        join
          .onRef("second_factors.user_name", "=", "users.name")
          .on("second_factors.confirmed", "=", 1),
      )
      .select([
        "users.name",
        "users.must_change_password",
        "sessions.seen_at_ms",
        "sessions.second_factor",
        "second_factors.user_name as enrolled",
      ])
      .where("sessions.token_hash", "=", hashToken(token))
      .where("users.disabled_at_ms", "is", null)
      .executeTakeFirst();
    if (row === undefined) return;
    if (nowMs - row.seen_at_ms > seenEveryMs) await touch(db, token, nowMs);
    const all = await grantsOf(db, row.name);
    const full = !requireSecondFactor || row.second_factor === 1;
    const awake = full ? all : all.filter(({ role }) => !privilegedRoles.has(role));
    return {
      name: row.name,
      grants: awake,
      asleep: [...new Set(all.map(({ role }) => role))].filter(
        (role) => !full && privilegedRoles.has(role),
      ),
      mustChangePassword: row.must_change_password === 1,
      secondFactor: row.enrolled !== null,
    };
  };

const touch = async (db: Reading, token: string, nowMs: number): Promise<void> => {
  await db
    .updateTable("sessions")
    .set({ seen_at_ms: Math.floor(nowMs) })
    .where("token_hash", "=", hashToken(token))
    .execute();
};

const selectLiving = (db: Reading, nowMs: number) =>
  db
    .selectFrom("sessions")
    .where("sessions.revoked", "=", 0)
    .where("sessions.seen_at_ms", ">", Math.floor(nowMs) - idleMaxMs)
    .where("sessions.created_at_ms", ">", Math.floor(nowMs) - ageMaxMs);

/** All roles an account was given, awake or not. */
export const grantsOf = async (db: Reading, user: string): Promise<readonly Grant[]> => {
  const rows = await db
    .selectFrom("grants")
    .select(["role", "area"])
    .where("user_name", "=", user)
    .orderBy("area")
    .orderBy("role")
    .execute();
  return rows.flatMap(({ role: name, area }) => {
    const role = roles.find((known) => known === name);
    return role === undefined ? [] : [{ role, area }];
  });
};

/** A living session, as its owner and administrators see it. */
export interface SessionView {
  readonly id: string;
  readonly source: string;
  readonly agent: string;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  readonly secondFactor: boolean;
  /** It is the one that asks. */
  readonly own: boolean;
}

export const listSessions = async (
  db: Reading,
  of: { readonly user: string; readonly nowMs: number; readonly ownToken?: string },
): Promise<readonly SessionView[]> => {
  const rows = await selectLiving(db, of.nowMs)
    .selectAll()
    .where("sessions.user_name", "=", of.user)
    .orderBy("sessions.seen_at_ms", "desc")
    .orderBy("sessions.token_hash")
    .execute();
  const own = of.ownToken === undefined ? "" : hashToken(of.ownToken);
  return rows.map((row) => ({
    id: row.token_hash.slice(0, idLength),
    source: row.source,
    agent: row.agent,
    createdAtMs: row.created_at_ms,
    seenAtMs: row.seen_at_ms,
    secondFactor: row.second_factor === 1,
    own: row.token_hash === own,
  }));
};

/** Ends one session by its name in the list; false: the account has no such living one. */
export const revokeById = async (
  tx: Writing,
  session: { readonly user: string; readonly id: string; readonly nowMs: number },
): Promise<boolean> => {
  const found = (await listSessions(tx, session)).some(({ id }) => id === session.id);
  if (!found) return false;
  await tx
    .updateTable("sessions")
    .set({ revoked: 1 })
    .where("user_name", "=", session.user)
    .where(sql`substr(token_hash, 1, ${sql.lit(idLength)})`, "=", session.id)
    .execute();
  return true;
};

export const revokeSession = async (db: Reading, token: string): Promise<void> => {
  await db
    .updateTable("sessions")
    .set({ revoked: 1 })
    .where("token_hash", "=", hashToken(token))
    .execute();
};

/** Ends all of a user's sessions but the one behind `token`, when there is one to keep. */
export const revokeOthers = async (db: Reading, user: string, token?: string): Promise<void> => {
  await db
    .updateTable("sessions")
    .set({ revoked: 1 })
    .where("user_name", "=", user)
    .where("token_hash", "!=", token === undefined ? "" : hashToken(token))
    .execute();
};

/** The session has now shown a second factor as well. */
export const strengthenSession = async (tx: Writing, token: string): Promise<void> => {
  await tx
    .updateTable("sessions")
    .set({ second_factor: 1 })
    .where("token_hash", "=", hashToken(token))
    .execute();
};

/** Whether the user has logged in from this source within the last 30 days. */
export const isKnownSeat = async (
  db: Reading,
  seat: { readonly user: string; readonly source: string; readonly nowMs: number },
): Promise<boolean> => {
  const row = await db
    .selectFrom("sessions")
    .select("token_hash")
    .where("user_name", "=", seat.user)
    .where("source", "=", seat.source)
    .where("created_at_ms", ">", Math.floor(seat.nowMs) - knownForMs)
    .executeTakeFirst();
  return row !== undefined;
};

export const forgetOldSessions = async (db: Reading, nowMs: number): Promise<void> => {
  await db
    .deleteFrom("sessions")
    .where("created_at_ms", "<", Math.floor(nowMs) - knownForMs)
    .execute();
};
