import { ok, type Bilingual, type Result } from "#domain/result.ts";
import { openMqttListener, type MqttListenerOptions } from "#platform/mqtt-listener/listener.ts";
import { parseUpTopic } from "../intake/read-message.ts";
import { createGatewayAccess, type GatewayAccess } from "./gateway-access.ts";
import type { GatewayLink, TakeUp } from "./ports.ts";

export interface EmbeddedLinkOptions extends GatewayAccess {
  readonly host: string;
  readonly port: number;
  readonly tls?: NonNullable<MqttListenerOptions["tls"]>;
  readonly take: TakeUp;
  readonly onFault: MqttListenerOptions["onFault"];
}

/**
 * A gateway drains a backlog as fast as receipts come, and the intake slows it by holding PUBACKs
 * back; a limit by rate would only make an outage last longer.
 */
const gatewayLimits = { messagesPerSecond: 50_000, burst: 100_000, payloadBytes: 1024 * 1024 };

/** Gateways connect to this process: their messages are consumed here, without a broker between. */
export const openEmbeddedLink = async (
  options: EmbeddedLinkOptions,
): Promise<Result<GatewayLink, Bilingual>> => {
  const listener = await openMqttListener({
    host: options.host,
    port: options.port,
    setting: "center.mqtt.port / CANARY_CENTER_MQTT_PORT",
    ...(options.tls && { tls: options.tls }),
    limits: gatewayLimits,
    authenticate: createGatewayAccess(options),
    onPublish: ({ topic, payload }) =>
      // The payload is only lent until this call returns; reading it happens inside.
      parseUpTopic(topic) === undefined ? undefined : options.take({ topic, payload }),
    onFault: options.onFault,
  });
  if (!listener.ok) return listener;
  const { port, publish, close } = listener.value;
  return ok({
    port,
    send: (topic, payload) => publish(topic, payload, { qos: 1, retain: false }),
    hindrance: () => undefined,
    close,
  });
};
