import type { CenterOptions } from "#center/options.ts";
import type { Log } from "#platform/log.ts";
import { readTlsFiles } from "#platform/site-file/tls-files.ts";
import type { LoadedSite } from "./load-site.ts";

/** What the site file and the environment say about the center. */
export const centerOptions = (loaded: LoadedSite, log: Log): CenterOptions => {
  const { center, street, gateway, detectors } = loaded.site;
  return {
    street: { name: street.name },
    httpHost: center.http.host,
    httpPort: center.http.port,
    mqttHost: center.mqtt.host,
    mqttPort: center.mqtt.port,
    ...(center.mqtt.tls && { mqttTls: readTlsFiles(center.mqtt.tls) }),
    dataFolder: loaded.dataFolder,
    dataKey: loaded.dataKey,
    databaseUrl: loaded.databaseUrl,
    brokerUrl: loaded.brokerUrl,
    gateways: center.gateways.map(({ id, token }) => ({
      id,
      ...(token !== undefined && { tokenHash: token }),
    })),
    site: {
      street,
      gateways: center.gateways.map(({ id }) => ({
        id,
        community: id === gateway.id ? gateway.community : undefined,
      })),
      // A site file's detectors are those of its own gateway.
      detectors: center.gateways.some(({ id }) => id === gateway.id)
        ? detectors.map(({ id, profile, address }) => ({
            gateway: gateway.id,
            id,
            profile,
            address,
          }))
        : [],
    },
    sinks: center.sinks,
    anonymousGateways: center.anonymousGateways,
    ...(center.requireSecondFactor !== undefined && {
      requireSecondFactor: center.requireSecondFactor,
    }),
    adminPassword: loaded.adminPassword,
    log,
  };
};
