/** The detectors' side of MQTT: what is not acknowledged is sent again. */
import type { MqttMessage } from "#platform/mqtt-listener/listener.ts";
import { detectorNames, words, type Words } from "./script.ts";

interface Message {
  readonly detector: number;
  readonly words: Words;
  state: "waiting" | "under way" | "acknowledged";
}

/** Somebody who may acknowledge: the broker of a living gateway. */
export interface Broker {
  readonly onPublish: (message: MqttMessage) => Promise<void> | undefined;
  readonly alive: () => boolean;
  /** What a detector's messages have led to so far. */
  readonly eventsOf: (detector: number) => readonly string[];
  /** Called in the moment of the PUBACK, with what the message can have led to. */
  readonly acknowledged: (events: readonly string[]) => void;
}

const unackedAtMost = 4;
const encoder = new TextEncoder();

export const createDevices = () => {
  let open: Message[] = [];
  const lastWords = new Map<number, Words>();

  const publish = (message: Message, broker: Broker): void => {
    const name = detectorNames[message.detector] ?? "attic";
    message.state = "under way";
    const answer = broker.onPublish({
      topic: `canary/v1/detectors/${name}/reading`,
      payload: encoder.encode(words[message.words]),
      qos: 1,
      retain: false,
      client: { clientId: name, remoteAddress: "127.0.0.1" },
    });
    const events = broker.eventsOf(message.detector);
    const acknowledge = (): void => {
      if (!broker.alive()) return;
      message.state = "acknowledged";
      broker.acknowledged(events);
    };
    if (answer === undefined) acknowledge();
    else {
      answer.then(acknowledge, () => {
        if (broker.alive()) message.state = "waiting";
      });
    }
  };

  return {
    say: (detector: number, said: Words, broker: Broker | undefined): void => {
      const message: Message = { detector, words: said, state: "waiting" };
      lastWords.set(detector, said);
      const mine = open.filter((one) => one.detector === detector);
      if (mine.length >= unackedAtMost) open = open.filter((one) => one !== mine[0]);
      open.push(message);
      if (broker !== undefined) publish(message, broker);
    },
    lastWords: (detector: number): Words | undefined => lastWords.get(detector),
    /** The gateway is gone: nothing under way will be answered. */
    connectionLost: (): void => {
      for (const one of open) if (one.state === "under way") one.state = "waiting";
    },
    /** Everything unacknowledged goes out again, in order. */
    sendAgain: (broker: Broker): void => {
      open = open.filter((one) => one.state !== "acknowledged");
      for (const one of open) if (one.state === "waiting") publish(one, broker);
    },
    unacknowledged: (): number => open.filter((one) => one.state !== "acknowledged").length,
  };
};
