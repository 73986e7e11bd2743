/** The gateway's composition root: the only file that picks concrete parts. Protection first, pages last. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gatewayId, type DetectorId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Instant } from "#domain/time.ts";
import { both, type Log } from "#platform/log.ts";
import { openMqttListener, type MqttMessage } from "#platform/mqtt-listener/listener.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers } from "#platform/timers.ts";
import { reviveState, type DetectorState } from "#rules/step.ts";
import { createBuzzerBoard } from "./buzzer-board.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { createFaultBoard, type FaultBoard } from "./fault-board.ts";
import { openGatewayHttp } from "./http/server.ts";
import { createStatusReader, type GatewayStatus } from "./http/status.ts";
import { openJournal } from "./journal/open-journal.ts";
import { createKeeper } from "./keeper.ts";
import { createGatewayMetrics } from "./metrics.ts";
import { createMqttAccess } from "./mqtt-access.ts";
import { createPipeline } from "./pipeline.ts";
import type { Journal } from "./ports.ts";
import { chooseLimits } from "./site-limits.ts";
import { createMqttSource, type MqttSource } from "./sources/mqtt-source.ts";
import { detectorStatus } from "./detector-status.ts";
import { createUplink, type Uplink } from "./uplinks/uplink.ts";
import { wireBuzzers } from "./wiring/buzzers.ts";
import { openCenterLink } from "./wiring/center.ts";
import { openLines, startSources } from "./wiring/lines.ts";

export interface GatewayOptions {
  readonly site: Site;
  readonly dataFolder: string;
  readonly brokerUrl: string | undefined;
  readonly log: Log;
}

export interface RunningGateway {
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly status: () => GatewayStatus;
  readonly close: () => Promise<void>;
}

export const startGateway = async (
  options: GatewayOptions,
): Promise<Result<RunningGateway, Bilingual>> => {
  const { site } = options;
  const gateway = gatewayId(site.gateway.id);
  const clock = openSystemClock();
  const timers = systemTimers;
  const faults = openFaultBoard(options.log);
  const limits = chooseLimits(site);
  if (!limits.ok) return err(limits.error[0]?.text ?? { zh: "限值有误", en: "wrong limits" });

  const folder = join(options.dataFolder, "gateway");
  const { journal, salvage } = await openJournal(join(folder, "journal.sqlite"), {
    clock,
    reportFault: faults.report,
  });
  if (salvage !== undefined) options.log.error(both(salvage));
  const directory = createDirectory(site);
  const lines = openLines(site, { clock, timers, reportFault: faults.report });

  // The broker feeds the source and carries the MQTT buzzers, so it is opened first; what arrives
  // before the pipeline stands waits for it, unacknowledged.
  let source: MqttSource | undefined;
  const standing = Promise.withResolvers<MqttSource>();
  const broker = await openBroker(options, folder, faults, directory, (message) =>
    source === undefined ? takeLater(standing.promise, message) : source.onPublish(message),
  );
  if (!broker.ok) return broker;

  const buzzers = createBuzzerBoard(wireBuzzers(site, { broker: broker.value, lines, timers }), {
    reportFault: faults.report,
    timers,
  });
  let uplink: Uplink | undefined;
  const keeper = createKeeper({
    journal,
    timers,
    reportFault: faults.report,
    onKept: () => uplink?.wake(),
    onUnkept: (notice) => uplink?.sendVolatile(notice),
  });
  const pipeline = createPipeline(
    {
      gateway,
      drill: site.drill,
      clock,
      timers,
      rulesFor: (registered) => ({
        limits: limits.value,
        silenceAfter: registered?.silenceAfter ?? seconds(60),
      }),
      directory,
      keeper,
      sound: buzzers.follow,
    },
    await reviveStates(journal, clock.now(), faults),
  );
  source = createMqttSource({ directory, clock, take: pipeline.take });
  standing.resolve(source);
  const sources = startSources(site, lines, {
    clock,
    timers,
    take: pipeline.take,
    reportFault: faults.report,
  });

  const link = openCenterLink(site, gateway, options.brokerUrl, faults.report);
  uplink = createUplink({
    journal,
    link,
    clock,
    timers,
    gateway,
    reportFault: faults.report,
    status: () => ({
      drill: site.drill,
      detectors: [...pipeline.points.values()].map(detectorStatus),
      faults: faults.standing().map(({ text }) => ({ ...text })),
    }),
  });
  const status = createStatusReader({
    site,
    clock,
    pipeline,
    buzzers,
    faults,
    keeper,
    uplink,
    source,
    broker: broker.value,
  });
  const http = await openGatewayHttp({
    ...site.gateway.http,
    status,
    metrics: createGatewayMetrics(status),
  });
  const close = async (): Promise<void> => {
    if (http.ok) await http.value.close();
    await Promise.all(sources.map((one) => one.close()));
    await broker.value.close();
    await uplink?.close();
    await link.close();
    await buzzers.close();
    await Promise.all([...lines.values()].map((line) => line.close()));
    await pipeline.close();
  };
  if (!http.ok) {
    await close();
    return http;
  }
  options.log.info(
    `网关已在值守 · the gateway is on watch: MQTT ${broker.value.port}, HTTP ${http.value.port}`,
  );
  return ok({ mqttPort: broker.value.port, httpPort: http.value.port, status, close });
};

const openFaultBoard = (log: Log): FaultBoard =>
  createFaultBoard(({ key, present, text }) => {
    if (present) log.error({ key }, both(text));
    else log.info({ key }, both(text));
  });

const openBroker = (
  { site }: GatewayOptions,
  folder: string,
  faults: FaultBoard,
  directory: Directory,
  onPublish: (message: MqttMessage) => Promise<void> | undefined,
) => {
  const { host, port, tls } = site.gateway.mqtt;
  return openMqttListener({
    host,
    port,
    ...(tls && { tls: readTls(tls) }),
    dataFolder: join(folder, "mqtt"),
    authenticate: createMqttAccess(site, directory),
    onPublish,
    onFault: faults.report,
  });
};

/** States the journal kept. One that cannot be read starts anew, and a fault says for whom. */
const reviveStates = async (
  journal: Journal,
  now: Instant,
  faults: FaultBoard,
): Promise<ReadonlyMap<DetectorId, DetectorState>> => {
  const states = new Map<DetectorId, DetectorState>();
  for (const { detector, json } of await journal.states().catch(() => [])) {
    const state = reviveState(json, now);
    if (state.ok) states.set(detector, state.value);
    else faults.report({ key: `state:${detector}`, present: true, text: state.error });
  }
  return states;
};

const readTls = (files: NonNullable<Site["gateway"]["mqtt"]["tls"]>) => ({
  cert: readFileSync(files.certFile, "utf8"),
  key: readFileSync(files.keyFile, "utf8"),
  ...(files.caFile !== undefined && { ca: readFileSync(files.caFile, "utf8") }),
});

/** The listener lends its payload only for the length of the call, so what waits is copied. */
const takeLater = async (standing: Promise<MqttSource>, message: MqttMessage): Promise<void> => {
  const kept = { ...message, payload: Uint8Array.from(message.payload) };
  await (await standing).onPublish(kept);
};
