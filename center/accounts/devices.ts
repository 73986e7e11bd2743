/**
 * Browsers people have logged in with. A guesser behind the same office address has no such
 * cookie, so that the throttle can tell the duty officer's own browser from him.
 * After OWASP "Slow Down Online Guessing Attacks with Device Cookies".
 */
import type { Reading, Writing } from "../store/open-store.ts";
import { hashToken, newToken } from "./tokens.ts";

/** A browser that was not used for so long is a stranger again. */
export const deviceKnownForMs = 90 * 24 * 3_600_000;

/** Whether this account has logged in with this browser; its hash names the browser. */
export const isKnownDevice = async (
  db: Reading,
  device: { readonly token: string; readonly user: string; readonly nowMs: number },
): Promise<boolean> => {
  const row = await db
    .selectFrom("known_devices")
    .select("user_name")
    .where("token_hash", "=", hashToken(device.token))
    .where("user_name", "=", device.user)
    .where("seen_at_ms", ">", Math.floor(device.nowMs) - deviceKnownForMs)
    .executeTakeFirst();
  return row !== undefined;
};

/** Whether anybody has logged in with this browser: it is no stranger's. */
export const isAnybodysDevice = async (
  db: Reading,
  device: { readonly token: string; readonly nowMs: number },
): Promise<boolean> => (await peopleOf(db, device.token, Math.floor(device.nowMs))).length > 0;

/**
 * After a login: answers the token the browser shall keep. A browser new to this account gets a
 * new one, known to everybody the old one was known to: somebody who planted his own cookie here
 * does not learn it, and a duty room's shared browser stays known to all of its people.
 */
export const rememberDevice = async (
  tx: Writing,
  device: { readonly token: string | undefined; readonly user: string; readonly nowMs: number },
): Promise<string> => {
  const { token, user } = device;
  const nowMs = Math.floor(device.nowMs);
  if (token !== undefined && (await isKnownDevice(tx, { token, user, nowMs }))) {
    await tx
      .updateTable("known_devices")
      .set({ seen_at_ms: nowMs })
      .where("token_hash", "=", hashToken(token))
      .where("user_name", "=", user)
      .execute();
    return token;
  }
  const others = token === undefined ? [] : await peopleOf(tx, token, nowMs);
  const fresh = newToken();
  await tx
    .insertInto("known_devices")
    .values([
      { token_hash: hashToken(fresh), user_name: user, seen_at_ms: nowMs },
      ...others
        .filter((row) => row.user_name !== user)
        .map((row) => ({
          token_hash: hashToken(fresh),
          user_name: row.user_name,
          seen_at_ms: row.seen_at_ms,
        })),
    ])
    .execute();
  return fresh;
};

/** People of a shared browser; no more than a duty room has. */
const peopleMax = 30;

const peopleOf = (db: Reading, token: string, nowMs: number) =>
  db
    .selectFrom("known_devices")
    .select(["user_name", "seen_at_ms"])
    .where("token_hash", "=", hashToken(token))
    .where("seen_at_ms", ">", nowMs - deviceKnownForMs)
    .orderBy("seen_at_ms", "desc")
    .limit(peopleMax)
    .execute();

/** After an administrator has reset an account: whoever had it is a stranger. */
export const forgetDevicesOf = async (tx: Writing, user: string): Promise<void> => {
  await tx.deleteFrom("known_devices").where("user_name", "=", user).execute();
};

export const forgetOldDevices = async (tx: Writing, nowMs: number): Promise<void> => {
  await tx
    .deleteFrom("known_devices")
    .where("seen_at_ms", "<", Math.floor(nowMs) - deviceKnownForMs)
    .execute();
};
