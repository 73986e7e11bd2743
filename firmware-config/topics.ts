import { native } from "./profiles/native.ts";
import { ringGeneric, shellyGas } from "./profiles/bridges.ts";
import { tasmotaGeneric } from "./profiles/tasmota.ts";
import { thingsboard } from "./profiles/thingsboard.ts";
import { zigbee2mqttGeneric } from "./profiles/zigbee2mqtt.ts";
import type { MqttProfile } from "./profile.ts";
import { findProfile } from "./registry.ts";

export interface TopicOwner {
  readonly dialect: string;
  readonly device: string;
  /** Default of the dialect, for a device that is not registered. */
  readonly profile: MqttProfile;
}

/** Who connected; never both empty. */
export interface MqttClient {
  readonly clientId: string;
  readonly username?: string;
}

/**
 * Which dialect speaks on this topic and what the device is called in it; `undefined`: not a
 * detector's topic.
 *
 * ThingsBoard's `v1/devices/me/telemetry` takes the device from the MQTT client (username, else
 * client id). Devices whose own network has no MQTT topic (Tuya local, MIoT, raw Zigbee) come
 * through a bridge that publishes under `canary/v1/bridges/<profile id>/<device>`.
 */
export const topicOwner = (topic: string, client: MqttClient): TopicOwner | undefined => {
  const nativeDevice = nativeDeviceOf(topic);
  if (nativeDevice !== undefined) return owner(native, nativeDevice);
  for (const route of routes) {
    const device = route.device(topic, client);
    if (device !== undefined) return owner(route.profile, device);
  }
  return bridged(topic);
};

const owner = (profile: MqttProfile, device: string): TopicOwner => ({
  dialect: profile.dialect,
  // Somebody speaks here, so it must have a name, or its alarm would have no place.
  device: device === "" ? "unnamed" : device,
  profile,
});

const nativePrefix = "canary/v1/detectors/";
const nativeSuffix = "/reading";
const nativeDeviceOf = (topic: string): string | undefined => {
  if (!topic.startsWith(nativePrefix) || !topic.endsWith(nativeSuffix)) return undefined;
  const device = topic.slice(nativePrefix.length, -nativeSuffix.length);
  return device === "" || device.includes("/") ? undefined : device;
};

const routes: readonly {
  readonly profile: MqttProfile;
  readonly device: (topic: string, client: MqttClient) => string | undefined;
}[] = [
  { profile: zigbee2mqttGeneric, device: (topic) => zigbee2mqttDevice(topic) },
  // Tasmota's full topic is %prefix%/%topic%/; RESULT carries sensors too when they are asked for.
  {
    profile: tasmotaGeneric,
    device: (topic) => /^tele\/(.+)\/(?:SENSOR|RESULT|LWT)$/.exec(topic)?.[1],
  },
  {
    profile: shellyGas,
    device: (topic) =>
      /^shellies\/([^/]+)\/sensor\/(?:gas|operation|concentration|self_test)$/.exec(topic)?.[1] ??
      /^shellies\/(shellygas-[^/]+)\/online$/.exec(topic)?.[1],
  },
  {
    profile: thingsboard,
    device: (topic, client) =>
      topic === "v1/devices/me/telemetry" ? (client.username ?? client.clientId) : undefined,
  },
  {
    profile: ringGeneric,
    device: (topic) => /^ring\/[^/]+\/alarm\/([^/]+)\/(?:co\/state|status)$/.exec(topic)?.[1],
  },
];

/** A friendly name may hold slashes and spaces; `bridge` is Zigbee2MQTT itself. */
const zigbee2mqttDevice = (topic: string): string | undefined => {
  const name = /^zigbee2mqtt\/(.*)$/s.exec(topic)?.[1];
  if (name === undefined || /^bridge(?:\/|$)/.test(name)) return undefined;
  if (/\/(?:set|get)(?:\/[^/]*)?$/.test(name)) return undefined;
  return name.replace(/\/availability$/, "");
};

const bridged = (topic: string): TopicOwner | undefined => {
  const [, id, device] = /^canary\/v1\/bridges\/([^/]+)\/([^/]+)$/.exec(topic) ?? [];
  const profile = id === undefined ? undefined : findProfile(id);
  return profile?.transport === "mqtt" && device !== undefined ? owner(profile, device) : undefined;
};
