/** The gateway from its start to its end. Protection first, pages last. */
import { ok, type Bilingual, type Result } from "#domain/result.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import { createStatusReader, type GatewayStatus } from "./http/status.ts";
import { noteRules } from "./note-rules.ts";
import { openRecord, protect, type Protection } from "./protect.ts";
import { createMqttSource, type MqttSource } from "./sources/mqtt-source.ts";
import type { StartTimes } from "./start/start-times.ts";
import { openBroker } from "./wiring/broker.ts";
import { openPage } from "./wiring/page.ts";
import { openWorld, type GatewayOptions, type World } from "./world.ts";

export type { GatewayOptions } from "./world.ts";

export interface RunningGateway {
  readonly mqttPort: number;
  /** `undefined`: without a page. */
  readonly httpPort: number | undefined;
  readonly status: () => GatewayStatus;
  readonly close: () => Promise<void>;
}

/** Starts the gateway, or says what to mend: the limits, a taken port. */
export const startGateway = async (
  options: GatewayOptions,
): Promise<Result<RunningGateway, Bilingual>> => {
  const opened = openWorld(options);
  if (!opened.ok) return opened;
  const world = opened.value;
  options.faults?.forEach(world.faults.report);

  // The disk is asked for what it remembers while the listener opens, which carries MQTT buzzers.
  const standing = Promise.withResolvers<MqttSource>();
  const [broker, record] = await Promise.all([
    openBroker({ ...world, standing: standing.promise }),
    openRecord(world),
  ]);
  if (!broker.ok) {
    await record.journal.close();
    return broker;
  }
  const protection = await protect(world, broker.value, record);
  const source = createMqttSource({ ...world, take: protection.pipeline.take });
  standing.resolve(source);
  const start: StartTimes = {
    processMs: performance.now(),
    machineMs: world.clock.now().monoMs,
  };
  options.log.info(
    start,
    `规则和蜂鸣器已就绪 · rules and buzzers are live: ${start.processMs.toFixed(0)} ms`,
  );
  options.onProtecting?.(start);

  return finish(world, broker.value, protection, source, start);
};

/** The page and the figures, last: nobody's safety waits for them, not even for their code. */
const finish = async (
  world: World,
  broker: MqttListener,
  protection: Protection,
  source: MqttSource,
  start: StartTimes,
): Promise<Result<RunningGateway, Bilingual>> => {
  const { options, safe } = world;
  const noted = noteRules(world);
  protection.telemetry.refresh();
  const status = createStatusReader({ ...world, ...protection, source, start });
  await protection.link.open();
  const http = safe ? ok(undefined) : await openPage(world, protection, status);
  const close = async (): Promise<void> => {
    if (http.ok) await http.value?.close();
    await Promise.all(protection.sources.map((one) => one.close()));
    await broker.close();
    await protection.retention.close();
    await protection.lane.close();
    await protection.uplink.close();
    await protection.link.close();
    await protection.deadMan?.close();
    await protection.buzzers.close();
    await protection.valves.close();
    await protection.fans.close();
    await Promise.all(Array.from(protection.lines.values(), (line) => line.close()));
    await protection.pipeline.close();
    await protection.telemetry.close();
    await protection.reserve.close();
    await noted;
  };
  if (!http.ok && options.outlivesPage !== true) {
    await close();
    return http;
  }
  if (!http.ok) world.reportFault({ key: "page", present: true, text: http.error });
  const httpPort = http.ok ? http.value?.port : undefined;
  options.log.info(
    `网关已在值守 · the gateway is on watch: MQTT ${broker.port}, HTTP ${httpPort ?? "-"}`,
  );
  return ok({ mqttPort: broker.port, httpPort, status, close });
};
