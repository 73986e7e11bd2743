import { connect, type IPublishPacket, type MqttClient } from "mqtt";
import type { Bilingual } from "#domain/result.ts";
import { parseUpTopic } from "../intake/read-message.ts";
import { upFilters } from "./gateway-access.ts";
import type { GatewayLink, TakeUp } from "./ports.ts";

export interface BrokerLinkOptions {
  /** `mqtt://user:password@host:1883` or `mqtts://…` */
  readonly url: string;
  readonly clientId: string;
  /** Several centers share the work: each message goes to one of them. */
  readonly shared: boolean;
  readonly take: TakeUp;
  /**
   * Whether the database answers. While it does not, this center takes no share of the messages:
   * the others get them all. Absent: always.
   */
  readonly isReady?: () => boolean;
  /** The link came or went, in words. */
  readonly onChange: (hindrance: Bilingual | undefined) => void;
}

/** After a failed commit the broker is made to forget this connection, at most this often. */
const reconnectPeriodMs = 1_000;
const lookMs = 250;

/**
 * Gateways and center meet at somebody's broker (Mosquitto, EMQX). The broker decides who may
 * write to which topic; what a message says is still checked against the topic.
 *
 * mqtt.js acknowledges one message after another, so that nothing could be committed together.
 * Here each message is handed on and the library told to read on without acknowledging; our own
 * PUBACK follows the commit, on the connection the message came on.
 */
export const openBrokerLink = async (options: BrokerLinkOptions): Promise<GatewayLink> => {
  const client = connect(options.url, {
    clientId: options.clientId,
    protocolVersion: 4,
    // Gateways keep what has no receipt, so the broker need not keep anything for us.
    clean: true,
    reconnectPeriod: reconnectPeriodMs,
    connectTimeout: 5_000,
    keepalive: 15,
    resubscribe: false,
    queueQoSZero: false,
  });
  let hindrance: Bilingual | undefined = notYet(options.url);
  const say = (next: Bilingual | undefined): void => {
    hindrance = next;
    options.onChange(next);
  };

  acknowledgeAfterCommit(client, options.take);
  const { isReady = () => true } = options;
  let joined: unknown;
  /** Joins those who share the messages, or leaves them: each connection is joined once. */
  const look = (): void => {
    const { stream } = client;
    if (!client.connected || isReady() === (joined === stream)) return;
    if (joined === stream) {
      stream.destroy();
      return;
    }
    joined = stream;
    subscribe(client, options.shared).then(
      () => say(undefined),
      (error: unknown) => say(notSubscribed(options.url, error)),
    );
  };
  const looking = setInterval(look, lookMs);
  client.on("connect", () => {
    if (!isReady()) say(noDatabase);
    look();
  });
  client.on("error", (error) => say(away(options.url, error)));
  client.on("close", () => say(hindrance ?? away(options.url, undefined)));
  say(hindrance);

  return {
    send: async (topic, payload) => {
      // Never queued: a receipt that cannot go now is asked for again.
      if (!client.connected) throw new Error("the broker is not connected");
      await client.publishAsync(topic, payload, { qos: 1 });
    },
    hindrance: () => hindrance,
    close: async () => {
      clearInterval(looking);
      client.removeAllListeners("close");
      await client.endAsync(true);
    },
  };
};

const subscribe = async (client: MqttClient, shared: boolean): Promise<void> => {
  const filters = upFilters.map((filter) => (shared ? `$share/canary-center/${filter}` : filter));
  const granted = await client.subscribeAsync([...filters], { qos: 1 });
  // 0x80: the broker's rules refuse it; staying silent then would be waiting for nothing.
  const refused = granted.filter(({ qos }) => qos > 2).map(({ topic }) => topic);
  if (refused.length > 0) throw new Error(`subscription refused: ${refused.join(", ")}`);
};

/** A PUBACK is 0x40, length 2, and the message's number, in MQTT 3.1.1 and 5 alike. */
const puback = (messageId: number): Buffer =>
  Buffer.from([0x40, 2, Math.floor(messageId / 256), messageId % 256]);

const acknowledgeAfterCommit = (client: MqttClient, take: TakeUp): void => {
  client.handleMessage = (packet: IPublishPacket, readOn) => {
    const { topic, payload, qos, messageId } = packet;
    const { stream } = client;
    if (parseUpTopic(topic) === undefined) {
      readOn();
      return;
    }
    take({ topic, payload: Buffer.from(payload) }).then(
      () => {
        // A number means something only on the connection it came on.
        if (qos === 1 && messageId !== undefined && client.stream === stream && client.connected) {
          stream.write(puback(messageId));
        }
      },
      () => {
        // Unacknowledged messages would fill the broker's window for us: begin anew.
        if (client.stream === stream) stream.destroy();
      },
    );
    // An error here means only "send no PUBACK yourself"; the library goes on with the next packet.
    readOn(qos === 1 ? new Error("acknowledged after the commit") : undefined);
  };
};

const noDatabase: Bilingual = {
  zh: "中心数据库无响应,本中心暂不接收报文,由其他中心接收;新报警仍在本中心页面显示,标明「未入库」。请检查数据库",
  en: "the database does not answer: other centers take the messages. New alarms are still shown here, marked as not stored. Check the database",
};

const safeUrl = (url: string): string => url.replace(/\/\/[^@/]*@/, "//");

const notYet = (url: string): Bilingual => ({
  zh: `正在连接报文代理 ${safeUrl(url)}`,
  en: `connecting to the broker ${safeUrl(url)}`,
});

const away = (url: string, error: Error | undefined): Bilingual => ({
  zh: `与报文代理 ${safeUrl(url)} 的连接中断${error === undefined ? "" : `:${error.message}`}。报警由网关保存并重发;请检查 CANARY_BROKER_URL 和代理`,
  en: `no connection to the broker ${safeUrl(url)}${error === undefined ? "" : `: ${error.message}`}. Gateways keep their alarms; check CANARY_BROKER_URL and the broker`,
});

const notSubscribed = (url: string, error: unknown): Bilingual => ({
  zh: `报文代理 ${safeUrl(url)} 不允许中心订阅网关主题。请检查代理的权限设置`,
  en: `the broker ${safeUrl(url)} does not let the center subscribe: ${error instanceof Error ? error.message : String(error)}. Check its access rules`,
});
