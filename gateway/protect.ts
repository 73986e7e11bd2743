/** All that sounds an alarm and writes it down, and the uplink behind it. */
import { join } from "node:path";
import { gatewayId } from "#domain/ids.ts";
import { seconds } from "#domain/quantity.ts";
import type { Bilingual } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import type { MqttListener } from "#platform/mqtt-listener/listener.ts";
import type { LimitSet } from "#rules/limits/limit-set.ts";
import type { DetectorRules } from "#rules/step.ts";
import { createCommandTaker, type CommandDeps } from "./commands/take-command.ts";
import { takenName } from "./commands/taken.ts";
import { openDeadMan } from "./dead-man/open-dead-man.ts";
import { detectorStatus } from "./detector-status.ts";
import type { Registered } from "./directory.ts";
import { createMemoryJournal } from "./journal/memory-journal.ts";
import { openJournal, type OpenedJournal } from "./journal/open-journal.ts";
import { keepRetention } from "./journal/retention.ts";
import { createEndedHolds, endedHoldsKey, type EndedHolds } from "./ended-holds.ts";
import { createFanInterlock } from "./fans/fan-interlock.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import { reviveStates, type KnownStates } from "./known-states.ts";
import { createLinkRelay } from "./link-relay.ts";
import { createPipeline } from "./pipeline.ts";
import { createPoints, strangerFault, type Points } from "./points.ts";
import { openProtection } from "./protection/open-protection.ts";
import type { Protection as LocalProtection } from "./protection/protection.ts";
import { createProtectionRecords, type ProtectionRecords } from "./protection/records.ts";
import { createObserver } from "./telemetry/observe.ts";
import { withReserve } from "./telemetry/reserve.ts";
import { readDrift, streetKey } from "./told-drift.ts";
import { createUplink, type Uplink } from "./uplinks/uplink.ts";
import { createInterlock } from "./valves/interlock.ts";
import { wireBuzzers } from "./wiring/buzzers.ts";
import { openCenter } from "./wiring/center.ts";
import { openLines, startSources } from "./wiring/lines.ts";
import { startTelemetryLane, wireTelemetry } from "./wiring/telemetry.ts";
import { wireFans } from "./wiring/fans.ts";
import { wireValves } from "./wiring/valves.ts";
import type { World } from "./world.ts";

/** In safe mode nothing on disk is touched: it may be what ended the starts before. */
export const openRecord = ({ safe, folder, clock, reportFault }: World): Promise<OpenedJournal> =>
  safe
    ? Promise.resolve({ journal: createMemoryJournal(), salvage: notRead })
    : openJournal(join(folder, "journal.sqlite"), { clock, reportFault });

const notRead: Bilingual = {
  zh: "安全模式:没有读取报警记录",
  en: "safe mode: the alarm journal was not read",
};

export type Protection = Awaited<ReturnType<typeof protect>>;

/** Journal, lines, buzzers and judgement: all that sounds an alarm, and the uplink behind it. */
export const protect = async (world: World, broker: MqttListener, opened: OpenedJournal) => {
  const { site, options, clock, timers, reportFault, trial } = world;
  const { telemetry, reserve } = wireTelemetry(site, world.folder, world);
  const journal = withReserve(opened.journal, reserve);
  const gateway = gatewayId(site.gateway.id);
  if (opened.salvage !== undefined) options.log.error(both(opened.salvage));
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
  const points = openPoints(world, known);
  const records = openRecords(world, keeper, known);
  const wires = { broker, lines, timers, reportFault };
  const { valves, fans } = openInterlocks(world, wires, records, () => buzzers);
  const buzzers = openProtection({
    ...world,
    points,
    buzzers: wireBuzzers(site, wires),
    records,
    lost: opened.salvage === undefined ? known.lost : "all",
    uplink: () => uplink?.state(),
    onOpen: () => deadMan?.beat(),
  });
  // It beats for the first time in a later turn, when all known alarms have asked.
  const deadMan = openDeadMan(site, { ...world, buzzers });
  const link = openCenter(world.safe, site, gateway, options.brokerUrl, reportFault);
  uplink = createUplink({
    ...world,
    journal,
    link,
    gateway,
    status: () => reportStatus(world, points),
  });
  const lane = startTelemetryLane(telemetry, uplink, { link, clock, timers, gateway, reportFault });
  const endedHolds = openEndedHolds(world, known, keeper);
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
      fans.follow(detector, demand);
    },
    reportFault,
    drifting: readDrift(known.own?.get(streetKey)),
    observe: createObserver(telemetry),
    witness: endedHolds.note,
  });
  // Known alarms have asked by now: nothing that sounds is set off first, and no fan starts in gas.
  buzzers.begin();
  fans.begin();
  links.follow(pipeline.setLink);
  link.onMessage(takeCommands(world, { pipeline, points, keeper, known }));
  const { take } = pipeline;
  const sources = startSources(site, lines, { clock, timers, take, reportFault: links.report });
  const kept = { telemetry, lane, reserve, keeper, points, endedHolds };
  const acting = { buzzers, valves, fans, deadMan, retention: startRetention(world, journal) };
  return { ...acting, ...kept, lines, pipeline, link, uplink, sources };
};

const openEndedHolds = (
  { clock }: World,
  { own }: KnownStates,
  keeper: Pick<Keeper, "save">,
): EndedHolds =>
  createEndedHolds({
    saved: own?.get(endedHoldsKey),
    save: (json) => keeper.save([{ detector: endedHoldsKey, json }]),
    nowMs: () => clock.now().wallMs,
  });

const openRecords = ({ site, clock }: World, keeper: Keeper, { own: known }: KnownStates) =>
  createProtectionRecords({
    gateway: gatewayId(site.gateway.id),
    drill: site.drill,
    clock,
    keeper,
    known,
  });

/** Valves are shut for gas, fans may run for CO. */
const openInterlocks = (
  world: World,
  wires: Parameters<typeof wireValves>[1],
  records: ProtectionRecords,
  buzzers: () => Pick<LocalProtection, "unheard">,
) => ({
  valves: createInterlock(wireValves(world.site, wires), {
    ...world,
    record: records.valve,
    lastTold: (valve) => records.lastTold(`valve:${valve}`),
  }),
  fans: createFanInterlock(wireFans(world.site, wires), {
    ...world,
    record: records.fan,
    lastTold: (fan) => records.lastTold(`fan:${fan}`),
    unheard: (serves) => buzzers().unheard(serves),
  }),
});

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

const openPoints = (
  { directory, limits, trial, clock, reportFault }: World,
  known: Awaited<ReturnType<typeof reviveStates>>,
) =>
  createPoints({
    directory,
    known,
    rulesFor: (registered) => rulesBy(limits, registered),
    trialFor: (registered) => trial && rulesBy(trial, registered),
    now: clock.now,
    onStranger: (id, { line, place }) => reportFault(strangerFault(id, `${line} ${place}`)),
  });

/** What the center is told of this gateway beside its records. */
const reportStatus = ({ options, rules, faults }: World, points: Points) => ({
  drill: options.site.drill,
  rules,
  detectors: Array.from(points.byId.values(), detectorStatus),
  faults: faults.standing().map(({ text: { zh, en } }) => ({ zh, en })),
});

const rulesBy = (limits: LimitSet, registered: Registered | undefined): DetectorRules => ({
  limits,
  silenceAfter: registered?.silenceAfter ?? seconds(60),
});
