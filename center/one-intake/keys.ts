/**
 * Keys of other systems and signatures of residents' links.
 *
 * No key is stored: each is derived (HKDF-SHA256) from one secret of 32 random bytes in the file
 * `intake.key` beside the center's data, from the source's name and the number of its key. A copy of
 * the database alone therefore signs nothing, and a new key is a higher number.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../store/open-store.ts";

export interface IntakeKeys {
  /**
   * The key's text, 43 characters, as it is handed over once. The bytes of this text are the HMAC
   * key, so that `openssl dgst -hmac` takes it as it is.
   */
  readonly keyOf: (source: string, number: number) => string;
  /** 128 bits over what a resident's link says. */
  readonly signLink: (text: string) => string;
  /** Whether this center's secret is the one that the street's keys were made from. */
  readonly agrees: () => Promise<boolean>;
}

/** Opens the secret in the folder, or makes one. Several centers of one street share the file. */
export const openIntakeKeys = async (store: Store, folder: string): Promise<IntakeKeys> => {
  const secret = await readSecret(folder);
  const derive = (purpose: string): string =>
    Buffer.from(hkdfSync("sha256", secret, "canary-intake-v1", purpose, 32)).toString("base64url");
  const fingerprint = createHash("sha256").update(derive("fingerprint")).digest("hex");
  await store.db
    .insertInto("intake_secret")
    .values({ only: "only", fingerprint })
    .onConflict((conflict) => conflict.column("only").doNothing())
    .execute();
  return {
    keyOf: (source, number) => derive(`source ${source} ${number}`),
    signLink: (text) =>
      createHmac("sha256", derive("links"))
        .update(text)
        .digest()
        .subarray(0, 16)
        .toString("base64url"),
    agrees: async () => {
      const row = await store.db.selectFrom("intake_secret").selectAll().executeTakeFirst();
      return row?.fingerprint === fingerprint;
    },
  };
};

/** HMAC-SHA256 in hex over `v1.<timestamp>.<nonce>.<body>`. */
export const signatureOf = (
  key: string,
  signed: { readonly timestamp: string; readonly nonce: string; readonly body: Uint8Array },
): string =>
  createHmac("sha256", key)
    .update(`v1.${signed.timestamp}.${signed.nonce}.`)
    .update(signed.body)
    .digest("hex");

/** Compares without telling by its time how much was right. */
export const isSame = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
};

const readSecret = async (folder: string): Promise<Uint8Array> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "intake.key");
  try {
    // Only the first center writes it; `wx` fails for every other.
    const file = await open(path, "wx", 0o600);
    await file.writeFile(randomBytes(32));
    await file.sync();
    await file.close();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const secret = await readFile(path);
  if (secret.length !== 32) throw new Error(`${path} is damaged: restore it from the backup`);
  return secret;
};
