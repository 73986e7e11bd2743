/**
 * Hours of a bad street: detectors that vanish and come back in storms, a center whose line flaps,
 * pages that are opened and dropped. What the gateway holds after a collection may not grow with it.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { logIn, publishPacket } from "#platform/mqtt-listener/wire-for-tests.ts";
import { detectorName } from "./jobs.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { slopeOf } from "./statistics.ts";
import { openPrepared, prepareCanary } from "./systems.ts";
import { freePort, type Child, type Workshop } from "./workshop.ts";

/** A leaked connection of the listener holds 3 KB at the very least. */
export const heldPerReconnectMax = 300;

export interface Soaked {
  readonly reconnects: number;
  /** Held after a collection, each beside the reconnects until then. */
  readonly samples: readonly (readonly [reconnects: number, heldBytes: number])[];
  /** Least squares over the last two thirds: the first warms it up. */
  readonly heldPerReconnect: number;
}

const detectors = 200;
const pages = 10;
const roundsPerSample = 3;
const fewestSamples = 6;
const size = { detectors, connections: 1, buzzers: 1, center: false };

/** `CANARY_SOAK_SECONDS`: how long, 600 without. */
export const soak = async ({ workshop, say }: Setting): Promise<readonly Row[]> => {
  const forMs = Number(process.env["CANARY_SOAK_SECONDS"] ?? 600) * 1_000;
  say(`soak: ${forMs / 1_000} s`);
  const { reconnects, heldPerReconnect, samples } = await soakGateway(workshop, forMs);
  const row = (what: string, unit: string, ours: number): Row => ({
    bench: "soak",
    what,
    unit,
    ours,
  });
  return [
    row("reconnects in storms of 200", "", reconnects),
    {
      ...row("held more after a collection, per reconnect", "bytes", heldPerReconnect),
      target: { is: "at most", value: heldPerReconnectMax },
    },
    row("held after a collection at the end", "MB", (samples.at(-1)?.[1] ?? NaN) / 1e6),
  ];
};

/** `plantLeak`: the gateway keeps every socket it ever had. */
export const soakGateway = async (
  workshop: Workshop,
  forMs: number,
  plantLeak = false,
): Promise<Soaked> => {
  const prepared = await prepareCanary(workshop, { ...size, center: true });
  const centerPort = await freePort();
  const center = workshop.node("generator", ["tools/bench/answering-center.ts", `${centerPort}`]);
  await Promise.race([once(center.process, "message"), center.ended]);
  const line = await openLine(centerPort);
  const system = await openPrepared(
    workshop,
    size,
    {
      ...prepared,
      environment: {
        ...prepared.environment,
        CANARY_CENTER_MQTT_PORT: String(line.port),
        ...(plantLeak && { CANARY_PLANT_LEAK: "1" }),
      },
    },
    ["--expose-gc", "--import", "./tools/bench/tell-memory.ts"],
  );
  try {
    const samples: (readonly [number, number])[] = [];
    const endMs = performance.now() + forMs;
    let reconnects = 0;
    for (let round = 1; samples.length < fewestSamples || performance.now() < endMs; round += 1) {
      await storm(prepared.mqttPort, round);
      reconnects += detectors;
      line.cut();
      await dropPages(prepared.gatewayHttp);
      if (round % roundsPerSample === 0) samples.push([reconnects, await heldBy(system.gateway)]);
    }
    const judged = samples.slice(Math.floor(samples.length / 3));
    return { reconnects, samples, heldPerReconnect: slopeOf(judged) };
  } finally {
    await system.close();
    await line.close();
    await center.stop();
  }
};

/** All come at once, one in twenty with an alarm that the next round takes back, and all break off. */
const storm = async (port: number, round: number): Promise<void> => {
  const homes = Array.from({ length: detectors }, async (_, index) => {
    const detector = detectorName(index);
    const wire = await logIn(port, { clientId: detector });
    const status = index % 20 === 0 && round % 2 === 0 ? ["alarm"] : [];
    const reading = JSON.stringify({ co_ppm: 1.5, status });
    wire.send(publishPacket(`canary/v1/detectors/${detector}/reading`, reading, { qos: 1 }));
    await wire.read(4);
    return wire;
  });
  for (const { socket } of await Promise.all(homes)) socket.destroy();
};

/** Opened together, and gone in the middle of the answer. */
const dropPages = async (httpPort: number): Promise<void> => {
  const opened = Array.from({ length: pages }, async () => {
    const page = connect({ port: httpPort, host: "127.0.0.1" });
    page.on("error", () => undefined);
    page.write("GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    await Promise.race([once(page, "data"), once(page, "close")]);
    page.destroy();
  });
  await Promise.all(opened);
};

const held = Type.Object({ heldBytes: Type.Number() });

/** The gateway also says "ready" to its parent when it is. */
const heldBy = (gateway: Child): Promise<number> => {
  const answer = new Promise<number>((resolve) => {
    const hear = (message: unknown): void => {
      if (!Value.Check(held, message)) return;
      gateway.process.off("message", hear);
      resolve(message.heldBytes);
    };
    gateway.process.on("message", hear);
  });
  gateway.process.send("held");
  return Promise.race([answer, gateway.ended]);
};

/** The line to the center, to be cut under everything that is on it. */
const openLine = async (targetPort: number) => {
  const sockets = new Set<Socket>();
  const watch = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    return socket.once("close", () => sockets.delete(socket));
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    const far = watch(connect(targetPort, "127.0.0.1"));
    watch(near).pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut,
    close: async (): Promise<void> => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
};
