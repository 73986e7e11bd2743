/** The gateway's composition root: the only file that picks concrete parts. Protection first, pages last. */
import { join } from "node:path";
import { gatewayId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import { err, ok, type Bilingual, type Result } from "#domain/result.ts";
import type { Clock } from "#domain/time.ts";
import { both, type Log } from "#platform/log.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { Site } from "#platform/site-file/schema.ts";
import { openSystemClock } from "#platform/system-clock.ts";
import { systemTimers, type Timers } from "#platform/timers.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import type { DetectorRules } from "#rules/step.ts";
import { openDeadMan } from "./dead-man/open-dead-man.ts";
import { detectorStatus } from "./detector-status.ts";
import type { DeedParts } from "./http/deed-routes.ts";
import { createCommandTaker, type CommandDeps } from "./commands/take-command.ts";
import { takenName } from "./commands/taken.ts";
import { createDirectory, type Directory, type Registered } from "./directory.ts";
import { createFaultBoard, type FaultBoard } from "./fault-board.ts";
import { createStatusReader, type GatewayStatus, type ReadStatus } from "./http/status.ts";
import { createMemoryJournal } from "./journal/memory-journal.ts";
import { openJournal, type OpenedJournal } from "./journal/open-journal.ts";
import { keepRetention } from "./journal/retention.ts";
import { createKeeper } from "./keeper.ts";
import { reviveStates, type KnownStates } from "./known-states.ts";
import { createLinkRelay } from "./link-relay.ts";
import type { GatewayFault, ReportFault } from "./ports.ts";
import { createPipeline } from "./pipeline.ts";
import { createPoints, strangerFault, type Points } from "./points.ts";
import { openProtection } from "./protection/open-protection.ts";
import { createProtectionRecords } from "./protection/records.ts";
import { appliedRules, chooseLimits, chooseTrial, type AppliedRules } from "./site-limits.ts";
import { createMqttSource, type MqttSource } from "./sources/mqtt-source.ts";
import type { StartTimes } from "./start/start-times.ts";
import { createUplink, type Uplink } from "./uplinks/uplink.ts";
import { createInterlock } from "./valves/interlock.ts";
import { openBroker } from "./wiring/broker.ts";
import { wireBuzzers } from "./wiring/buzzers.ts";
import { openCenter } from "./wiring/center.ts";
import { openLines, startSources } from "./wiring/lines.ts";
import { wireValves } from "./wiring/valves.ts";

export interface GatewayOptions {
  readonly site: Site;
  readonly dataFolder: string;
  readonly brokerUrl: string | undefined;
  readonly log: Log;
  /** Rules and buzzers only: no journal on disk, no center, no page. */
  readonly safe?: boolean;
  /** What people must know of this start for as long as it lasts. */
  readonly faults?: readonly GatewayFault[];
  /** A page that cannot open is a fault and not the end: a service manager would end up in a loop. */
  readonly outlivesPage?: boolean;
  /** Rules and buzzers are live; pages are not. */
  readonly onProtecting?: (start: StartTimes) => void;
}

export interface RunningGateway {
  readonly mqttPort: number;
  /** `undefined`: without a page. */
  readonly httpPort: number | undefined;
  readonly status: () => GatewayStatus;
  readonly close: () => Promise<void>;
}

/** What every part of the gateway is given. */
interface World {
  readonly options: GatewayOptions;
  readonly site: Site;
  readonly safe: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly faults: FaultBoard;
  readonly reportFault: ReportFault;
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
  const faults = openFaultBoard(options.log);
  const world: World = {
    options,
    site: options.site,
    safe: options.safe === true,
    clock: openSystemClock(),
    timers: systemTimers,
    faults,
    reportFault: faults.report,
    directory: createDirectory(options.site),
    limits: limits.value,
    trial: options.safe === true ? undefined : trial.value,
    rules: appliedRules(limits.value, trial.value),
    folder: join(options.dataFolder, "gateway"),
  };

  options.faults?.forEach(faults.report);

  // The disk is asked for what it remembers while the listener opens, which carries MQTT buzzers.
  const standing = Promise.withResolvers<MqttSource>();
  const [broker, opened] = await Promise.all([
    openBroker({ ...world, standing: standing.promise }),
    openRecord(world),
  ]);
  if (!broker.ok) {
    await opened.journal.close();
    return broker;
  }
  const protection = await protect(world, broker.value, opened);
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

/** In safe mode nothing on disk is touched: it may be what ended the starts before. */
const openRecord = ({ safe, folder, clock, reportFault }: World): Promise<OpenedJournal> =>
  safe
    ? Promise.resolve({ journal: createMemoryJournal(), salvage: notRead })
    : openJournal(join(folder, "journal.sqlite"), { clock, reportFault });

const notRead: Bilingual = {
  zh: "安全模式:没有读取报警记录",
  en: "safe mode: the alarm journal was not read",
};

/** Journal, lines, buzzers and judgement: all that sounds an alarm, and the uplink behind it. */
const protect = async (world: World, broker: MqttListener, { journal, salvage }: OpenedJournal) => {
  const { site, options, clock, timers, reportFault, directory, limits, trial } = world;
  const gateway = gatewayId(site.gateway.id);
  if (salvage !== undefined) options.log.error(both(salvage));
  // Before the buzzers are set for the first time: one that sounds must not fall silent while we read.
  const known = await reviveStates(journal, clock.now(), reportFault, trial?.id);
  const links = createLinkRelay(reportFault);
  const lines = openLines(site, { clock, timers, reportFault: links.report });
  let uplink: Uplink | undefined;
  const keeper = createKeeper({
    journal,
    timers,
    reportFault,
    onKept: (records) => uplink?.wake(records),
    onUnkept: (notice) => uplink?.sendVolatile(notice),
  });
  const points = createPoints({
    directory,
    known,
    rulesFor: (registered) => rulesBy(limits, registered),
    trialFor: (registered) => trial && rulesBy(trial, registered),
    now: clock.now,
    onStranger: (id, { line, place }) => reportFault(strangerFault(id, `${line} ${place}`)),
  });
  const records = createProtectionRecords({ gateway, drill: site.drill, clock, keeper });
  const wires = { broker, lines, timers, reportFault };
  const valves = createInterlock(wireValves(site, wires), { ...world, record: records.valve });
  const buzzers = openProtection({
    ...world,
    points,
    buzzers: wireBuzzers(site, wires),
    records,
    lost: salvage === undefined ? known.lost : "all",
    uplink: () => uplink?.state(),
    onOpen: () => deadMan?.beat(),
  });
  // It beats for the first time in a later turn, when all known alarms have asked.
  const deadMan = openDeadMan(site, { ...world, isOpen: buzzers.isOpen });
  const link = openCenter(world.safe, site, gateway, options.brokerUrl, reportFault);
  uplink = createUplink({
    ...world,
    journal,
    link,
    gateway,
    status: () => reportStatus(world, points),
  });
  const pipeline = createPipeline({
    gateway,
    drill: site.drill,
    clock,
    timers,
    points,
    keeper,
    sound: (detector, demand) => {
      buzzers.follow(detector, demand);
      valves.follow(detector, demand);
    },
    reportFault,
  });
  // Known alarms have asked by now: nothing that sounds is set off first.
  buzzers.begin();
  links.follow(pipeline.setLink);
  link.onMessage(takeCommands(world, { pipeline, points, keeper, known }));
  const sources = startSources(site, lines, {
    clock,
    timers,
    take: pipeline.take,
    reportFault: links.report,
  });
  const retention = startRetention(world, journal);
  const guards = { buzzers, valves, deadMan };
  return { ...guards, lines, keeper, points, pipeline, link, uplink, sources, retention };
};

/** Cleaning up, once everything that protects stands. */
const startRetention = ({ site, clock, timers }: World, journal: OpenedJournal["journal"]) =>
  keepRetention({
    journal,
    clock,
    timers,
    ...(site.gateway.journalDays !== undefined && { days: site.gateway.journalDays }),
  });

/** What people at desks of the center ask of this gateway. */
const takeCommands = (
  { options: { site }, clock, faults }: World,
  {
    known,
    ...parts
  }: { readonly known: KnownStates } & Pick<CommandDeps, "pipeline" | "points" | "keeper">,
) =>
  createCommandTaker({
    ...parts,
    gateway: gatewayId(site.gateway.id),
    drill: site.drill,
    clock,
    reportFault: faults.report,
    centerKey: site.gateway.center.commandKey,
    remembered: known.own?.get(takenName),
  });

/** What the center is told of this gateway beside its records. */
const reportStatus = ({ options, rules, faults }: World, points: Points) => ({
  drill: options.site.drill,
  rules,
  detectors: Array.from(points.byId.values(), detectorStatus),
  faults: faults.standing().map(({ text: { zh, en } }) => ({ zh, en })),
});

/** The page and the figures, last: nobody's safety waits for them, not even for their code. */
const finish = async (
  world: World,
  broker: MqttListener,
  protection: Awaited<ReturnType<typeof protect>>,
  source: MqttSource,
  start: StartTimes,
): Promise<Result<RunningGateway, Bilingual>> => {
  const { options, safe } = world;
  const status = createStatusReader({ ...world, ...protection, source, start });
  await protection.link.open();
  const http = safe ? ok(undefined) : await openPage(world, protection, status);
  const close = async (): Promise<void> => {
    if (http.ok) await http.value?.close();
    await Promise.all(protection.sources.map((one) => one.close()));
    await broker.close();
    await protection.retention.close();
    await protection.uplink.close();
    await protection.link.close();
    await protection.deadMan?.close();
    await protection.buzzers.close();
    await protection.valves.close();
    await Promise.all(Array.from(protection.lines.values(), (line) => line.close()));
    await protection.pipeline.close();
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

const openPage = async (
  { site, clock, timers, reportFault }: World,
  { points, pipeline }: Pick<DeedParts, "points" | "pipeline">,
  status: ReadStatus,
) => {
  const [{ openGatewayHttp }, { createGatewayMetrics }, { createPeople }, { createVisits }] =
    await Promise.all([
      import("./http/server.ts"),
      import("./metrics.ts"),
      import("./people/people.ts"),
      import("./people/visits.ts"),
    ]);
  return openGatewayHttp({
    ...site.gateway.http,
    status,
    metrics: createGatewayMetrics(status),
    points,
    pipeline,
    clock,
    timers,
    people: createPeople({ people: site.gateway.people, clock, reportFault }),
    visits: createVisits(clock),
  });
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
