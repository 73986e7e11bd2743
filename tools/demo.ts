import { join } from "node:path";
import { connect, type MqttClient } from "mqtt";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import { explainListenError } from "#platform/listen-error.ts";
import { both } from "#platform/log.ts";
import { buildConsoleIfStale } from "./build-console.ts";
import { openFakeModbusUnits, type FakeModbusUnits } from "./fake-modbus/fake-modbus-units.ts";
import { projectRoot, type LoadedSite } from "./load-site.ts";
import { leakingCoPpm, leakingGasLel, quietHome, stagedLeak } from "./simulated-street.ts";
import { exitCannotStart, runStreet } from "./street.ts";

/** Must be the port of the line in config/demo.yaml. */
const modbusPort = 15_020;

/**
 * `npm run demo`: the street with detectors that publish over real MQTT and answer on a real Modbus
 * connection, a sounder that confirms, and a leak every five minutes. Marked as a drill throughout.
 * Always on its own site file and data folder, built-in broker and database, whatever the
 * environment names: a staged leak must never be taken for a real one.
 */
export const demo = async (): Promise<number> => {
  await buildConsoleIfStale();
  const startedMs = Date.now();
  const seconds = (): number => (Date.now() - startedMs) / 1_000;
  const units = await openModbusUnits(seconds);
  if (units === undefined) return exitCannotStart;
  let mqtt: MqttClient | undefined;
  const code = await runStreet(demoEnvironment(process.env), {
    onGateway: (loaded) => {
      mqtt ??= publish(loaded, seconds);
    },
    onReady: announce,
  });
  await mqtt?.endAsync(true);
  await units.close();
  return code;
};

/** Ports are the caller's; site, data, broker and database are the demo's own. */
export const demoEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> => {
  const { CANARY_DATABASE_URL: _database, CANARY_BROKER_URL: _broker, ...others } = environment;
  return {
    ...others,
    CANARY_CONFIG: join(projectRoot, "config", "demo.yaml"),
    CANARY_DATA: join(environment["CANARY_DATA"] || join(projectRoot, "data"), "demo"),
  };
};

const openModbusUnits = async (seconds: () => number): Promise<FakeModbusUnits | undefined> => {
  try {
    return await openFakeModbusUnits({ port: modbusPort, units: modbusUnits(seconds) });
  } catch (error) {
    const setting = "gateway.lines, bus-1, config/demo.yaml";
    console.error(
      both(await explainListenError(error, { host: "127.0.0.1", port: modbusPort }, setting)),
    );
    return undefined;
  }
};

/** Unit 1: a methane module of the 0x6000 family, in tenths of %LEL. Unit 2: a Greystone CMD5B4. */
const modbusUnits = (seconds: () => number) => [
  {
    unit: 1,
    registers: () =>
      new Map([
        [0x6000, 0x8000],
        [0x6001, Math.round((quietHome(7, seconds()).ch4_lel ?? 0) * 10)],
      ]),
  },
  {
    unit: 2,
    registers: () => {
      const co = Math.round(leakingCoPpm(seconds()));
      return new Map([
        [0, co >= 100 ? 1 : 0],
        [1, co],
        [2, 215],
        [3, 0],
        [4, 0],
        [5, 0],
        [6, 0],
        [7, 0],
      ]);
    },
  },
];

/** Publishes once a second while connected; connects again by itself when the gateway restarts. */
const publish = ({ site }: LoadedSite, seconds: () => number): MqttClient => {
  const client = connect(`mqtt://${site.gateway.mqtt.host}:${site.gateway.mqtt.port}`, {
    protocolVersion: 4,
  });
  const homes = site.detectors.filter(({ profile }) => profile === "native");
  let seq = 0;
  const round = (): void => {
    // A reading that waited for a connection would be an old one.
    if (!client.connected) return;
    seq += 1;
    for (const [index, { id }] of homes.entries()) {
      const now = seconds();
      const quiet = quietHome(index, now);
      const reading =
        index === 0
          ? { ...quiet, ch4_lel: Math.max(quiet.ch4_lel ?? 0, leakingGasLel(now)) }
          : quiet;
      const payload = JSON.stringify({ seq, at: epochToRfc3339(epochMs(Date.now())), ...reading });
      client.publish(`canary/v1/detectors/${id}/reading`, payload, { qos: 1 });
    }
  };
  const timer = setInterval(round, 1_000);
  client.on("end", () => clearInterval(timer));
  client.on("error", (error) => console.error(`模拟探测器 simulated detectors: ${error.message}`));
  followBuzzers(client);
  return client;
};

/** The demo's sounders: they confirm what they are told, and say it on the screen. */
const followBuzzers = (client: MqttClient): void => {
  client.on("message", (topic, payload) => {
    const state = payload.toString();
    console.log(`蜂鸣器 buzzer ${topic.split("/")[3]}: ${state}`);
    client.publish(topic.replace(/set$/, "state"), state, { qos: 1 });
  });
  client.subscribe("canary/v1/buzzers/+/set", { qos: 1 });
};

const announce = ({ site }: LoadedSite): void => {
  console.log(
    [
      "",
      "演练 DRILL:全程为模拟数据 · everything here is staged",
      `  值守页面 duty page      http://${site.center.http.host}:${site.center.http.port}/`,
      `  网关看板 gateway board  http://${site.gateway.http.host}:${site.gateway.http.port}/`,
      `  ${stagedLeak.gasStartS} 秒后厨房燃气泄漏,${stagedLeak.coStartS} 秒后 Modbus 一侧一氧化碳,${stagedLeak.ventS} 秒开窗,每 ${stagedLeak.periodS / 60} 分钟一轮`,
      `  gas in a kitchen after ${stagedLeak.gasStartS} s, CO on the Modbus line after ${stagedLeak.coStartS} s, windows open at ${stagedLeak.ventS} s, again every ${stagedLeak.periodS / 60} min`,
      "",
    ].join("\n"),
  );
};
