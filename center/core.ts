/** What stands between the database and the outside: intake, the page's view, the center's faults. */
import type { Clock } from "#domain/time.ts";
import type { Bilingual } from "#domain/result.ts";
import { both } from "#platform/log.ts";
import { ensureFirstAdmin } from "./accounts/first-admin.ts";
import { openBroadcast, type Broadcast } from "./desk/broadcast.ts";
import { createCenterFaults, type CenterFaults } from "./desk/center-faults.ts";
import { readClockOffsets, type GatewayView } from "./desk/read-gateways.ts";
import { createIntake, type Intake } from "./intake/intake.ts";
import type { UpDelivery } from "./intake/read-message.ts";
import type { GatewayLink } from "./link/ports.ts";
import { createCenterMetrics, measureClocks, type CenterMetrics } from "./metrics.ts";
import type { CenterOptions, RunningCenter } from "./options.ts";
import { seedSite } from "./register/seed-site.ts";
import { openStandIn, watchedBy } from "./stand-in.ts";
import type { Store } from "./store/open-store.ts";
import { registerGateways } from "./store/register-gateways.ts";
import { beginStretch } from "./store/stream-log.ts";
import { createTelemetryIntake } from "./telemetry/telemetry-intake.ts";

export interface Core {
  readonly broadcast: Broadcast;
  readonly faults: CenterFaults;
  /** Alarms and readings, each by a way of its own. */
  readonly intake: Intake;
  /** A copy of an alarm that was given to some center, this one or another. */
  readonly hear: (delivery: UpDelivery) => void;
  /** Takes in, or at least shows, what has waited too long; to be called about twice a second. */
  readonly standIn: () => void;
  readonly metrics: CenterMetrics;
  readonly view: () => GatewayView;
  readonly firstAdmin: RunningCenter["firstAdmin"];
  /** Receipts go here from now on. */
  readonly useLink: (link: GatewayLink) => void;
  readonly databaseFailed: (error: unknown) => void;
  /** While a database fault stands: tries to write, and takes the fault away once that works. */
  readonly seeWhetherMended: () => Promise<void>;
  /** What keeps the center from taking in alarms. The database is tried at most once a second. */
  readonly hindrances: () => Promise<readonly Bilingual[]>;
}

export const openCore = async (
  options: CenterOptions,
  store: Store,
  clock: Clock,
): Promise<Core> => {
  const nowMs = (): number => clock.now().wallMs;
  const ids = options.gateways.map((one) => one.id);
  await store.write((tx) => beginStretch(tx, nowMs()));
  await registerGateways(store, ids);
  const { site } = options;
  if (site !== undefined) await store.write((tx) => seedSite(tx, site, nowMs()));
  const firstAdmin = await ensureFirstAdmin(store, options.adminPassword, nowMs());

  const metrics = createCenterMetrics();
  measureClocks(metrics, () => readClockOffsets(store.db));
  let link: GatewayLink | undefined;
  let broadcast: Broadcast | undefined;
  const faults = createCenterFaults(() => {
    for (const fault of faults.list()) options.log.warn(both(fault));
    broadcast?.tellGateways();
  });
  const registered = new Set(ids);
  const view = (): GatewayView => ({ nowMs: nowMs(), registered, centerFaults: faults.list() });
  const databaseFailed = (error: unknown): void => {
    metrics.databaseFailures.inc();
    faults.set("database-read", unreadable);
    options.log.error(error);
  };
  broadcast = await openBroadcast({ store, view, onTrouble: databaseFailed });
  const { wake } = broadcast;
  const alarms = openIntake({ store, clock, metrics, faults, wake, link: () => link });
  const guard = openStandIn({ store, clock, faults, broadcast, take: alarms.take, databaseFailed });

  return {
    broadcast,
    faults,
    metrics,
    view,
    firstAdmin,
    databaseFailed,
    hear: (delivery) => void guard.hold(delivery),
    standIn: guard.tick,
    intake: withTelemetry(
      watchedBy(guard, alarms),
      openTelemetryIntake({ store, clock, metrics, faults, link: () => link }),
    ),
    useLink: (open) => {
      link = open;
    },
    seeWhetherMended: async () => {
      if (!faults.has("database") && !faults.has("database-read")) return;
      if (!(await isWritable(store))) return; // asked again in a second
      faults.set("database", undefined);
      faults.set("database-read", undefined);
      wake();
    },
    hindrances: createHindrances(store, clock, () => link, faults),
  };
};

interface IntakeWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: CenterMetrics;
  readonly faults: CenterFaults;
  readonly link: () => GatewayLink | undefined;
}

const receiptSender = ({ link, metrics }: IntakeWorld) => {
  const send = (topic: string, payload: string): Promise<void> =>
    link()?.send(topic, payload) ?? Promise.reject(new Error("no link yet"));
  return (topic: string, payload: string): void => {
    send(topic, payload).then(
      () => metrics.receipts.inc({ result: "sent" }),
      // The gateway asks again by sending again.
      () => metrics.receipts.inc({ result: "lost" }),
    );
  };
};

const openTelemetryIntake = (world: IntakeWorld) => {
  const { store, clock, metrics, faults } = world;
  return createTelemetryIntake({
    store,
    clock,
    sendReceipt: receiptSender(world),
    onCommitted: ({ blocks, durationMs }) => {
      metrics.telemetryBlocks.inc(blocks);
      metrics.telemetrySeconds.observe(durationMs / 1_000);
    },
    onTrouble: (trouble) => faults.set("telemetry", trouble),
  });
};

/** Readings by the way of their own. */
const withTelemetry = (
  alarms: Intake,
  telemetry: ReturnType<typeof createTelemetryIntake>,
): Intake => ({
  take: (delivery) =>
    delivery.topic.endsWith("/telemetry") ? telemetry.take(delivery) : alarms.take(delivery),
  idle: async () => {
    await Promise.all([alarms.idle(), telemetry.idle()]);
  },
});

const openIntake = (parts: IntakeWorld & { readonly wake: () => void }): Intake => {
  const { store, clock, metrics, faults } = parts;
  return createIntake({
    store,
    clock,
    sendReceipt: receiptSender(parts),
    onCommitted: ({ messages, refused, durationMs }) => {
      metrics.messages.inc({ result: "taken" }, messages - refused);
      metrics.messages.inc({ result: "refused" }, refused);
      metrics.batchMessages.observe(messages);
      metrics.commitSeconds.observe(durationMs / 1_000);
      parts.wake();
    },
    onTrouble: (trouble) => {
      if (trouble !== undefined) metrics.databaseFailures.inc();
      faults.set("database", trouble);
    },
  });
};

const createHindrances = (
  store: Store,
  clock: Clock,
  link: () => GatewayLink | undefined,
  faults: CenterFaults,
): Core["hindrances"] => {
  let last: { readonly atMs: number; readonly writable: Promise<boolean> } | undefined;
  return async () => {
    const atMs = clock.now().monoMs;
    if (last === undefined || atMs - last.atMs >= 1_000) {
      last = { atMs, writable: isWritable(store) };
    }
    const writable = await last.writable;
    return [
      writable ? faults.get("database") : unwritable,
      link() === undefined ? noLink : link()?.hindrance(),
    ].filter((one) => one !== undefined);
  };
};

const isWritable = (store: Store): Promise<boolean> =>
  store.check().then(
    () => true,
    () => false,
  );

const noLink: Bilingual = { zh: "尚未开始接收网关报文", en: "not listening to gateways yet" };

const unwritable: Bilingual = {
  zh: "中心数据库无法写入,报警由网关保存并重发。请检查磁盘空间和数据库",
  en: "the center's database cannot be written to; gateways keep their alarms. Check disk space and database",
};

const unreadable: Bilingual = {
  zh: "中心数据库读取失败,页面可能不是最新。请检查数据库",
  en: "the center's database cannot be read; pages may be out of date. Check the database",
};
