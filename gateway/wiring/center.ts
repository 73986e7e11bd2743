/** How this gateway reaches its center. */
import { readFileSync } from "node:fs";
import type { GatewayId } from "#domain/ids.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { ReportFault } from "../ports.ts";
import type { CenterLink } from "../uplinks/center-link.ts";
import { openMqttCenterLink } from "../uplinks/mqtt-center-link.ts";

/** Without a url in the site file the center is the one of the same file, on this machine. */
export const openCenterLink = (
  site: Site,
  gateway: GatewayId,
  brokerUrl: string | undefined,
  reportFault: ReportFault,
): CenterLink => {
  const { url, tokenFile, caFile } = site.gateway.center;
  const local = `mqtt://${site.center.mqtt.host}:${site.center.mqtt.port}`;
  return openMqttCenterLink({
    url: url ?? brokerUrl ?? local,
    gateway,
    reportFault,
    ...(tokenFile !== undefined && {
      username: gateway,
      password: readFileSync(tokenFile, "utf8").trim(),
    }),
    ...(caFile !== undefined && { ca: readFileSync(caFile, "utf8") }),
  });
};
