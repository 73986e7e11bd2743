/** Time-based codes from a phone (RFC 6238, 30 s, six digits, SHA-1 as every app knows), and paper codes. */
import { randomBytes } from "node:crypto";
import { generateSecret, generateURI, verifySync } from "otplib";
import type { Reading, Writing } from "../store/open-store.ts";
import { placeOf } from "../vault/places.ts";
import type { Vault } from "../vault/seal.ts";
import { hashToken } from "./tokens.ts";

const stepSeconds = 30;
/** A phone's clock may be one step off. Source: RFC 6238 §5.2. */
const toleranceSeconds = stepSeconds;
const recoveryCodes = 10;

export const isEnrolled = async (db: Reading, user: string): Promise<boolean> =>
  (await db
    .selectFrom("second_factors")
    .select("user_name")
    .where("user_name", "=", user)
    .where("confirmed", "=", 1)
    .executeTakeFirst()) !== undefined;

/** A new secret, good only once a code from it was shown; `undefined`: there is a confirmed one. */
export const beginEnrolment = async (
  tx: Writing,
  vault: Vault,
  user: string,
): Promise<{ readonly secret: string; readonly uri: string } | undefined> => {
  if (await isEnrolled(tx, user)) return;
  const secret = generateSecret();
  const sealed = vault.seal(secret, placeOf.totp(user));
  await tx.deleteFrom("second_factors").where("user_name", "=", user).execute();
  await tx
    .insertInto("second_factors")
    .values({ user_name: user, secret: sealed, confirmed: 0, last_step: 0 })
    .execute();
  return { secret, uri: generateURI({ issuer: "Canary 金丝雀", label: user, secret }) };
};

/** Answers the recovery codes, shown this once; `undefined`: the code is wrong. */
export const confirmEnrolment = async (
  tx: Writing,
  vault: Vault,
  proof: { readonly user: string; readonly code: string; readonly nowMs: number },
): Promise<readonly string[] | undefined> => {
  const { user } = proof;
  if ((await isEnrolled(tx, user)) || !(await takeTimedCode(tx, vault, proof, 0))) return;
  await tx
    .updateTable("second_factors")
    .set({ confirmed: 1 })
    .where("user_name", "=", user)
    .execute();
  const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
  await tx.deleteFrom("recovery_codes").where("user_name", "=", user).execute();
  await tx
    .insertInto("recovery_codes")
    .values(codes.map((code) => ({ user_name: user, code_hash: hashCode(code), used_at_ms: null })))
    .execute();
  return codes;
};

/** Uses up a code from the phone or from paper; no code is good twice. */
export const takeCode = async (
  tx: Writing,
  vault: Vault,
  proof: { readonly user: string; readonly code: string; readonly nowMs: number },
): Promise<"phone" | "paper" | undefined> => {
  if (/^\d{6}$/.test(proof.code)) {
    return (await takeTimedCode(tx, vault, proof, 1)) ? "phone" : undefined;
  }
  const used = await tx
    .updateTable("recovery_codes")
    .set({ used_at_ms: Math.floor(proof.nowMs) })
    .where("user_name", "=", proof.user)
    .where("code_hash", "=", hashCode(proof.code))
    .where("used_at_ms", "is", null)
    .returning("user_name")
    .executeTakeFirst();
  return used === undefined ? undefined : "paper";
};

/** Sessions that have shown it have then shown nothing. */
export const removeSecondFactor = async (tx: Writing, user: string): Promise<void> => {
  await tx.deleteFrom("second_factors").where("user_name", "=", user).execute();
  await tx.deleteFrom("recovery_codes").where("user_name", "=", user).execute();
  await tx
    .updateTable("sessions")
    .set({ second_factor: 0 })
    .where("user_name", "=", user)
    .execute();
};

const takeTimedCode = async (
  tx: Writing,
  vault: Vault,
  proof: { readonly user: string; readonly code: string; readonly nowMs: number },
  confirmed: 0 | 1,
): Promise<boolean> => {
  const row = await tx
    .selectFrom("second_factors")
    .select(["secret", "last_step"])
    .where("user_name", "=", proof.user)
    .where("confirmed", "=", confirmed)
    .executeTakeFirst();
  const secret = row && vault.open(row.secret, placeOf.totp(proof.user));
  // A damaged secret is no way in: paper codes and an administrator's reset are.
  if (row === undefined || secret === undefined || !/^\d{6}$/.test(proof.code)) return false;
  const checked = verifySync({
    secret,
    token: proof.code,
    epoch: Math.floor(proof.nowMs / 1_000),
    epochTolerance: toleranceSeconds,
  });
  if (!checked.valid || !("timeStep" in checked)) return false;
  // The code of an older step may not follow that of a newer one either.
  const taken = await tx
    .updateTable("second_factors")
    .set({ last_step: checked.timeStep })
    .where("user_name", "=", proof.user)
    .where("last_step", "<", checked.timeStep)
    .returning("user_name")
    .executeTakeFirst();
  return taken !== undefined;
};

/** 80 bits as four groups of four, without letters that look like numbers. */
const newRecoveryCode = (): string =>
  [...randomBytes(16)]
    .map((byte) => recoveryLetters[byte % 32])
    .join("")
    .replace(/(.{4})(?=.)/g, "$1-");

const recoveryLetters = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";

/** As people type it: spaces, dashes, small letters and look-alikes do not matter. */
const hashCode = (code: string): string =>
  hashToken(
    code
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, "")
      .replaceAll("O", "0")
      .replaceAll(/[IL]/g, "1"),
  );
