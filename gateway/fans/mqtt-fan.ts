import { err, ok, type Bilingual } from "#domain/result.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { Fan, FanState } from "./fan.ts";

export const fanSetTopic = (id: string): string => `canary/v1/fans/${id}/set`;
export const fanStateTopic = (id: string): string => `canary/v1/fans/${id}/state`;

/**
 * A fan that follows `{"state":"running"}` and `{"state":"stopped"}` and says which on its state
 * topic. Commands are neither retained nor queued: an old one must not start it later, when there may
 * be gas; what got lost is told again.
 */
export const createMqttFan = (
  id: string,
  mqtt: Pick<MqttListener, "publish" | "subscribe">,
): Fan => {
  let state: FanState | undefined;
  mqtt.subscribe(fanStateTopic(id), (_topic, payload) => {
    state = readState(Buffer.from(payload).toString("utf8")) ?? state;
  });
  return {
    id,
    set: (wanted) => {
      state = undefined;
      const command = JSON.stringify({ state: wanted });
      return mqtt.publish(fanSetTopic(id), command, { qos: 0, retain: false }).then(
        () => ok(undefined),
        (error: unknown) => err(notSent(id, error)),
      );
    },
    readBack: async () => ok(state),
    end: async () => {},
  };
};

/** `{"state":"running"}` or the bare word; anything else says nothing of it. */
const readState = (text: string): FanState | undefined => {
  const word = /^\s*(?:\{.*"state"\s*:\s*)?"?(running|stopped)"?[^"]*\s*$/i.exec(text)?.[1];
  const state = word?.toLowerCase();
  return state === "running" || state === "stopped" ? state : undefined;
};

const notSent = (id: string, error: unknown): Bilingual => ({
  zh: `排风机 ${id} 的指令未能发出:${String(error)};请检查 MQTT 监听端口`,
  en: `the command to fan ${id} could not be sent: ${String(error)}; check the MQTT listener`,
});
