/** Ed25519 signatures over short texts, with keys as one line for a site file. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";

const scheme = "ed25519:";

/** A new private key as PKCS#8 PEM. */
export const createSigningKey = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** `ed25519:<43 characters>`: what others check signatures of this private key (PEM) by. */
export const publicKeyOf = (privatePem: string): string => {
  const { x } = createPublicKey(createPrivateKey(privatePem)).export({ format: "jwk" });
  if (x === undefined) throw new Error("the key is not an Ed25519 key");
  return `${scheme}${x}`;
};

/** The signature, base64url. */
export const signText = (privatePem: string, text: string): string =>
  sign(null, Buffer.from(text, "utf8"), privatePem).toString("base64url");

/** Whether the signature is this key's over this text; false for whatever is none. */
export const isSignedBy = (publicKey: string, text: string, signature: string): boolean => {
  const key = readPublicKey(publicKey);
  if (key === undefined) return false;
  return verify(null, Buffer.from(text, "utf8"), key, Buffer.from(signature, "base64url"));
};

const readPublicKey = (line: string): KeyObject | undefined => {
  if (!line.startsWith(scheme)) return undefined;
  const x = line.slice(scheme.length);
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  } catch {
    return undefined; // not 32 bytes: no signature is right by it
  }
};
