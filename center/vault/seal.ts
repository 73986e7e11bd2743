/**
 * Words that lie in the database encrypted: AES-256-GCM under keys that are not in it.
 *
 * `sealed:1:<key>:<base64url of iv, tag, ciphertext>`. The place (table, column, row) is
 * authenticated with it, so that a value moved to another row does not open there.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

export interface Vault {
  /** `place` says where it will lie: `people.phone p-17`. Sealed twice it looks different twice. */
  readonly seal: (text: string, place: string) => string;
  /**
   * The text; one that was never sealed as it is. `undefined`: damaged, moved, or sealed with a key
   * that is not here.
   */
  readonly open: (kept: string, place: string) => string | undefined;
  /** Beginning of everything that was sealed with the newest key. */
  readonly mark: string;
  /** Names the newest key. */
  readonly fingerprint: string;
}

const ivBytes = 12;
const tagBytes = 16;
const form = /^sealed:1:([0-9a-f]{16}):([\w-]+)$/;

/** Names a key without telling anything of it. */
export const fingerprintOf = (key: Uint8Array): string =>
  createHash("sha256")
    .update("canary-personal-data-fingerprint")
    .update(key)
    .digest("hex")
    .slice(0, 16);

/** `keys`: 32 bytes each, the newest first; it seals, all of them open. */
export const createVault = (keys: readonly [Uint8Array, ...Uint8Array[]]): Vault => {
  const secrets = new Map(keys.map((key) => [fingerprintOf(key), cipherKey(key)]));
  const newest = fingerprintOf(keys[0]);
  const mark = `sealed:1:${newest}:`;
  const sealing = cipherKey(keys[0]);
  return {
    mark,
    fingerprint: newest,
    seal: (text, place) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", sealing, iv).setAAD(Buffer.from(place));
      const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return mark + Buffer.concat([iv, cipher.getAuthTag(), bytes]).toString("base64url");
    },
    open: (kept, place) => {
      if (!kept.startsWith("sealed:")) return kept;
      const [, fingerprint = "", text = ""] = form.exec(kept) ?? [];
      const key = secrets.get(fingerprint);
      return key === undefined ? undefined : unseal(key, Buffer.from(text, "base64url"), place);
    },
  };
};

/**
 * What stands in while the key is missing: alarms come first, so the center works on without it.
 * Nothing that is sealed opens, and nothing new is sealed, which no key could ever open.
 */
export const lockedVault: Vault = {
  mark: "",
  fingerprint: "",
  seal: () => {
    throw new Error("the key of personal data is missing: nothing can be sealed");
  },
  open: (kept) => (kept.startsWith("sealed:") ? undefined : kept),
};

const unseal = (key: Uint8Array, bytes: Buffer, place: string): string | undefined => {
  if (bytes.length < ivBytes + tagBytes) return undefined;
  const opening = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes))
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    const text = opening.update(bytes.subarray(ivBytes + tagBytes));
    return Buffer.concat([text, opening.final()]).toString("utf8");
  } catch {
    return undefined; // the tag does not fit: damaged, or not from this place
  }
};

/** The key in the file seals nothing itself: another purpose would get another derived key. */
const cipherKey = (key: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", key, "canary-vault-v1", "personal data", 32));
