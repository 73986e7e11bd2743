/** Detectors that speak MQTT: from topic and payload to reports for the pipeline. */
import { detectorId, isName, type DetectorId } from "#domain/ids.ts";
import type { Report } from "#domain/reading.ts";
import type { Clock } from "#domain/time.ts";
import { decodeMqtt, topicOwner } from "#firmware-config/mqtt.ts";
import type { MqttProfile } from "#firmware-config/profile.ts";
import { findProfile } from "#firmware-config/registry.ts";
import type { MqttMessage } from "#platform/mqtt-listener/listener.ts";
import { isUnregistered, unregisteredId, type Directory } from "../directory.ts";
import type { Take } from "../ports.ts";

/** What became of a message; `other` is traffic that is not from a detector. */
export interface MqttSourceCounts {
  decoded: number;
  ignored: number;
  other: number;
}

export interface MqttSource {
  /** The broker's question: may this be acknowledged? See {@link Take}. */
  readonly onPublish: (message: MqttMessage) => Promise<void> | undefined;
  readonly counts: Readonly<MqttSourceCounts>;
}

interface Speaker {
  readonly detector: DetectorId;
  readonly profile: MqttProfile;
}

/** Topic routes remembered; beyond this an inventive client only costs itself the look-up. */
const speakersMax = 20_000;

export const createMqttSource = (deps: {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly take: Take;
}): MqttSource => {
  const counts: MqttSourceCounts = { decoded: 0, ignored: 0, other: 0 };
  const speakers = new Map<string, Speaker | "nobody">();

  const speakerOf = (message: MqttMessage): Speaker | undefined => {
    // ThingsBoard's topic is the same for every device: who speaks there is known by the client.
    const { clientId, username } = message.client;
    const key = `${message.topic}\u0000${username === undefined ? clientId : `\u0000${username}`}`;
    let speaker = speakers.get(key);
    if (speaker === undefined) {
      if (speakers.size >= speakersMax) speakers.clear();
      speaker = findSpeaker(deps.directory, message) ?? "nobody";
      speakers.set(key, speaker);
    }
    return speaker === "nobody" ? undefined : speaker;
  };

  return {
    counts,
    onPublish: (message) => {
      const speaker = speakerOf(message);
      if (speaker === undefined) {
        counts.other += 1;
        return undefined;
      }
      const receivedAt = deps.clock.now();
      const decoded = decodeMqtt(
        speaker.profile,
        message.topic,
        message.payload,
        receivedAt.wallMs,
      );
      if (decoded.kind === "ignored") {
        counts.ignored += 1;
        return undefined;
      }
      counts.decoded += 1;
      const report: Report = {
        detector: speaker.detector,
        position: { line: "mqtt", place: `${message.topic} · ${message.client.clientId}` },
        receivedAt,
        findings: decoded.findings,
        ...(decoded.deviceAtMs !== undefined && { deviceAtMs: decoded.deviceAtMs }),
        ...(decoded.deviceSeq !== undefined && { deviceSeq: decoded.deviceSeq }),
      };
      return deps.take([report]);
    },
  };
};

const findSpeaker = (directory: Directory, message: MqttMessage): Speaker | undefined => {
  const owner = topicOwner(message.topic, {
    clientId: message.client.clientId,
    ...(message.client.username !== undefined && { username: message.client.username }),
  });
  if (owner === undefined) return undefined;
  const registered = directory.byDevice(owner.dialect, owner.device);
  const profile = registered && findProfile(registered.profileId);
  if (registered && profile?.transport === "mqtt") return { detector: registered.id, profile };
  const own = owner.dialect === "native" && mayBeNamed(directory, owner.device, message);
  return {
    detector: own ? detectorId(owner.device) : unregisteredId(owner.dialect, owner.device),
    profile: owner.profile,
  };
};

/**
 * A native device is called what it calls itself, unless that is the name of a detector registered
 * with another profile (a topic proves nothing: it must be logged in under that name), or one that
 * is made here for strangers of other dialects. Else anybody's "all well" could end their alarms.
 */
const mayBeNamed = (directory: Directory, name: string, { client }: MqttMessage): boolean => {
  if (!isName(name) || isUnregistered(name)) return false;
  return directory.byId(detectorId(name)) === undefined || client.username === name;
};
