import { connectAsync } from "mqtt";
import { describe, expect, onTestFinished, test } from "vitest";
import { upTopic } from "#domain/wire.ts";
import type { GatewayFault } from "#gateway/ports.ts";
import {
  centerLinkContract,
  contractGateway,
  createInbox,
  watchStates,
  type LinkHarness,
} from "./center-link.contract.ts";
import { freePort, hasMosquitto, startMosquitto, type Mosquitto } from "./mosquitto.ts";
import {
  openMqttCenterLink,
  retryDelayMs,
  type MqttCenterLinkOptions,
} from "./mqtt-center-link.ts";
import { createLine } from "./scripted-center.ts";

centerLinkContract("scripted", async () => {
  const line = createLine(contractGateway);
  const arrived = createInbox();
  line.onPublish(arrived.add);
  return {
    link: line.link,
    setLine: async (up) => {
      arrived.empty();
      line.set(up);
    },
    arrived: arrived.atLeast,
    sendDown: async (_topic, payload) => {
      line.deliver(payload);
    },
    close: line.link.close,
  };
});

const openLink = (port: number, more: Partial<MqttCenterLinkOptions> = {}) =>
  openMqttCenterLink({
    url: `mqtt://127.0.0.1:${port}`,
    gateway: contractGateway,
    random: () => 0,
    ...more,
  });

/** The line is the broker itself: up when it runs, down when it is killed. */
const openMosquittoHarness = async (): Promise<LinkHarness> => {
  const port = await freePort();
  let broker: Mosquitto | undefined;
  let listener: Awaited<ReturnType<typeof connectAsync>> | undefined;
  const arrived = createInbox();
  const link = openLink(port);
  const setLine = async (up: boolean): Promise<void> => {
    await listener?.endAsync(true);
    await broker?.stop();
    listener = undefined;
    broker = undefined;
    if (!up) return;
    arrived.empty();
    broker = await startMosquitto(port);
    listener = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    listener.on("message", (_topic, payload) => arrived.add(payload.toString()));
    await listener.subscribeAsync("canary/v1/gateways/+/up/#", { qos: 1 });
  };
  return {
    link,
    setLine,
    arrived: arrived.atLeast,
    sendDown: async (topic, payload) => {
      await listener?.publishAsync(topic, payload, { qos: 1 });
    },
    close: async () => {
      await link.close();
      await setLine(false);
    },
  };
};

describe.skipIf(!hasMosquitto)("with Mosquitto (skipped where it is not installed)", () => {
  centerLinkContract("mqtt", openMosquittoHarness);

  test("mqtt: a line that goes dead without closing is noticed, and publishes in flight reject", async () => {
    const port = await freePort();
    const broker = await startMosquitto(port);
    onTestFinished(broker.stop);
    const link = openLink(port, { keepaliveSeconds: 1 });
    onTestFinished(link.close);
    const states = watchStates(link);
    await states.reach([true]);

    broker.freeze();
    const publish = link.publish(upTopic(contractGateway, "alarm"), "into the void");
    await expect(publish).rejects.toThrow("went down");
    await states.reach([true, false]);
  });

  test("mqtt: why there is no connection is a fault in words, taken back when there is one", async () => {
    const port = await freePort();
    const faults: GatewayFault[] = [];
    const { promise: refused, resolve } = Promise.withResolvers<void>();
    const reportFault = (fault: GatewayFault): void => {
      faults.push(fault);
      resolve();
    };
    const link = openLink(port, { reportFault });
    onTestFinished(link.close);
    await refused;
    const broker = await startMosquitto(port);
    onTestFinished(broker.stop);
    await watchStates(link).reach([true]);

    expect(faults[0]).toMatchObject({ key: "center-link", present: true });
    expect(faults[0]?.text.en).toContain("nothing listens there");
    expect(faults.at(-1)).toMatchObject({ key: "center-link", present: false });
  });
});

test("retries come after 1, 2, 4, 8, 10, 10 … seconds, half of it by chance", () => {
  const failures = [0, 1, 2, 3, 4, 40];
  expect(failures.map((n) => retryDelayMs(n, 1))).toEqual([1e3, 2e3, 4e3, 8e3, 10e3, 10e3]);
  expect(failures.map((n) => retryDelayMs(n, 0))).toEqual([500, 1e3, 2e3, 4e3, 5e3, 5e3]);
});
