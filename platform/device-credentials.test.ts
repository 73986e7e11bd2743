import { expect, test } from "vitest";
import { createToken, hashToken, mayBeAnonymous, verifyToken } from "./device-credentials.ts";

test("a token opens its own hash, as text and as the bytes MQTT brings", () => {
  const token = createToken();
  const stored = hashToken(token);

  expect(verifyToken(token, stored)).toBe(true);
  expect(verifyToken(Buffer.from(token), stored)).toBe(true);
});

test("another token, a longer one, none and an empty one do not", () => {
  const token = createToken();
  const stored = hashToken(token);

  for (const wrong of [createToken(), `${token}x`, token.slice(1), "", undefined])
    expect(verifyToken(wrong, stored)).toBe(false);
});

test("a hash says nothing about the token, and two of one token differ", () => {
  const token = createToken();

  expect(hashToken(token)).not.toContain(token);
  expect(hashToken(token)).not.toBe(hashToken(token));
  expect(hashToken(token)).toMatch(/^sha256:[\w-]{22}:[\w-]{43}$/u);
});

test("a damaged or foreign hash opens to nobody", () => {
  const token = createToken();
  const [scheme, salt, hash] = hashToken(token).split(":");

  for (const stored of [
    "",
    token,
    `${scheme}:${salt}`,
    `md5:${salt}:${hash}`,
    `${scheme}:${salt}:`,
  ])
    expect(verifyToken(token, stored)).toBe(false);
  expect(verifyToken("", "sha256::")).toBe(false);
  expect(verifyToken(undefined, hashToken(""))).toBe(false);
});

test("tokens are 256 bits, each one new", () => {
  const tokens = Array.from({ length: 100 }, createToken);

  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) expect(Buffer.from(token, "base64url")).toHaveLength(32);
});

test("anonymous clients come in only where listener and client are both on loopback", () => {
  const meetings = [
    ["127.0.0.1", "127.0.0.1"],
    ["localhost", "::1"],
    ["::1", "::ffff:127.0.0.1"],
    ["0.0.0.0", "127.0.0.1"],
    ["127.0.0.1", "192.168.1.20"],
    ["192.168.1.2", "192.168.1.2"],
    ["127.evil.example", "127.0.0.1"],
  ] as const;

  const allowed = meetings.map(([listenerHost, remoteAddress]) =>
    mayBeAnonymous({ listenerHost, remoteAddress }),
  );

  expect(allowed).toEqual([true, true, true, false, false, false, false]);
});
