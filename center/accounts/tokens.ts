import { createHash, randomBytes } from "node:crypto";

/** 256 random bits for a cookie; 43 characters. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** How a token is kept: its hash lets nobody in. Enough for random bits; passwords need more. */
export const hashToken = (token: string): string =>
  createHash("sha256").update(token).digest("hex");
