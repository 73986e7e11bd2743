/** Runs a center alone, as a process that a test may kill; says its ports on the first line. */
import { openLog } from "#platform/log.ts";
import { startCenter } from "#center/main.ts";

const [dataFolder = "", httpPort = "0", mqttPort = "0", brokerUrl = ""] = process.argv.slice(2);

const center = await startCenter({
  street: { name: { zh: "安靖街道", en: "Anjing Street" } },
  httpHost: "127.0.0.1",
  httpPort: Number(httpPort),
  mqttHost: "127.0.0.1",
  mqttPort: Number(mqttPort),
  dataFolder,
  databaseUrl: process.env["CANARY_DATABASE_URL"],
  brokerUrl: brokerUrl === "" ? undefined : brokerUrl,
  gateways: [{ id: "gw-1" }],
  anonymousGateways: true,
  sinks: JSON.parse(process.env["CANARY_TEST_SINKS"] ?? "[]"),
  adminPassword: "correct horse battery",
  log: openLog("center"),
});
process.stdout.write(
  `${JSON.stringify(center.ok ? { httpPort: center.value.httpPort, mqttPort: center.value.mqttPort } : center)}\n`,
);
process.once("SIGTERM", () => {
  if (center.ok) void center.value.close();
});
