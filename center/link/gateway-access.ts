import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { lanes } from "#domain/lane.ts";
import { verifyToken } from "#platform/device-credentials.ts";
import type { MqttClient, MqttGrant } from "#platform/mqtt-listener/listener.ts";
import { parseUpTopic } from "../intake/read-message.ts";

/** A gateway of the site file. */
export interface RegisteredGateway {
  readonly id: string;
  /** As `canary credential` prints it. */
  readonly tokenHash?: string;
}

export interface GatewayAccess {
  readonly gateways: readonly RegisteredGateway[];
  /** Gateways without a credential, from this very machine only: the example site. */
  readonly anonymousGateways: boolean;
}

/** Who may speak to the center's listener: a gateway logs in with its id and token, for itself. */
export const createGatewayAccess = (access: GatewayAccess) => {
  const hashById = new Map(access.gateways.map((one) => [one.id, one.tokenHash]));

  return (client: MqttClient, password: Uint8Array | undefined): Result<MqttGrant, Bilingual> => {
    const { username } = client;
    if (username === undefined) {
      return access.anonymousGateways && isLoopback(client.remoteAddress)
        ? ok(firstGatewayGrant())
        : err(credentialNeeded);
    }
    const hash = hashById.get(username);
    return hash !== undefined && verifyToken(password, hash)
      ? ok(grantFor(() => username))
      : err(wrongCredential(username));
  };
};

/** One connection speaks for one gateway: without a login, for the first it names. */
const firstGatewayGrant = (): MqttGrant => {
  let gateway: string | undefined;
  return grantFor((named) => (gateway ??= named));
};

const grantFor = (gatewayOf: (named: string) => string): MqttGrant => ({
  mayPublish: (topic) => {
    const named = parseUpTopic(topic)?.gateway;
    return named !== undefined && gatewayOf(named) === named;
  },
  maySubscribe: (filter) => {
    const named = /^canary\/v1\/gateways\/([^/+#]+)\/down\/([^/]+)$/.exec(filter)?.[1];
    return named !== undefined && gatewayOf(named) === named;
  },
  // Nothing a gateway says is kept for later listeners: the database keeps it.
  mayRetain: () => false,
});

/** What the center listens to on a broker of its own or somebody else's. */
export const upFilters: readonly string[] = lanes.map((lane) => `canary/v1/gateways/+/up/${lane}`);

const isLoopback = (address: string): boolean =>
  address === "::1" || /^(::ffff:)?127\./.test(address);

const credentialNeeded: Bilingual = {
  zh: "网关连接中心需要用户名(网关编号)和口令;用 canary credential 生成",
  en: "a gateway needs a user name (its id) and a token to reach the center; make one with canary credential",
};

const wrongCredential = (username: string): Bilingual => ({
  zh: `网关「${username}」的口令不对,或站点文件没有登记它`,
  en: `wrong token for gateway "${username}", or the site file does not know it`,
});
