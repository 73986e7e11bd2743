/** The gateway's own MQTT listener: detectors and MQTT buzzers come in here. */
import { join } from "node:path";
import { ok } from "#domain/result.ts";
import {
  openMqttListener,
  type MqttListener,
  type MqttMessage,
} from "#platform/mqtt-listener/listener.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { readTlsFiles } from "#platform/site-file/tls-files.ts";
import type { Directory } from "../directory.ts";
import { createMqttAccess } from "../mqtt-access.ts";
import type { ReportFault } from "../ports.ts";
import type { MqttSource } from "../sources/mqtt-source.ts";

export interface BrokerOptions {
  readonly site: Site;
  readonly folder: string;
  /** Sessions in memory only, and a port that cannot be had is a fault and no end. */
  readonly safe: boolean;
  readonly directory: Directory;
  readonly reportFault: ReportFault;
  /** What comes before the source stands waits for it, unacknowledged. */
  readonly standing: Promise<MqttSource>;
}

export const openBroker = async (options: BrokerOptions) => {
  const { site, folder, safe, directory, reportFault, standing } = options;
  const { host, port, tls, limits } = site.gateway.mqtt;
  let source: MqttSource | undefined;
  void standing.then((stands) => (source = stands));
  const opened = await openMqttListener({
    host,
    port,
    limits,
    setting: "gateway.mqtt.port / CANARY_GATEWAY_MQTT_PORT",
    ...(tls && { tls: readTlsFiles(tls) }),
    ...(!safe && { dataFolder: join(folder, "mqtt") }),
    authenticate: createMqttAccess(site, directory),
    onPublish: (message) =>
      source === undefined ? takeLater(standing, message) : source.onPublish(message),
    onFault: reportFault,
  });
  if (opened.ok || !safe) return opened;
  reportFault({ key: "mqtt-listener", present: true, text: opened.error });
  return ok(noBroker);
};

/** The lines and their buzzers go on without it. */
const noBroker: MqttListener = {
  port: 0,
  publish: () => Promise.reject(new Error("the MQTT listener is not open")),
  subscribe: () => {},
  disconnect: () => {},
  stats: () => ({ connections: 0, clients: 0, received: 0, refused: {}, retained: 0, queued: 0 }),
  close: async () => {},
};

/** The listener lends its payload only for the length of the call, so what waits is copied. */
const takeLater = async (standing: Promise<MqttSource>, message: MqttMessage): Promise<void> => {
  const kept = { ...message, payload: Uint8Array.from(message.payload) };
  await (await standing).onPublish(kept);
};
