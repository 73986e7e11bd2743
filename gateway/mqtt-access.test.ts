import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createToken, hashToken } from "#platform/device-credentials.ts";
import { parseSite } from "#platform/site-file/read.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { createDirectory } from "./directory.ts";
import { createMqttAccess } from "./mqtt-access.ts";

const tokens = { kitchen: createToken(), bridge: createToken(), siren: createToken() };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const siteWith = (change: (yaml: string) => string): Site => {
  const site = parseSite(change(readFileSync("config/site.yaml", "utf8")), "site.yaml", []);
  if (!site.ok) throw new Error(JSON.stringify(site.error));
  return site.value;
};

const guarded = siteWith((yaml) =>
  yaml
    .replace(
      "anonymous: true",
      `accounts: [{ username: z2m, token: "${hashToken(tokens.bridge)}", publish: ["zigbee2mqtt/#"], subscribe: ["zigbee2mqtt/+/set"] }]`,
    )
    .replace("kind: mqtt }", `kind: mqtt, token: "${hashToken(tokens.siren)}" }`)
    .replace(
      "- id: xian-2-1-603\n    profile: native",
      `- id: xian-2-1-603\n    profile: native\n    token: "${hashToken(tokens.kitchen)}"`,
    ),
);

const grantOf = (
  site: Site,
  username: string | undefined,
  password: string | undefined,
  remoteAddress = "127.0.0.1",
) => {
  const access = createMqttAccess(site, createDirectory(site));
  const client = { clientId: "c", remoteAddress, ...(username !== undefined && { username }) };
  return access(client, password === undefined ? undefined : bytes(password));
};
const granted = (...given: Parameters<typeof grantOf>) => {
  const grant = grantOf(...given);
  if (!grant.ok) throw new Error(grant.error.en);
  return grant.value;
};

describe("a detector", () => {
  test("with its own token may write its own readings and nothing else", () => {
    const grant = granted(guarded, "xian-2-1-603", tokens.kitchen);
    expect(grant.mayPublish("canary/v1/detectors/xian-2-1-603/reading")).toBe(true);
    for (const topic of [
      "canary/v1/detectors/xian-2-1-604/reading",
      "canary/v1/buzzers/duty-room/set",
      "canary/v1/buzzers/duty-room/state",
      "zigbee2mqtt/厨房CO",
      "tele/kitchen/SENSOR",
    ]) {
      expect(grant.mayPublish(topic), topic).toBe(false);
    }
  });

  test("may listen to its own commands only", () => {
    const grant = granted(guarded, "xian-2-1-603", tokens.kitchen);
    expect(grant.maySubscribe("canary/v1/detectors/xian-2-1-603/command")).toBe(true);
    expect(grant.maySubscribe("canary/v1/detectors/+/command")).toBe(false);
    expect(grant.maySubscribe("#")).toBe(false);
  });

  test("on ThingsBoard's shared topic is known by its user name, and only when it speaks that dialect", () => {
    expect(
      granted(guarded, "xian-2-1-603", tokens.kitchen).mayPublish("v1/devices/me/telemetry"),
    ).toBe(false);
    const site = siteWith((yaml) =>
      yaml.replace(
        "- id: xian-2-1-603\n    profile: native",
        `- id: xian-2-1-603\n    profile: thingsboard\n    token: "${hashToken(tokens.kitchen)}"`,
      ),
    );
    expect(
      granted(site, "xian-2-1-603", tokens.kitchen).mayPublish("v1/devices/me/telemetry"),
    ).toBe(true);
  });

  test.each([
    ["a wrong token", "xian-2-1-603", "guess"],
    ["no token", "xian-2-1-603", undefined],
    ["another's token", "xian-2-1-604", tokens.kitchen],
    ["a name nobody registered", "nobody", tokens.kitchen],
  ])("is refused with %s", (_what, username, password) => {
    expect(grantOf(guarded, username, password).ok).toBe(false);
  });
});

test("a bridge may do what the site file lists", () => {
  const grant = granted(guarded, "z2m", tokens.bridge);
  expect(grant.mayPublish("zigbee2mqtt/厨房CO")).toBe(true);
  expect(grant.mayPublish("canary/v1/detectors/xian-2-1-603/reading")).toBe(false);
  expect(grant.maySubscribe("zigbee2mqtt/+/set")).toBe(true);
  expect(grant.maySubscribe("zigbee2mqtt/#")).toBe(false);
});

test("a sounder may hear its orders and answer them", () => {
  const grant = granted(guarded, "duty-room", tokens.siren);
  expect(grant.maySubscribe("canary/v1/buzzers/duty-room/set")).toBe(true);
  expect(grant.mayPublish("canary/v1/buzzers/duty-room/state")).toBe(true);
  expect(grant.mayPublish("canary/v1/buzzers/duty-room/set")).toBe(false);
});

describe("a client without a user name", () => {
  const example = siteWith((yaml) => yaml);

  test("is let in on the example site from this machine, but may not speak for the gateway", () => {
    const grant = granted(example, undefined, undefined);
    expect(grant.mayPublish("canary/v1/detectors/anyone/reading")).toBe(true);
    expect(grant.mayPublish("canary/v1/buzzers/duty-room/set")).toBe(false);
    expect(grant.mayPublish("canary/v1/gateways/gw-xian-1/up/alarm")).toBe(false);
  });

  test("is refused from any other machine, and everywhere else", () => {
    expect(grantOf(example, undefined, undefined, "192.0.2.7").ok).toBe(false);
    expect(grantOf(guarded, undefined, undefined).ok).toBe(false);
  });
});
