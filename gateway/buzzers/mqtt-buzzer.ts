/** A sounder that follows a retained MQTT message and says what it does on its state topic. */
import type { BuzzerCommand } from "#domain/buzzer.ts";
import type { BuzzerId } from "#domain/ids.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { Buzzer } from "../ports.ts";

export const buzzerSetTopic = (id: BuzzerId): string => `canary/v1/buzzers/${id}/set`;
export const buzzerStateTopic = (id: BuzzerId): string => `canary/v1/buzzers/${id}/state`;

export interface MqttBuzzerOptions {
  readonly id: BuzzerId;
  readonly mqtt: Pick<MqttListener, "publish" | "subscribe">;
  /** How long the device may take to confirm. Two seconds: a Wi-Fi relay answers within 0.3 s. */
  readonly confirmWithinMs?: number;
  /** Runs `job` after a while unless it is cancelled by the function returned. */
  readonly after: (delayMs: number, job: () => void) => () => void;
}

type Answer = Result<void, Bilingual>;

/**
 * Every `set` is published again and must be confirmed anew by a message on the state topic; what the
 * device said earlier does not count, it may have lost its power since. The message is retained, so
 * that a device that was away sounds as soon as it is back. The caller repeats what is not confirmed.
 * When the wish changes while one is open, both are answered by what the newer one comes to.
 */
export const createMqttBuzzer = (options: MqttBuzzerOptions): Buzzer => {
  const { id, mqtt, confirmWithinMs = 2_000 } = options;
  const open = new Set<(answer: Answer) => void>();
  const listeners: ((state: BuzzerCommand["state"]) => void)[] = [];
  let wanted: BuzzerCommand["state"] | undefined;

  mqtt.subscribe(buzzerStateTopic(id), (_topic, payload) => {
    const state = readState(payload);
    if (state === wanted) for (const answer of open) answer(ok(undefined));
    // While an answer is open the device may still be saying what it did before.
    if (state !== undefined && open.size === 0) for (const hear of listeners) hear(state);
  });

  return {
    id,
    set: (command) =>
      new Promise((resolve) => {
        const cancel = options.after(confirmWithinMs, () =>
          answer(err(notConfirmed(id, command, confirmWithinMs))),
        );
        const answer = (result: Answer): void => {
          cancel();
          open.delete(answer);
          resolve(result);
        };
        wanted = command.state;
        open.add(answer);
        mqtt
          .publish(buzzerSetTopic(id), JSON.stringify(command), { qos: 1, retain: true })
          .catch((error: unknown) => answer(err(notSent(id, error))));
      }),
    onReport: (hear) => {
      listeners.push(hear);
    },
    close: async () => {
      for (const answer of open) answer(err(closed(id)));
    },
  };
};

/** `{"state":"on"}` as agreed, or the bare words other firmware sends; undefined: says nothing of it. */
const readState = (payload: Uint8Array): BuzzerCommand["state"] | undefined => {
  const text = Buffer.from(payload).toString("utf8").trim();
  const word = (stateField(text) ?? text).toLowerCase();
  if (["on", "1", "true"].includes(word)) return "on";
  return ["off", "0", "false"].includes(word) ? "off" : undefined;
};

const stateField = (text: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("state" in value)) return undefined;
    return String(value.state);
  } catch {
    return undefined;
  }
};

const notConfirmed = (id: BuzzerId, command: BuzzerCommand, withinMs: number): Bilingual => ({
  zh: `蜂鸣器 ${id} 在 ${withinMs / 1_000} 秒内未确认「${command.state === "on" ? "鸣响" : "停止"}」;请检查其供电和网络,必要时派人到现场`,
  en: `buzzer ${id} did not confirm "${command.state}" within ${withinMs / 1_000} s; check its power and network, send someone if it must sound`,
});

const notSent = (id: BuzzerId, error: unknown): Bilingual => ({
  zh: `给蜂鸣器 ${id} 的指令未能发出:${String(error)};请检查 MQTT 监听端口`,
  en: `the command to buzzer ${id} could not be sent: ${String(error)}; check the MQTT listener`,
});

const closed = (id: BuzzerId): Bilingual => ({
  zh: `蜂鸣器 ${id} 未确认:本程序正在停止;请确认网关重新启动`,
  en: `buzzer ${id} did not confirm: this program is stopping; make sure that the gateway starts again`,
});
