/** The peer's center: a subscriber that commits each alarm to SQLite and then says so. */
import Database from "better-sqlite3";
import { connectAsync } from "mqtt";

const [url = "", file = "", committedTopic = ""] = process.argv.slice(2);
const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE alarms (detector TEXT, alarm INTEGER, at INTEGER)");
const add = database.prepare("INSERT INTO alarms VALUES (?, ?, ?)");

interface Alarm {
  readonly detector: string;
  readonly alarm: boolean;
  readonly at: number;
}

const client = await connectAsync(url, { protocolVersion: 4 });
client.on("message", (_topic, payload) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the peer checks nothing
  const alarm = JSON.parse(payload.toString()) as Alarm;
  add.run(alarm.detector, alarm.alarm ? 1 : 0, alarm.at);
  if (alarm.alarm) client.publish(committedTopic, alarm.detector, { qos: 1 });
});
await client.subscribeAsync("street/alarms", { qos: 1 });
process.send?.("ready");
