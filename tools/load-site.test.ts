import { expect, test } from "vitest";
import { demoEnvironment } from "./demo.ts";
import { loadSite } from "./load-site.ts";

test("a variable that is set to nothing counts as not set", () => {
  const plain = loadSite({});
  const empty = loadSite({
    CANARY_CONFIG: "",
    CANARY_DATA: "",
    CANARY_GATEWAY_MQTT_PORT: "",
    CANARY_DATABASE_URL: "",
    CANARY_BROKER_URL: "",
    CANARY_ADMIN_PASSWORD: "",
  });
  expect(plain.ok).toBe(true);
  expect(empty).toEqual(plain);
});

test("every port that is no port is named at once", () => {
  const loaded = loadSite({ CANARY_GATEWAY_MQTT_PORT: "abc", CANARY_CENTER_HTTP_PORT: "65536" });
  expect(loaded.ok ? "" : loaded.error).toMatch(
    /CANARY_GATEWAY_MQTT_PORT=abc.*\n.*CANARY_CENTER_HTTP_PORT=65536/,
  );
});

test("a demo is a drill in its own folder, whatever street the environment names", () => {
  const loaded = loadSite(
    demoEnvironment({
      CANARY_CONFIG: "/etc/canary/site.yaml",
      CANARY_DATA: "/var/lib/canary",
      CANARY_DATABASE_URL: "postgres://center/real",
      CANARY_BROKER_URL: "mqtt://broker.street",
      CANARY_CENTER_HTTP_PORT: "18080",
    }),
  );
  if (!loaded.ok) throw new Error(loaded.error);
  const { site, dataFolder, databaseUrl, brokerUrl } = loaded.value;
  expect(site.drill).toBe(true);
  expect(dataFolder).toBe("/var/lib/canary/demo");
  expect([databaseUrl, brokerUrl]).toEqual([undefined, undefined]);
  expect(site.center.http.port).toBe(18_080);
});
