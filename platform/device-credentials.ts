/** Tokens of devices and gateways: made here, shown once, stored only as a salted hash. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

const tokenBytes = 32;
const saltBytes = 16;
const scheme = "sha256";

/** A new random token, 256 bits as base64url (43 characters): fits every device's password field. */
export const createToken = (): string => randomBytes(tokenBytes).toString("base64url");

/**
 * `sha256:<salt>:<hash>`, both base64url.
 *
 * A plain fast hash on purpose: argon2 makes guessing short human passwords expensive, but nobody
 * guesses 256 random bits, and 5,000 detectors that come back after a power cut would keep a small
 * gateway busy for minutes (argon2id at 50 ms each: 250 s; SHA-256: 10 ms for all).
 */
export const hashToken = (token: string): string => {
  const salt = randomBytes(saltBytes);
  const parts = [scheme, salt.toString("base64url"), digest(salt, token).toString("base64url")];
  return parts.join(":");
};

/** Is this the token that was hashed? Takes the same time wherever the difference lies. */
export const verifyToken = (token: string | Uint8Array | undefined, stored: string): boolean => {
  const [usedScheme, salt, hash, ...more] = stored.split(":");
  if (usedScheme !== scheme || salt === undefined || hash === undefined || more.length > 0)
    return false;
  const expected = Buffer.from(hash, "base64url");
  const given = digest(Buffer.from(salt, "base64url"), token ?? "");
  return (
    expected.length === given.length && timingSafeEqual(expected, given) && token !== undefined
  );
};

const digest = (salt: Uint8Array, token: string | Uint8Array): Buffer =>
  createHash("sha256").update(salt).update(token).digest();

/** What the rule about anonymous clients looks at. */
export interface Meeting {
  /** Where the listener listens, as configured. */
  readonly listenerHost: string;
  /** Where the client comes from. */
  readonly remoteAddress: string;
}

/**
 * May somebody without credentials be let in at all? Only on a machine that talks to itself: the
 * listener is on loopback and so is the client. The example site needs it; a real site never does.
 */
export const mayBeAnonymous = ({ listenerHost, remoteAddress }: Meeting): boolean =>
  isLoopback(listenerHost) && isLoopback(remoteAddress);

const isLoopback = (host: string): boolean => {
  const plain = host.replace(/^::ffff:/u, "");
  return (
    plain === "localhost" || plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."))
  );
};
