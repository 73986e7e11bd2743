import { connectAsync } from "mqtt";
import { epochToRfc3339 } from "#domain/civil-time.ts";
import { epochMs } from "#domain/quantity.ts";
import { quietHome } from "./simulated-street.ts";

/** `canary simulate`: healthy detectors `sim-1` … publishing over real MQTT, QoS 1. */
export const simulate = async (options: {
  readonly url: string;
  readonly detectors: string;
  readonly period: string;
  readonly seconds: string;
}): Promise<number> => {
  const count = Number(options.detectors);
  const periodMs = Number(options.period);
  const seconds = Number(options.seconds);
  if (!Number.isInteger(count) || count < 1 || !(periodMs >= 10) || !(seconds >= 0)) {
    console.error(
      "用法不对:台数为正整数,间隔不小于 10 毫秒,秒数不小于 0 · wrong usage: a whole number of detectors, a period of at least 10 ms, 0 seconds or more",
    );
    return 2;
  }
  const client = await connectAsync(
    options.url,
    { protocolVersion: 4, connectTimeout: 5_000 },
    false,
  ).catch((error: unknown) => {
    console.error(
      `连不上 ${options.url}:${String(error)}。网关在运行吗? · cannot reach ${options.url}; is the gateway running?`,
    );
  });
  if (client === undefined) return 1;

  const startedMs = Date.now();
  let sent = 0;
  const round = async (): Promise<void> => {
    const nowMs = Date.now();
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        client.publishAsync(
          `canary/v1/detectors/sim-${index + 1}/reading`,
          JSON.stringify({
            seq: sent,
            at: epochToRfc3339(epochMs(nowMs)),
            ...quietHome(index, (nowMs - startedMs) / 1_000),
          }),
          { qos: 1 },
        ),
      ),
    );
    sent += 1;
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      round().catch((error: unknown) => console.error(String(error)));
      if (seconds > 0 && Date.now() - startedMs >= seconds * 1_000) resolve();
    }, periodMs);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    client.once("close", () => clearInterval(timer));
  });
  await client.endAsync();
  console.log(`已发送 ${sent} 轮 × ${count} 台 · sent ${sent} rounds of ${count} detectors`);
  return 0;
};
