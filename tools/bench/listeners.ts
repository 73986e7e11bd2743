/** The generator's ears: the buzzers of the street, the duty page, and the bare script's own count. */
import { connectAsync, type MqttClient } from "mqtt";
import { buzzerName, detectorName, type Commits } from "./jobs.ts";
import type { Arrivals } from "./paced.ts";

export interface Ears {
  readonly close: () => Promise<void>;
}

const connectTo = (port: number, clientId: string): Promise<MqttClient> =>
  connectAsync(
    `mqtt://127.0.0.1:${port}`,
    { protocolVersion: 4, clientId, reconnectPeriod: 0, connectTimeout: 5_000 },
    false,
  );

/** More on one connection would meet the gateway's limit of 1,000 messages a second at full speed. */
const buzzersPerConnection = 10;

/** Buzzers `b-0` … that confirm what they are told; each serves the detector of the same number. */
export const openBuzzers = async (
  port: number,
  count: number,
  arrivals: Arrivals,
): Promise<Ears> => {
  const clients = await Promise.all(
    Array.from({ length: Math.ceil(count / buzzersPerConnection) }, async (_, group) => {
      const client = await connectTo(port, `bench-buzzers-${group}`);
      const first = group * buzzersPerConnection;
      const mine = Array.from(
        { length: Math.min(buzzersPerConnection, count - first) },
        (_, index) => first + index,
      );
      const detectorByTopic = new Map(
        mine.map((index) => [`canary/v1/buzzers/${buzzerName(index)}/set`, detectorName(index)]),
      );
      client.on("message", (topic, payload, packet) => {
        const atMs = performance.now();
        const isOn = payload.includes('"on"');
        const detector = detectorByTopic.get(topic);
        if (isOn && !packet.retain && detector !== undefined) arrivals.onBuzzer(detector, atMs);
        client.publish(topic.replace(/set$/, "state"), isOn ? '{"state":"on"}' : '{"state":"off"}');
      });
      await client.subscribeAsync([...detectorByTopic.keys()], { qos: 1 });
      return client;
    }),
  );
  return {
    close: async () => {
      await Promise.all(clients.map((client) => client.endAsync(true)));
    },
  };
};

/** Tells when the center has committed an alarm, as a person at the center would come to see it. */
export const followCommits = async (
  commits: Commits,
  port: number,
  arrivals: Arrivals,
): Promise<Ears> =>
  commits.kind === "sse" ? followStream(commits, arrivals) : followTopic(commits, port, arrivals);

const followTopic = async (
  { topic }: { readonly topic: string },
  port: number,
  arrivals: Arrivals,
): Promise<Ears> => {
  const client = await connectTo(port, "bench-committed");
  client.on("message", (_topic, payload) => {
    arrivals.onCommit(payload.toString(), performance.now());
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return {
    close: async () => {
      await client.endAsync(true);
    },
  };
};

const followStream = async (
  { url, password }: { readonly url: string; readonly password: string },
  arrivals: Arrivals,
): Promise<Ears> => {
  const login = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password }),
  });
  if (!login.ok) throw new Error(`the center refused the login: ${login.status}`);
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const leave = new AbortController();
  const stream = await fetch(`${url}/api/v1/stream`, {
    headers: { cookie },
    signal: leave.signal,
  });
  if (!stream.ok || stream.body === null) throw new Error(`the center's stream: ${stream.status}`);
  const reading = readAlarms(stream.body, arrivals).catch((error: unknown) => {
    if (!leave.signal.aborted) console.error(`bench: the center's stream broke: ${String(error)}`);
  });
  return {
    close: async () => {
      leave.abort();
      await reading;
    },
  };
};

/** Two fields are looked for in the text: a whole parse of each event would cost the clock we keep. */
const readAlarms = async (body: ReadableStream<Uint8Array>, arrivals: Arrivals): Promise<void> => {
  const text = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const atMs = performance.now();
    const events = (rest + text.decode(chunk, { stream: true })).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      if (!event.startsWith("event: alarm") || !event.includes('"condition":"active"')) continue;
      const detector = /"detector":"([^"]+)"/.exec(event)?.[1];
      if (detector !== undefined) arrivals.onCommit(detector, atMs);
    }
  }
};

/** What the bare script says of itself: messages taken in since it started. */
export const followProgress = async (port: number, topic: string) => {
  const client = await connectTo(port, "bench-progress");
  let taken = 0;
  let onMoved = (): void => {};
  client.on("message", (_topic, payload) => {
    taken = Number(payload.toString());
    onMoved();
  });
  await client.subscribeAsync(topic);
  return {
    progress: {
      taken: () => taken,
      aheadMax: 10_000,
      onMoved: (job: () => void) => {
        onMoved = job;
      },
    },
    close: async () => {
      await client.endAsync(true);
    },
  };
};
