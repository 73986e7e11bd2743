/**
 * A thousand open pages and the alarms they are told of, in a process of its own:
 *
 *   node tools/bench/page-readers.ts '{"httpPort":…,"mqttPort":…,"cookies":[…]}' <pages> <alarms>
 *
 * Sends one message with what each delivery took: from the moment the alarm left its gateway until
 * a page had it.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import { gatewaysOfStorm, alarmOfHome, alarmsOfHomes } from "./storm.ts";

const servingSchema = Type.Object({
  httpPort: Type.Integer(),
  mqttPort: Type.Optional(Type.Integer()),
  cookies: Type.Array(Type.String(), { minItems: 1 }),
});
type Serving = Static<typeof servingSchema>;

/** performance.md §5: 10 events a second. */
const alarmEveryMs = 100;
const patienceMs = 10_000;
const storm = "pages";

const measure = async (serving: Serving, pages: number, alarms: number) => {
  const sentAt = new Map<string, number>();
  const samples: number[] = [];
  const hear = (episode: string): void => {
    const at = sentAt.get(episode);
    if (at !== undefined) samples.push(performance.now() - at);
  };
  const sockets: Socket[] = [];
  for (let index = 0; index < pages; index += 1) {
    sockets.push(await openPage(serving, index, hear));
  }
  const send = await openSender(serving);
  // The first ones wake what sleeps, and are not counted.
  const warming = gatewaysOfStorm;
  for (const [index, delivery] of alarmsOfHomes(storm, alarms + warming).entries()) {
    if (index >= warming) {
      sentAt.set(alarmOfHome(storm, index, index).event.episode, performance.now());
    }
    await send(delivery.topic, Buffer.from(delivery.payload));
    await wait(alarmEveryMs);
  }
  const lastMs = performance.now();
  while (samples.length < pages * alarms && performance.now() - lastMs < patienceMs) await wait(20);
  for (const socket of sockets) socket.destroy();
  return { deliveriesWanted: pages * alarms, samples };
};

/** Read as text, by hand: a thousand parsers would take the machine that is measured. */
const openPage = async (
  { httpPort, cookies }: Serving,
  index: number,
  hear: (episode: string) => void,
): Promise<Socket> => {
  const socket = connect(httpPort, "127.0.0.1");
  await once(socket, "connect");
  const cookie = cookies[index % cookies.length] ?? "";
  socket.write(
    `GET /api/v1/stream HTTP/1.1\r\nhost: 127.0.0.1:${httpPort}\r\ncookie: ${cookie}\r\n\r\n`,
  );
  const [head]: Buffer[] = await once(socket, "data");
  if (head?.includes(" 200 ") !== true) throw new Error(`no stream: ${head?.toString()}`);
  let rest = "";
  const told = new Set<string>();
  socket.on("data", (bytes) => {
    const events = (rest + bytes.toString("latin1")).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      if (!event.includes("event: alarm\n")) continue;
      const episode = /"episode":"([^"]+)"/.exec(event)?.[1] ?? "";
      // Told again when its case or its page changes: the first time counts.
      if (told.has(episode)) continue;
      told.add(episode);
      hear(episode);
    }
  });
  return socket;
};

const openSender = async ({ mqttPort, httpPort }: Serving) => {
  if (mqttPort === undefined) {
    return async (_topic: string, body: Buffer): Promise<void> => {
      await fetch(`http://127.0.0.1:${httpPort}/`, { method: "POST", body });
    };
  }
  const clients = await Promise.all(
    Array.from({ length: gatewaysOfStorm }, (_, index) =>
      connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
        protocolVersion: 4,
        clientId: `gw-${index}`,
      }),
    ),
  );
  return async (topic: string, body: Buffer): Promise<void> => {
    const at = Number(/gw-(\d+)/.exec(topic)?.[1]);
    await clients[at]?.publishAsync(topic, body, { qos: 1 });
  };
};

if (import.meta.main) {
  const [serving = "{}", pages = "1000", alarms = "200"] = process.argv.slice(2);
  const result = await measure(
    Value.Parse(servingSchema, JSON.parse(serving)),
    Number(pages),
    Number(alarms),
  );
  const { samples, ...counts } = result;
  if (process.send) process.send({ ...counts, samples }, () => process.exit(0));
  else {
    const sorted = samples.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
    console.log(counts, samples.length, at(0.5), at(0.99), at(1));
    process.exit(0);
  }
}
