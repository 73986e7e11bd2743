/** The gateway's composition root: the only file that picks concrete parts. Protection first, pages last. */
import { join } from "node:path";
import { gatewayId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { both, type Log } from "#platform/log.ts";
import {
  openMqttListener,
  type MqttListener,
  type MqttMessage,
} from "#platform/mqtt-listener/listener.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { readTlsFiles } from "#platform/site-file/tls-files.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers, type Timers } from "#platform/timers.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import type { DetectorRules } from "#rules/step.ts";
import { createBuzzerBoard } from "./buzzer-board.ts";
import { detectorStatus } from "./detector-status.ts";
import { createDirectory, type Directory, type Registered } from "./directory.ts";
import { createFaultBoard, type FaultBoard } from "./fault-board.ts";
import { openGatewayHttp } from "./http/server.ts";
import { createStatusReader, type GatewayStatus } from "./http/status.ts";
import { openJournal } from "./journal/open-journal.ts";
import { createKeeper } from "./keeper.ts";
import { reviveStates, type KnownStates } from "./known-states.ts";
import { createLinkRelay } from "./link-relay.ts";
import { createGatewayMetrics } from "./metrics.ts";
import { createMqttAccess } from "./mqtt-access.ts";
import { createPipeline } from "./pipeline.ts";
import { createPoints, strangerFault } from "./points.ts";
import { appliedRules, chooseLimits, chooseTrial, type AppliedRules } from "./site-limits.ts";
import { createMqttSource, type MqttSource } from "./sources/mqtt-source.ts";
import { createObserver } from "./telemetry/observe.ts";
import { withReserve } from "./telemetry/reserve.ts";
import { createUplink, type Uplink } from "./uplinks/uplink.ts";
import { wireBuzzers } from "./wiring/buzzers.ts";
import { openCenterLink } from "./wiring/center.ts";
import { openLines, startSources } from "./wiring/lines.ts";
import { startTelemetryLane, wireTelemetry } from "./wiring/telemetry.ts";

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

/** What every part of the gateway is given. */
interface World {
  readonly options: GatewayOptions;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly faults: FaultBoard;
  readonly directory: Directory;
  readonly limits: LimitSet;
  /** On trial beside them. */
  readonly trial: LimitSet | undefined;
  readonly rules: AppliedRules;
  readonly folder: string;
}

/** Starts the gateway, or says what to mend: the limits, a taken port. */
export const startGateway = async (
  options: GatewayOptions,
): Promise<Result<RunningGateway, Bilingual>> => {
  const limits = chooseLimits(options.site);
  const trial = chooseTrial(options.site);
  if (!limits.ok || !trial.ok) {
    const [first] = [limits, trial].flatMap((chosen) => (chosen.ok ? [] : chosen.error));
    return err(first?.text ?? { zh: "限值有误", en: "wrong limits" });
  }
  const world: World = {
    options,
    clock: openSystemClock(),
    timers: systemTimers,
    faults: openFaultBoard(options.log),
    directory: createDirectory(options.site),
    limits: limits.value,
    trial: trial.value,
    rules: appliedRules(limits.value, trial.value),
    folder: join(options.dataFolder, "gateway"),
  };

  // The broker feeds the source and carries the MQTT buzzers, so it is opened first; what arrives
  // before the source stands waits for it, unacknowledged.
  let source: MqttSource | undefined;
  const standing = Promise.withResolvers<MqttSource>();
  const broker = await openBroker(world, (message) =>
    source === undefined ? takeLater(standing.promise, message) : source.onPublish(message),
  );
  if (!broker.ok) return broker;
  const protection = await protect(world, broker.value);
  source = createMqttSource({ ...world, take: protection.pipeline.take });
  standing.resolve(source);

  return finish(world, broker.value, protection, source);
};

/** Journal, lines, buzzers and judgement: all that sounds an alarm, and the uplink behind it. */
const protect = async (world: World, broker: MqttListener) => {
  const { options, clock, timers, faults, trial } = world;
  const { site } = options;
  const gateway = gatewayId(site.gateway.id);
  const reportFault = faults.report;
  const { journal, telemetry, reserve } = await openDisk(world);
  // Before the buzzers are set for the first time: one that sounds must not fall silent while we read.
  const known = await reviveStates(journal, clock.now(), reportFault, trial?.id);
  const links = createLinkRelay(reportFault);
  const lines = openLines(site, { clock, timers, reportFault: links.report });
  const buzzers = createBuzzerBoard(wireBuzzers(site, { broker, lines, timers, reportFault }), {
    reportFault,
    timers,
  });

  let uplink: Uplink | undefined;
  const keeper = createKeeper({
    journal,
    timers,
    reportFault,
    onKept: (records) => uplink?.wake(records),
    onUnkept: (notice) => uplink?.sendVolatile(notice),
  });
  const points = openPoints(world, known);
  const link = openCenterLink(site, gateway, options.brokerUrl, reportFault);
  uplink = createUplink({
    journal,
    link,
    clock,
    timers,
    gateway,
    reportFault,
    status: () => ({
      drill: site.drill,
      rules: world.rules,
      detectors: Array.from(points.byId.values(), detectorStatus),
      faults: faults.standing().map(({ text: { zh, en } }) => ({ zh, en })),
    }),
  });
  const lane = startTelemetryLane(telemetry, uplink, { link, clock, timers, gateway, reportFault });
  const pipeline = createPipeline({
    gateway,
    drill: site.drill,
    clock,
    timers,
    points,
    keeper,
    sound: buzzers.follow,
    reportFault,
    observe: createObserver(telemetry),
  });
  links.follow(pipeline.setLink);
  const sources = startSources(site, lines, {
    clock,
    timers,
    take: pipeline.take,
    reportFault: links.report,
  });
  return {
    lines,
    buzzers,
    keeper,
    points,
    pipeline,
    link,
    uplink,
    sources,
    telemetry,
    lane,
    reserve,
  };
};

/** What is kept: alarms in the journal, readings in a store of their own, and room for the alarms. */
const openDisk = async ({ options, folder, clock, timers, faults }: World) => {
  const reportFault = faults.report;
  const parts = wireTelemetry(options.site, folder, { clock, timers, reportFault });
  const { journal, salvage } = await openJournal(join(folder, "journal.sqlite"), {
    clock,
    reportFault,
  });
  if (salvage !== undefined) options.log.error(both(salvage));
  return { ...parts, journal: withReserve(journal, parts.reserve) };
};

const openPoints = ({ directory, limits, trial, clock, faults }: World, known: KnownStates) =>
  createPoints({
    directory,
    known,
    rulesFor: (registered) => rulesBy(limits, registered),
    trialFor: (registered) => trial && rulesBy(trial, registered),
    now: clock.now,
    onStranger: (id, { line, place }) => faults.report(strangerFault(id, `${line} ${place}`)),
  });

/** The page and the figures, last: nobody's safety waits for them. */
const finish = async (
  world: World,
  broker: MqttListener,
  protection: Awaited<ReturnType<typeof protect>>,
  source: MqttSource,
): Promise<Result<RunningGateway, Bilingual>> => {
  const { site, log } = world.options;
  const status = createStatusReader({ ...world, ...protection, site, source });
  const http = await openGatewayHttp({
    ...site.gateway.http,
    status,
    metrics: createGatewayMetrics(status),
  });
  const close = async (): Promise<void> => {
    if (http.ok) await http.value.close();
    await Promise.all(protection.sources.map((one) => one.close()));
    await broker.close();
    await protection.lane.close();
    await protection.uplink.close();
    await protection.link.close();
    await protection.buzzers.close();
    await Promise.all(Array.from(protection.lines.values(), (line) => line.close()));
    await protection.pipeline.close();
    await protection.telemetry.close();
    await protection.reserve.close();
  };
  if (!http.ok) {
    await close();
    return http;
  }
  const { port: httpPort } = http.value;
  log.info(`网关已在值守 · the gateway is on watch: MQTT ${broker.port}, HTTP ${httpPort}`);
  return ok({ mqttPort: broker.port, httpPort, status, close });
};

const rulesBy = (limits: LimitSet, registered: Registered | undefined): DetectorRules => ({
  limits,
  silenceAfter: registered?.silenceAfter ?? seconds(60),
});

const openFaultBoard = (log: Log): FaultBoard =>
  createFaultBoard(({ key, present, text }) => {
    if (present) log.error({ key }, both(text));
    else log.info({ key }, both(text));
  });

const openBroker = (
  { options, folder, faults, directory }: World,
  onPublish: (message: MqttMessage) => Promise<void> | undefined,
) => {
  const { host, port, tls, limits } = options.site.gateway.mqtt;
  return openMqttListener({
    host,
    port,
    limits,
    setting: "gateway.mqtt.port / CANARY_GATEWAY_MQTT_PORT",
    ...(tls && { tls: readTlsFiles(tls) }),
    dataFolder: join(folder, "mqtt"),
    authenticate: createMqttAccess(options.site, directory),
    onPublish,
    onFault: faults.report,
  });
};

/** The listener lends its payload only for the length of the call, so what waits is copied. */
const takeLater = async (standing: Promise<MqttSource>, message: MqttMessage): Promise<void> => {
  const kept = { ...message, payload: Uint8Array.from(message.payload) };
  await (await standing).onPublish(kept);
};
