import { inChunks, inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { DetectorRow, GatewayRow } from "../store/tables.ts";
import { followLives, monoOf } from "./gateway-lives.ts";
import { clockToleranceMs } from "./boot-offsets.ts";
import type { ReadMessage, TakenStatus } from "./read-message.ts";

/** What the page must redraw. */
export interface StatusChange {
  readonly gateways: readonly string[];
  /** Detectors whose newest values changed, by gateway. */
  readonly detectors: ReadonlyMap<string, readonly string[]>;
  /** The newest status of each gateway's present life. */
  readonly newest: ReadonlyMap<string, TakenStatus>;
  /** Those that count; the others are not confirmed, so that a boot that lives tells all again. */
  readonly counted: ReadonlySet<TakenStatus>;
}

/**
 * Takes the newest status of every gateway in the batch; the newest wins, also against one that
 * was held up on the way. A gateway first heard of through an alarm is known from then on.
 */
export const saveStatus = async (
  tx: Writing,
  messages: readonly ReadMessage[],
  nowMs: number,
): Promise<StatusChange> => {
  const changed: string[] = [];
  const detectors = new Map<string, readonly string[]>();
  const newestByGateway = new Map<string, TakenStatus>();
  const counted = new Set<TakenStatus>();
  const byGateway = Map.groupBy(messages, (one) => one.gateway);
  const known = await knownGateways(tx, [...byGateway.keys()]);
  for (const [gateway, ofGateway] of byGateway) {
    const before = known.get(gateway);
    const {
      present: statuses,
      overtaken,
      rival,
      passed,
    } = await followLives(
      tx,
      gateway,
      ofGateway.filter((one) => one.kind === "status"),
      nowMs,
    );
    for (const one of [...overtaken, ...statuses]) counted.add(one);
    const newest = statuses.at(-1);
    if (newest !== undefined) newestByGateway.set(gateway, newest);
    if (before === undefined || newest !== undefined) {
      const after = gatewayRow(gateway, newest, { before, rival, nowMs });
      await upsertGateway(tx, after);
      if (looksDifferent(before, after)) changed.push(gateway);
    }
    const rows = detectorRows(gateway, [...overtaken, ...statuses]);
    await upsertDetectors(tx, rows);
    const gone = await takeAway(tx, gateway, statuses);
    const doubted = passed ? await standingAt(tx, gateway) : [];
    const told = [...rows.map((row) => row.detector), ...gone, ...doubted];
    if (told.length > 0) detectors.set(gateway, [...new Set(told)]);
  }
  return { gateways: changed, detectors, newest: newestByGateway, counted };
};

const knownGateways = async (
  tx: Writing,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GatewayRow>> => {
  const known = new Map<string, GatewayRow>();
  for (const chunk of inLists(ids)) {
    const rows = await tx.selectFrom("gateways").selectAll().where("id", "in", chunk).execute();
    for (const row of rows) known.set(row.id, row);
  }
  return known;
};

const gatewayRow = (
  id: string,
  status: TakenStatus | undefined,
  {
    before,
    rival,
    nowMs,
  }: {
    readonly before: GatewayRow | undefined;
    readonly rival: boolean;
    readonly nowMs: number;
  },
): GatewayRow => ({
  id,
  heard_at_ms: nowMs,
  link: "up",
  drill: status === undefined ? (before?.drill ?? 0) : Number(status.value.data.drill),
  pending: status?.value.data.pending ?? before?.pending ?? 0,
  boot: status?.value.bootid ?? before?.boot ?? "",
  boot_mono_ms: status === undefined ? (before?.boot_mono_ms ?? 0) : monoOf(status),
  faults: JSON.stringify(status?.value.data.faults ?? []),
  rules: status === undefined ? (before?.rules ?? null) : rulesIn(status),
  journal: status?.value.journalid ?? before?.journal ?? null,
  rival_at_ms: rival ? nowMs : (before?.rival_at_ms ?? null),
  clock_offset_ms:
    status === undefined
      ? (before?.clock_offset_ms ?? null)
      : Math.round(status.value.data.sentAtMs - nowMs),
});

const rulesIn = ({ value }: TakenStatus): string | null =>
  value.data.rules === undefined ? null : JSON.stringify(value.data.rules);

const looksDifferent = (before: GatewayRow | undefined, after: GatewayRow): boolean =>
  before === undefined ||
  before.link !== after.link ||
  before.drill !== after.drill ||
  before.pending !== after.pending ||
  before.faults !== after.faults ||
  before.rules !== after.rules ||
  before.rival_at_ms !== after.rival_at_ms ||
  isClockWrong(before) !== isClockWrong(after);

const isClockWrong = ({ clock_offset_ms: offsetMs }: GatewayRow): boolean =>
  Math.abs(offsetMs ?? 0) > clockToleranceMs;

const upsertGateway = async (tx: Writing, { id, ...values }: GatewayRow): Promise<void> => {
  await tx
    .insertInto("gateways")
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
    .execute();
};

const detectorRows = (
  gateway: string,
  statuses: readonly TakenStatus[],
): readonly DetectorRow[] => [
  ...new Map(
    statuses.flatMap(({ value }) =>
      value.data.detectors.map((status) => [
        status.detector,
        {
          gateway,
          detector: status.detector,
          state: status.state,
          status: JSON.stringify(status),
          boot: value.bootid,
          standing: Number((status.episodes?.length ?? 0) > 0),
          mono_ms: Math.round(Number(value.monoms)),
        },
      ]),
    ),
  ).values(),
];

/**
 * Detectors that a whole picture does not name are gone from their gateway. What they last said is
 * not how it is now: unknown to whoever looks, and no longer counted. Their alarms stay.
 */
const takeAway = async (
  tx: Writing,
  gateway: string,
  statuses: readonly TakenStatus[],
): Promise<readonly string[]> => {
  const at = statuses.findLastIndex(({ value }) => value.data.all !== undefined);
  if (at < 0) return [];
  const named = new Set<string>([
    ...(statuses[at]?.value.data.all ?? []),
    ...statuses.slice(at).flatMap(({ value }) => value.data.detectors.map((one) => one.detector)),
  ]);
  const rows = await tx
    .selectFrom("detectors")
    .select(["detector", "status"])
    .where("gateway", "=", gateway)
    .where("state", "!=", "removed")
    .execute();
  const gone = rows.filter(({ detector }) => !named.has(detector));
  for (const { detector, status } of gone) {
    const last: object = JSON.parse(status);
    await tx
      .updateTable("detectors")
      .set({ state: "removed", status: JSON.stringify({ ...last, state: "unknown" }) })
      .where("gateway", "=", gateway)
      .where("detector", "=", detector)
      .execute();
  }
  return gone.map(({ detector }) => detector);
};

/** Detectors at which alarms stand by their gateway's picture. */
const standingAt = async (tx: Writing, gateway: string): Promise<readonly string[]> => {
  const rows = await tx
    .selectFrom("detectors")
    .select("detector")
    .where("gateway", "=", gateway)
    .where("standing", "=", 1)
    .execute();
  return rows.map(({ detector }) => detector);
};

/** Of one boot the newest word about a detector stays, also when an older one comes after it. */
const upsertDetectors = async (tx: Writing, rows: readonly DetectorRow[]): Promise<void> => {
  for (const chunk of inChunks(rows)) {
    await tx
      .insertInto("detectors")
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(["gateway", "detector"])
          .doUpdateSet((eb) => ({
            state: eb.ref("excluded.state"),
            status: eb.ref("excluded.status"),
            boot: eb.ref("excluded.boot"),
            standing: eb.ref("excluded.standing"),
            mono_ms: eb.ref("excluded.mono_ms"),
          }))
          .where((eb) =>
            eb.or([
              eb("detectors.boot", "is", null),
              eb("detectors.boot", "!=", eb.ref("excluded.boot")),
              eb("detectors.mono_ms", "is", null),
              eb("detectors.mono_ms", "<=", eb.ref("excluded.mono_ms")),
            ]),
          ),
      )
      .execute();
  }
};
