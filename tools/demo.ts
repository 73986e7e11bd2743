import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import { buildConsoleIfStale } from "./build-console.ts";
import { openFakeModbusUnits } from "./fake-modbus/fake-modbus-units.ts";
import { projectRoot, type LoadedSite } from "./load-site.ts";
import { leakingCoPpm, leakingGasLel, quietHome, stagedLeak } from "./simulated-street.ts";
import { runStreet } from "./street.ts";

/** Must be the port of the line in config/demo.yaml. */
const modbusPort = 15_020;

/**
 * `npm run demo`: the street with detectors that publish over real MQTT and answer on a real Modbus
 * connection, a sounder that confirms, and a leak every five minutes. Marked as a drill throughout,
 * and kept in a data folder of its own.
 */
export const demo = async (): Promise<number> => {
  await buildConsoleIfStale();
  const startedMs = Date.now();
  const seconds = (): number => (Date.now() - startedMs) / 1_000;
  const units = await openFakeModbusUnits({ port: modbusPort, units: modbusUnits(seconds) });
  let mqtt: MqttClient | undefined;
  const code = await runStreet(
    "config/demo.yaml",
    { CANARY_DATA: process.env["CANARY_DATA"] ?? join(projectRoot, "data", "demo") },
    (loaded) => {
      announce(loaded);
      publish(loaded, seconds).then(
        (client) => {
          mqtt = client;
        },
        (error: unknown) => console.error(String(error)),
      );
    },
  );
  await mqtt?.endAsync(true);
  await units.close();
  return code;
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

const publish = async ({ site }: LoadedSite, seconds: () => number): Promise<MqttClient> => {
  const client = await connectAsync(`mqtt://${site.gateway.mqtt.host}:${site.gateway.mqtt.port}`, {
    protocolVersion: 4,
  });
  const homes = site.detectors.filter(({ profile }) => profile === "native");
  let seq = 0;
  const round = (): void => {
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
  client.on("close", () => clearInterval(timer));
  await followBuzzers(client);
  return client;
};

/** The demo's sounders: they confirm what they are told, and say it on the screen. */
const followBuzzers = async (client: MqttClient): Promise<void> => {
  client.on("message", (topic, payload) => {
    const state = payload.toString();
    console.log(`蜂鸣器 buzzer ${topic.split("/")[3]}: ${state}`);
    client.publish(topic.replace(/set$/, "state"), state, { qos: 1 });
  });
  await client.subscribeAsync("canary/v1/buzzers/+/set", { qos: 1 });
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
