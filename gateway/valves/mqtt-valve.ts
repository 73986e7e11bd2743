import { err, ok, type Bilingual } from "#domain/result.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { Valve, ValvePosition } from "./valve.ts";

export const valveSetTopic = (id: string): string => `canary/v1/valves/${id}/set`;
export const valveStateTopic = (id: string): string => `canary/v1/valves/${id}/state`;

/**
 * A valve that follows a retained `{"state":"closed"}` and says where it is on its state topic. What
 * it said before it was told does not count: it may have lost its power since. That it was open in
 * between is told once, however quickly it has shut.
 */
export const createMqttValve = (
  id: string,
  mqtt: Pick<MqttListener, "publish" | "subscribe">,
): Valve => {
  let position: ValvePosition | undefined;
  let wasOpen = false;
  mqtt.subscribe(valveStateTopic(id), (_topic, payload) => {
    position = readPosition(Buffer.from(payload).toString("utf8")) ?? position;
    wasOpen ||= position === "open";
  });
  return {
    id,
    close: () => {
      position = undefined;
      return mqtt.publish(valveSetTopic(id), '{"state":"closed"}', { qos: 1, retain: true }).then(
        () => ok(undefined),
        (error: unknown) => err(notSent(id, error)),
      );
    },
    readBack: async () => {
      const said = wasOpen && position !== undefined ? "open" : position;
      if (said !== undefined) wasOpen = false;
      return ok(said);
    },
    takeBack: () => mqtt.publish(valveSetTopic(id), "", { qos: 1, retain: true }),
    end: async () => {},
  };
};

/** `{"state":"closed"}` or the bare word; anything else says nothing of it. */
const readPosition = (text: string): ValvePosition | undefined => {
  const word = /^\s*(?:\{.*"state"\s*:\s*)?"?(closed|open)"?[^"]*\s*$/i.exec(text)?.[1];
  const position = word?.toLowerCase();
  return position === "closed" || position === "open" ? position : undefined;
};

const notSent = (id: string, error: unknown): Bilingual => ({
  zh: `阀门 ${id} 的关闭指令未能发出:${String(error)};请检查 MQTT 监听端口,并到现场手动关阀`,
  en: `the command to close valve ${id} could not be sent: ${String(error)}; check the MQTT listener, and close it by hand on site`,
});
