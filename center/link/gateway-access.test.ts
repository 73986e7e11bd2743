import { expect, test } from "vitest";
import { createToken, hashToken } from "#platform/device-credentials.ts";
import { createGatewayAccess } from "./gateway-access.ts";

const token = createToken();
const authenticate = createGatewayAccess({
  gateways: [{ id: "gw-1", tokenHash: hashToken(token) }, { id: "gw-2" }],
  anonymousGateways: true,
});
const client = (username?: string, remoteAddress = "127.0.0.1") => ({
  clientId: "any",
  remoteAddress,
  ...(username !== undefined && { username }),
});
const bytes = (text: string) => new TextEncoder().encode(text);

test("a gateway with its token speaks for itself and for nobody else", () => {
  const login = authenticate(client("gw-1", "10.0.0.9"), bytes(token));
  if (!login.ok) throw new Error(login.error.en);
  const { mayPublish, maySubscribe } = login.value;
  expect(mayPublish("canary/v1/gateways/gw-1/up/alarm")).toBe(true);
  expect(mayPublish("canary/v1/gateways/gw-2/up/alarm")).toBe(false);
  expect(mayPublish("canary/v1/gateways/gw-1/down/receipt")).toBe(false);
  expect(maySubscribe("canary/v1/gateways/gw-1/down/receipt")).toBe(true);
  expect(maySubscribe("canary/v1/gateways/gw-1/down/+")).toBe(true);
  for (const filter of ["#", "canary/v1/gateways/+/down/receipt", "canary/v1/gateways/gw-1/up/+"]) {
    expect(maySubscribe(filter), filter).toBe(false);
  }
});

test("a wrong token, an unknown gateway and one without a token are refused", () => {
  expect(authenticate(client("gw-1"), bytes("wrong")).ok).toBe(false);
  expect(authenticate(client("gw-1"), undefined).ok).toBe(false);
  expect(authenticate(client("gw-9"), bytes(token)).ok).toBe(false);
  expect(authenticate(client("gw-2"), bytes("")).ok).toBe(false);
});

test("without a login only this very machine is let in, for the one gateway it names first", () => {
  expect(authenticate(client(undefined, "10.0.0.9"), undefined).ok).toBe(false);
  const login = authenticate(client(), undefined);
  if (!login.ok) throw new Error(login.error.en);
  expect(login.value.maySubscribe("canary/v1/gateways/gw-7/down/receipt")).toBe(true);
  expect(login.value.mayPublish("canary/v1/gateways/gw-7/up/state")).toBe(true);
  expect(login.value.mayPublish("canary/v1/gateways/gw-8/up/state")).toBe(false);

  const strict = createGatewayAccess({ gateways: [], anonymousGateways: false });
  expect(strict(client(), undefined).ok).toBe(false);
});
