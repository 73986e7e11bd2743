import { connect } from "mqtt";
import type { Bilingual } from "#domain/result.ts";
import type { UpDelivery } from "../intake/read-message.ts";

export interface BrokerEarOptions {
  readonly url: string;
  readonly clientId: string;
  readonly hear: (delivery: UpDelivery) => void;
  /** The broker does not let us; `undefined`: it does. */
  readonly onChange: (fault: Bilingual | undefined) => void;
}

/** Alarms only: everything else can wait until its gateway sends it again. */
const alarmFilter = "canary/v1/gateways/+/up/alarm";

/**
 * Hears a copy of every alarm, whichever of the centers it is given to. On a connection of its own:
 * what is acknowledged here promises nothing, the receipt does.
 */
export const openBrokerEar = (options: BrokerEarOptions): { close: () => Promise<void> } => {
  const client = connect(options.url, {
    clientId: options.clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 1_000,
    connectTimeout: 5_000,
    keepalive: 5,
    resubscribe: false,
  });
  client.on("connect", () => {
    client.subscribeAsync(alarmFilter, { qos: 1 }).then(
      (granted) => options.onChange(granted.some(({ qos }) => qos > 2) ? refused : undefined),
      () => client.stream.destroy(), // ended on the way: comes back by itself
    );
  });
  client.on("message", (topic, payload) => options.hear({ topic, payload: Buffer.from(payload) }));
  // The link beside this one says why the broker cannot be reached.
  client.on("error", () => undefined);
  return { close: () => client.endAsync(true) };
};

const refused: Bilingual = {
  zh: `报文代理不允许中心另外订阅 ${alarmFilter}:别的中心失效时本中心不能立即接替。请检查代理的权限设置`,
  en: `the broker does not let the center subscribe to ${alarmFilter} as well: it cannot stand in at once for another center that fails. Check the broker's access rules`,
};
