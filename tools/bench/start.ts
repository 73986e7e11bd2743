import { connect } from "mqtt";
import { buzzerName, detectorName } from "./jobs.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median } from "./statistics.ts";
import { openMosquitto, plainNode, prepareCanary } from "./systems.ts";
import type { Child } from "./workshop.ts";

const rounds = 3;
const withinMs = 15_000;

/** From the start of the process to the first reading judged: its buzzer is told to sound. */
export const start = async (setting: Setting): Promise<readonly Row[]> => {
  const prepared = await prepareCanary(setting.workshop, {
    detectors: 100,
    connections: 1,
    buzzers: 1,
    center: false,
  });
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    setting.say(`start: ${round}/${rounds}`);
    ours.push(await startCanary(setting, prepared));
    if (setting.hasPeer) peer.push(await startBare(setting));
  }
  return [
    {
      bench: "start",
      what: "process start → first judged reading (buzzer on)",
      unit: "ms",
      ours: median(ours),
      ...(peer.length > 0 && { peer: median(peer) }),
      target: { is: "at most", value: 500 },
    },
  ];
};

const startCanary = async (
  { workshop }: Setting,
  { environment, mqttPort }: Awaited<ReturnType<typeof prepareCanary>>,
): Promise<number> => {
  const startMs = performance.now();
  const gateway = workshop.node("taker", ["tools/canary.ts", "gateway"], environment);
  const ms = (await firstBuzzer(mqttPort, [gateway])) - startMs;
  await gateway.stop();
  return ms;
};

const startBare = async ({ workshop }: Setting): Promise<number> => {
  const startMs = performance.now();
  const { mosquitto, mqttPort, url } = await openMosquitto(workshop);
  const script = workshop.node(
    "taker",
    ["tools/bench/bare-script.ts", url, "bench/taken", "1"],
    plainNode,
  );
  const ms = (await firstBuzzer(mqttPort, [mosquitto, script])) - startMs;
  await script.stop();
  await mosquitto.stop();
  return ms;
};

/**
 * Tries every 5 ms to get in, then alarms every 5 ms until a buzzer is told so: the bare script may
 * not listen yet when its broker does.
 */
const firstBuzzer = async (port: number, children: readonly Child[]): Promise<number> => {
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    clientId: "bench-start",
    reconnectPeriod: 5,
    connectTimeout: withinMs,
  });
  client.on("error", () => {}); // not open yet
  let alarming: NodeJS.Timeout | undefined;
  const buzzing = new Promise<number>((resolve) => {
    client.on("message", (_topic, payload) => {
      if (payload.includes('"on"')) resolve(performance.now());
    });
    client.once("connect", () => {
      client.subscribe(`canary/v1/buzzers/${buzzerName(0)}/set`, { qos: 1 });
      alarming = setInterval(() => {
        client.publish(
          `canary/v1/detectors/${detectorName(0)}/reading`,
          '{"co_ppm":1.5,"status":["alarm"]}',
          { qos: 1 },
        );
      }, 5);
    });
  });
  let giveUp: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    giveUp = setTimeout(() => reject(new Error(`no buzzer within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([buzzing, tooLate, ...children.map((child) => child.ended)]);
  } finally {
    clearInterval(alarming);
    clearTimeout(giveUp);
    await client.endAsync(true);
  }
};
