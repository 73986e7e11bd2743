/** What may be a topic, a filter or a name here; stricter than aedes, as MQTT 3.1.1 allows. */
import type { MqttLimits } from "./limits.ts";

export type TextLimits = Pick<MqttLimits, "topicLevels" | "topicBytes" | "clientIdBytes">;

/**
 * Control characters, which break logs and terminals and may pass for another name, U+FFFD, which is
 * what bytes that are no UTF-8 turn into, and the code points that are no characters
 * (MQTT 3.1.1, 1.5.3: shall or may close the connection).
 */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u001F\u007F-\u009F\uFFFD\uFDD0-\uFDEF\uFFFE\uFFFF]/u;

/** A client id or a user name. */
export const isPlainName = (text: string, limits: TextLimits): boolean =>
  !forbidden.test(text) && bytes(text) <= limits.clientIdBytes;

/** A topic somebody may publish to. `$` is the broker's own space. */
export const isPlainTopic = (topic: string, limits: TextLimits): boolean =>
  isPlainText(topic, limits) && !topic.includes("+") && !topic.includes("#");

/**
 * A filter somebody may subscribe to. Not `$…` (the broker's own, and `$share`, which aedes grants
 * and then never serves), not everything at once (`#`, `+/#`), wildcards only as a whole level.
 */
export const isPlainFilter = (filter: string, limits: TextLimits): boolean => {
  if (!isPlainText(filter, limits)) return false;
  const levels = filter.split("/");
  if (levels.at(-1) === "#" && levels.slice(0, -1).every((level) => level === "+")) return false;
  return levels.every(
    (level, index) =>
      level === "+" ||
      (level === "#" && index === levels.length - 1) ||
      (!level.includes("+") && !level.includes("#")),
  );
};

const isPlainText = (topic: string, limits: TextLimits): boolean =>
  topic.length > 0 &&
  !topic.startsWith("$") &&
  bytes(topic) <= limits.topicBytes &&
  levels(topic) <= limits.topicLevels &&
  !forbidden.test(topic);

const bytes = (text: string): number => Buffer.byteLength(text);

const levels = (topic: string): number => {
  let count = 1;
  for (let at = topic.indexOf("/"); at !== -1; at = topic.indexOf("/", at + 1)) count += 1;
  return count;
};
