/** How this gateway reaches its center. */
import { readFileSync } from "node:fs";
import type { GatewayId } from "#domain/ids.ts";
import type { Bilingual } from "#domain/result.ts";
import type { Site } from "#platform/site-file/schema.ts";
import type { ReportFault } from "../ports.ts";
import type { CenterLink } from "../uplinks/center-link.ts";

/** A link that is down until it is opened. */
export type LaterLink = CenterLink & { readonly open: () => Promise<void> };

/** `safe`: there is none. */
export const openCenter = (
  safe: boolean,
  ...given: Parameters<typeof openCenterLink>
): LaterLink => (safe ? noCenter : openCenterLinkLater(...given));

/** In safe mode the center is not spoken to; buzzers take it for lost. */
const noCenter: LaterLink = {
  open: async () => {},
  publish: () => Promise.reject(new Error("safe mode: there is no link to the center")),
  onMessage: () => {},
  onState: (handler) => handler(false),
  close: async () => {},
};

/**
 * A link whose code is loaded after protection stands: nobody on site waits for the center. Until
 * then it is down.
 */
const openCenterLinkLater = (...given: Parameters<typeof openCenterLink>): LaterLink => {
  const wanted: ((link: CenterLink) => void)[] = [];
  let opened: CenterLink | undefined;
  let closed = false;
  const withLink = (use: (link: CenterLink) => void): void => {
    if (opened === undefined) wanted.push(use);
    else use(opened);
  };
  return {
    open: async () => {
      const link = await openCenterLink(...given).catch((error: unknown) => {
        // A token file that is gone, say: protection on site goes on without the center.
        const [, , , reportFault] = given;
        reportFault({ key: "center-link", present: true, text: cannotOpen(error) });
      });
      if (link === undefined) return;
      if (closed) return link.close();
      opened = link;
      for (const use of wanted.splice(0)) use(link);
    },
    publish: (topic, payload) =>
      opened?.publish(topic, payload) ?? Promise.reject(new Error("the link is not open yet")),
    onMessage: (handler) => withLink((link) => link.onMessage(handler)),
    onState: (handler) => {
      if (opened === undefined) handler(false);
      withLink((link) => link.onState(handler));
    },
    close: async () => {
      closed = true;
      await opened?.close();
    },
  };
};

/** Without a url in the site file the center is the one of the same file, on this machine. */
const openCenterLink = async (
  site: Site,
  gateway: GatewayId,
  brokerUrl: string | undefined,
  reportFault: ReportFault,
): Promise<CenterLink> => {
  const { openMqttCenterLink } = await import("../uplinks/mqtt-center-link.ts");
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

const cannotOpen = (error: unknown): Bilingual => ({
  zh: `无法建立到中心的连接:${String(error)}。请检查 gateway.center 的文件;现场保护照常`,
  en: `the link to the center cannot be opened: ${String(error)}. Check the files under gateway.center; protection on site goes on`,
});
