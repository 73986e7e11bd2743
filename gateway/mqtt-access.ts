/** Who may speak to the gateway's broker, and about what. */
import { detectorId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import { topicOwner } from "#firmware-config/mqtt.ts";
import { verifyToken } from "#platform/device-credentials.ts";
import type { MqttClient, MqttGrant } from "#platform/mqtt-listener/listener.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { filterCovers, filterMatches } from "#platform/topic-filter.ts";
import type { Directory } from "./directory.ts";
import { fanSetTopic, fanStateTopic } from "./fans/mqtt-fan.ts";
import { valveSetTopic, valveStateTopic } from "./valves/mqtt-valve.ts";

export type Authenticate = (
  client: MqttClient,
  password: Uint8Array | undefined,
) => Result<MqttGrant, Bilingual>;

/**
 * Detectors, buzzers and bridges log in with their id and token. A detector may write only what is
 * its own, in whatever dialect it speaks. Without a user name only a client on this very machine is
 * let in, and only where the site file says so.
 */
export const createMqttAccess = (site: Site, directory: Directory): Authenticate => {
  const { accounts, anonymous, host } = site.gateway.mqtt;
  const bridgeByName = new Map(accounts.map((account) => [account.username, account]));
  const buzzerByName = tokensOf(site.gateway.buzzers);
  const valveByName = tokensOf(site.gateway.valves);
  const fanByName = tokensOf(site.gateway.fans);

  return (client, password) => {
    const { username } = client;
    if (username === undefined) {
      const local = isLoopback(client.remoteAddress) && isLoopback(host);
      return anonymous && local ? ok(anonymousGrant) : err(credentialNeeded);
    }
    const bridge = bridgeByName.get(username);
    if (bridge !== undefined && verifyToken(password, bridge.token)) {
      return ok(filtersGrant(bridge.publish, bridge.subscribe));
    }
    const buzzer = buzzerByName.get(username);
    if (buzzer !== undefined && verifyToken(password, buzzer)) {
      const own = `canary/v1/buzzers/${username}`;
      return ok(filtersGrant([`${own}/state`], [`${own}/set`]));
    }
    const valve = valveByName.get(username);
    if (valve !== undefined && verifyToken(password, valve)) {
      return ok(filtersGrant([valveStateTopic(username)], [valveSetTopic(username)]));
    }
    const fan = fanByName.get(username);
    if (fan !== undefined && verifyToken(password, fan)) {
      return ok(filtersGrant([fanStateTopic(username)], [fanSetTopic(username)]));
    }
    const detector = directory.byId(detectorId(username));
    if (detector?.tokenHash !== undefined && verifyToken(password, detector.tokenHash)) {
      return ok(detectorGrant(client, directory, username));
    }
    return err(wrongCredential(username));
  };
};

/** Those that come in over MQTT with a credential of their own. */
const tokensOf = (
  devices: readonly { readonly id: string; readonly kind: string; readonly token?: string }[],
): ReadonlyMap<string, string> =>
  new Map(
    devices.flatMap(({ id, kind, token }) =>
      kind === "mqtt" && token !== undefined ? [[id, token] as const] : [],
    ),
  );

const detectorGrant = (client: MqttClient, directory: Directory, id: string): MqttGrant => {
  const identity = { clientId: client.clientId, username: id };
  return {
    mayPublish: (topic) => {
      const owner = topicOwner(topic, identity);
      if (owner === undefined) return false;
      const registered = directory.byDevice(owner.dialect, owner.device);
      return registered?.id === id || (owner.dialect === "native" && owner.device === id);
    },
    maySubscribe: (filter) => filter === `canary/v1/detectors/${id}/command`,
    // A retained reading would be shown to a new subscriber as if it were fresh.
    mayRetain: () => false,
  };
};

const filtersGrant = (publish: readonly string[], subscribe: readonly string[]): MqttGrant => ({
  mayPublish: (topic) => publish.some((filter) => filterMatches(filter, topic)),
  maySubscribe: (wanted) => subscribe.some((filter) => filterCovers(filter, wanted)),
});

/** On the example site anything local may be tried out, except to speak in the gateway's own voice. */
const anonymousGrant: MqttGrant = {
  mayPublish: (topic) =>
    !topic.startsWith("$") &&
    !/^canary\/v1\/((buzzers|valves|fans)\/[^/]+\/set|gateways\/|detectors\/[^/]+\/command)/.test(
      topic,
    ),
  maySubscribe: () => true,
  mayRetain: (topic) => !topic.endsWith("/reading"),
};

/** An IPv4-mapped address counts by its IPv4 part. */
export const isLoopback = (address: string): boolean =>
  /^(127\.|::1$|::ffff:127\.|localhost$)/.test(address);

const credentialNeeded: Bilingual = {
  zh: "没有用户名:只有示例站点的本机客户端可以免口令。用 canary credential 生成口令并写入站点文件",
  en: "no user name: only local clients of the example site may go without; make a credential with `canary credential` and put it into the site file",
};

const wrongCredential = (username: string): Bilingual => ({
  zh: `用户「${username.slice(0, 64)}」未登记或口令不对`,
  en: `user "${username.slice(0, 64)}" is not registered or its token is wrong`,
});
