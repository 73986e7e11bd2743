/** Threshold → buzzer with the link up, down and flapping, and with a disk that stalls: one run, one gateway each. */
import { spawnSync } from "node:child_process";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connectAsync } from "mqtt";
import { buzzerName, detectorName } from "./jobs.ts";
import type { Setting } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { percentile } from "./statistics.ts";
import { prepareCanary, type Prepared } from "./systems.ts";
import { freePort, type Child } from "./workshop.ts";

const homes = 200;
const gapMs = 25;
/** Each fsync of the stalled disk takes this long. */
const stallMs = 2_000;
const flapEveryMs = 300;
const withinMs = 10_000;
/** DESIGN.md, "Numbers to reach": reading → buzzer. */
const p99AtMostMs = 50;

interface Condition {
  readonly name: string;
  readonly center: boolean;
  readonly flaps?: true;
  readonly stalls?: true;
}

const conditions: readonly Condition[] = [
  { name: "link up", center: true },
  { name: "link down", center: false },
  { name: "link flapping", center: true, flaps: true },
  { name: "disk stalled", center: true, stalls: true },
];

export const buzzer = async (setting: Setting): Promise<readonly Row[]> => {
  const canTrace = spawnSync("strace", ["-f", "-e", "trace=none", "true"]).status === 0;
  const rows: Row[] = [];
  for (const condition of conditions) {
    if (condition.stalls && !canTrace) {
      setting.say("buzzer: no strace, the stalled disk is left out");
      continue;
    }
    setting.say(`buzzer: ${condition.name}`);
    const samples = await measure(setting, condition);
    const row = (what: string, share: number, rest: Partial<Row> = {}): Row => ({
      bench: "buzzer",
      what: `threshold → buzzer ${what}, ${condition.name}`,
      unit: "ms",
      ours: percentile(samples, share),
      ...rest,
    });
    rows.push(
      row("p50", 0.5),
      row("p99", 0.99, { target: { is: "at most", value: p99AtMostMs } }),
      row("max", 1, { note: `${samples.length} alarms` }),
    );
  }
  return rows;
};

const measure = async ({ workshop }: Setting, condition: Condition): Promise<readonly number[]> => {
  const size = { detectors: homes, connections: 1, buzzers: homes, center: condition.center };
  const prepared = await prepareCanary(workshop, size);
  const { environment } = prepared;
  const center = condition.center
    ? workshop.node("generator", ["tools/canary.ts", "center"], environment)
    : undefined;
  const flap = await openFlappingWire(Number(environment["CANARY_CENTER_MQTT_PORT"]));
  const command = [process.execPath, "tools/canary.ts", "gateway"];
  const slow = ["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"];
  const [program = "", ...words] = condition.stalls
    ? ["strace", ...slow, "-e", `inject=fsync,fdatasync:delay_exit=${stallMs * 1_000}`, ...command]
    : command;
  const gateway = workshop.spawn("taker", program, words, {
    ...environment,
    ...(condition.flaps && { CANARY_BROKER_URL: `mqtt://127.0.0.1:${flap.port}` }),
  });
  try {
    await linked(prepared, gateway, condition);
    flap.start();
    return await alarms(prepared.mqttPort, gateway);
  } finally {
    flap.close();
    await gateway.stop();
    await center?.stop();
  }
};

/** Until the gateway answers, and the center has been heard where there is one. */
const linked = async (
  { gatewayHttp }: Prepared,
  gateway: Child,
  { center }: Condition,
): Promise<void> => {
  const giveUpMs = performance.now() + 30_000;
  for (;;) {
    const body = await Promise.race([
      fetch(`http://127.0.0.1:${gatewayHttp}/api/v1/status`).then(
        (answer) => answer.text(),
        () => "",
      ),
      gateway.ended,
    ]);
    if (body !== "" && (!center || body.includes('"state":"up"'))) return;
    if (performance.now() > giveUpMs) throw new Error(`not ready: ${gateway.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Each home's gas passes the high threshold once; each has a buzzer of its own. */
const alarms = async (port: number, gateway: Child): Promise<readonly number[]> => {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  const sentMs = new Map<string, number>();
  const tookMs: number[] = [];
  const all = Promise.withResolvers<void>();
  client.on("message", (topic, payload) => {
    const name = topic.split("/")[3] ?? "";
    const sent = sentMs.get(name);
    if (!payload.includes('"on"') || sent === undefined) return;
    sentMs.delete(name);
    tookMs.push(performance.now() - sent);
    client.publish(`canary/v1/buzzers/${name}/state`, "on");
    if (tookMs.length === homes) all.resolve();
  });
  await client.subscribeAsync("canary/v1/buzzers/+/set", { qos: 1 });
  for (let home = 0; home < homes; home += 1) {
    sentMs.set(buzzerName(home), performance.now());
    client.publish(`canary/v1/detectors/${detectorName(home)}/reading`, '{"ch4_lel":40}', {
      qos: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, gapMs));
  }
  const giveUp = setTimeout(all.resolve, withinMs);
  await Promise.race([all.promise, gateway.ended]);
  clearTimeout(giveUp);
  await client.endAsync(true);
  // What never sounded took for ever.
  return [...tookMs, ...Array.from(sentMs, () => Infinity)];
};

/** A wire to the center that is cut, and mended, several times a second. */
const openFlappingWire = async (to: number) => {
  const port = await freePort();
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectTcp({ port: to, host: "127.0.0.1" });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  let flapping: NodeJS.Timeout | undefined;
  return {
    port,
    start: () => {
      flapping = setInterval(() => {
        for (const socket of open) socket.resetAndDestroy();
      }, flapEveryMs);
    },
    close: () => {
      clearInterval(flapping);
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
};
