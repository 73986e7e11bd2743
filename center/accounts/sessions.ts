import { createHash, randomBytes } from "node:crypto";
import { roles, type Actor, type Grant } from "#domain/rights.ts";
import type { Reading } from "../store/open-store.ts";

/** A session ends a day after its page was last alive, and after a week in any case. */
const idleMaxMs = 24 * 3_600_000;
const ageMaxMs = 7 * 24 * 3_600_000;
/** How exactly "last alive" is kept: one write a minute is enough for a limit of a day. */
const seenEveryMs = 60_000;
/** How long a seat counts as known after the last login there. */
const knownForMs = 30 * 24 * 3_600_000;

/** Who is behind a cookie. */
export interface SessionUser extends Actor {
  readonly mustChangePassword: boolean;
}

/** Opens a session and answers its token, which is stored nowhere but in the cookie. */
export const openSession = async (
  db: Reading,
  session: { readonly user: string; readonly source: string; readonly nowMs: number },
): Promise<string> => {
  const token = randomBytes(32).toString("base64url");
  await db
    .insertInto("sessions")
    .values({
      token_hash: hashToken(token),
      user_name: session.user,
      source: session.source,
      created_at_ms: Math.floor(session.nowMs),
      seen_at_ms: Math.floor(session.nowMs),
      revoked: 0,
    })
    .execute();
  return token;
};

export const findSession = async (
  db: Reading,
  token: string,
  nowMs: number,
): Promise<SessionUser | undefined> => {
  const row = await db
    .selectFrom("sessions")
    .innerJoin("users", "users.name", "sessions.user_name")
    .select(["users.name", "users.must_change_password", "sessions.seen_at_ms"])
    .where("sessions.token_hash", "=", hashToken(token))
    .where("sessions.revoked", "=", 0)
    .where("sessions.seen_at_ms", ">", Math.floor(nowMs) - idleMaxMs)
    .where("sessions.created_at_ms", ">", Math.floor(nowMs) - ageMaxMs)
    .executeTakeFirst();
  if (row === undefined) return;
  if (nowMs - row.seen_at_ms > seenEveryMs) {
    await db
      .updateTable("sessions")
      .set({ seen_at_ms: Math.floor(nowMs) })
      .where("token_hash", "=", hashToken(token))
      .execute();
  }
  const { name, must_change_password: mustChange } = row;
  return { name, grants: await grantsOf(db, name), mustChangePassword: mustChange === 1 };
};

const grantsOf = async (db: Reading, user: string): Promise<readonly Grant[]> => {
  const rows = await db
    .selectFrom("grants")
    .select(["role", "area"])
    .where("user_name", "=", user)
    .execute();
  return rows.flatMap(({ role: name, area }) => {
    const role = roles.find((known) => known === name);
    return role === undefined ? [] : [{ role, area }];
  });
};

export const revokeSession = async (db: Reading, token: string): Promise<void> => {
  await db
    .updateTable("sessions")
    .set({ revoked: 1 })
    .where("token_hash", "=", hashToken(token))
    .execute();
};

/** Ends all of a user's sessions but the one behind `token`. */
export const revokeOthers = async (db: Reading, user: string, token: string): Promise<void> => {
  await db
    .updateTable("sessions")
    .set({ revoked: 1 })
    .where("user_name", "=", user)
    .where("token_hash", "!=", hashToken(token))
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

const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
