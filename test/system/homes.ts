/** Homes that report gas to a street of real processes, as detectors do: again, until acknowledged. */
import { connectAsync, type MqttClient } from "mqtt";
import type { DeskAlarm } from "#domain/desk.ts";
import { eventually } from "./eventually.ts";
import type { StreetProcess } from "./street-process.ts";

export interface Homes {
  /** Resolves with the PUBACK; a lost connection is tried again. */
  readonly report: (home: string) => Promise<void>;
  /** What the sounder of the duty room was told, oldest first; it confirms each at once. */
  readonly heardBySounder: readonly string[];
  readonly client: MqttClient;
  readonly close: () => Promise<void>;
}

const gas = '{"ch4_lel":30,"status":["alarm"]}';

export const connectHomes = async (street: StreetProcess): Promise<Homes> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${street.ports.gatewayMqtt}`, {
    protocolVersion: 4,
    reconnectPeriod: 100,
    clientId: "homes",
    clean: false,
  });
  client.on("error", () => {});
  const heardBySounder: string[] = [];
  client.on("message", (_topic, payload) => {
    heardBySounder.push(payload.toString());
    client.publish("canary/v1/buzzers/duty-room/state", payload, { qos: 1 });
  });
  await client.subscribeAsync("canary/v1/buzzers/duty-room/set", { qos: 1 });
  return {
    report: async (home) => {
      const topic = `canary/v1/detectors/${home}/reading`;
      const sent = (): Promise<boolean> =>
        client.publishAsync(topic, gas, { qos: 1 }).then(
          () => true,
          () => false,
        );
      while (!(await sent()));
    },
    heardBySounder,
    client,
    close: () => client.endAsync(true),
  };
};

/** The device's own alarms on the desk, home by home. */
export const byHome = (alarms: readonly DeskAlarm[]): ReadonlyMap<string, readonly DeskAlarm[]> =>
  Map.groupBy(
    alarms.filter(({ notice }) => notice.event.rule === "device-alarm-gas"),
    ({ notice }) => notice.event.detector,
  );

export const everyHomeOnce = (
  street: StreetProcess,
  homes: readonly string[],
  withinMs = 20_000,
): Promise<unknown> =>
  eventually(
    "every acknowledged alarm at the desk, once",
    async () => {
      try {
        const desk = byHome(await (await street.login()).alarms());
        return homes.every((home) => desk.get(home)?.length === 1);
      } catch {
        return false; // the center is still starting
      }
    },
    withinMs,
  );
