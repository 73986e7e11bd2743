/**
 * The peer: what one would write in an afternoon. Mosquitto, a subscriber, a threshold, a buzzer.
 * No quality checks, no journal, no silence, no numbering; it forgets everything when it ends.
 */
import { connectAsync } from "mqtt";

const [url = "", progressTopic = "", buzzers = "1"] = process.argv.slice(2);
const client = await connectAsync(url, { protocolVersion: 4 });
/** Detectors in alarm, and how many of them each buzzer has. */
const alarming = new Set<string>();
const asking = new Map<string, number>();
let taken = 0;

interface Reading {
  readonly co_ppm?: number;
  readonly ch4_lel?: number;
  readonly status?: readonly string[];
}

const sound = (buzzer: string, alarm: boolean): void => {
  const before = asking.get(buzzer) ?? 0;
  const now = before + (alarm ? 1 : -1);
  asking.set(buzzer, now);
  if (now > 0 === before > 0) return;
  const state = now > 0 ? "on" : "off";
  client.publish(`canary/v1/buzzers/${buzzer}/set`, JSON.stringify({ state }), {
    qos: 1,
    retain: true,
  });
};

client.on("message", (topic, payload) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the peer checks nothing
  const reading = JSON.parse(payload.toString()) as Reading;
  const detector = topic.split("/")[3] ?? "";
  const alarm =
    (reading.co_ppm ?? 0) >= 100 ||
    (reading.ch4_lel ?? 0) >= 10 ||
    (reading.status?.includes("alarm") ?? false);
  if (alarm !== alarming.has(detector)) {
    if (alarm) alarming.add(detector);
    else alarming.delete(detector);
    sound(`b-${Number(detector.slice(2)) % Number(buzzers)}`, alarm);
    client.publish("street/alarms", JSON.stringify({ detector, alarm, at: Date.now() }), {
      qos: 1,
    });
  }
  taken += 1;
  if (taken % 500 === 0) client.publish(progressTopic, String(taken));
});
await client.subscribeAsync("canary/v1/detectors/+/reading", { qos: 1 });
process.send?.("ready");
