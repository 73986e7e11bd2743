/**
 * The peer: what one would write in an afternoon. Mosquitto, a subscriber, a threshold, a buzzer.
 * No quality checks, no journal, no silence, no numbering; it forgets everything when it ends.
 */
import { connectAsync } from "mqtt";

const [url = "", progressTopic = ""] = process.argv.slice(2);
const client = await connectAsync(url, { protocolVersion: 4 });
const sounding = new Map<string, boolean>();
let taken = 0;

interface Reading {
  readonly co_ppm?: number;
  readonly ch4_lel?: number;
  readonly status?: readonly string[];
}

client.on("message", (topic, payload) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the peer checks nothing
  const reading = JSON.parse(payload.toString()) as Reading;
  const detector = topic.split("/")[3] ?? "";
  const alarm =
    (reading.co_ppm ?? 0) >= 100 ||
    (reading.ch4_lel ?? 0) >= 10 ||
    (reading.status?.includes("alarm") ?? false);
  if (alarm !== (sounding.get(detector) ?? false)) {
    sounding.set(detector, alarm);
    const state = alarm ? "on" : "off";
    client.publish(
      `canary/v1/buzzers/${detector.replace("d-", "b-")}/set`,
      JSON.stringify({ state }),
      { qos: 1, retain: true },
    );
    client.publish("street/alarms", JSON.stringify({ detector, alarm, at: Date.now() }), {
      qos: 1,
    });
  }
  taken += 1;
  if (taken % 500 === 0) client.publish(progressTopic, String(taken));
});
await client.subscribeAsync("canary/v1/detectors/+/reading", { qos: 1 });
process.send?.("ready");
