import type { DeskGateway } from "#domain/desk.ts";
import type { Bilingual } from "#domain/result.ts";
import { count, highest, holesIn, parseRanges, type Ranges } from "../intake/number-ranges.ts";
import { clockToleranceMs } from "../intake/boot-offsets.ts";
import { pathOfGateway } from "../rights/areas-of.ts";
import { everywhere, servesScope } from "../rights/scoped.ts";
import type { Reading } from "../store/open-store.ts";
import type { GatewayRow } from "../store/tables.ts";

/** How long a refused message is shown as a fault of its gateway. */
const refusalShownMs = 24 * 3_600_000;

export interface GatewayView {
  readonly nowMs: number;
  /** Gateways of the site file; one that speaks without being in it is shown as such. */
  readonly registered: ReadonlySet<string>;
  readonly centerFaults: readonly Bilingual[];
}

/** All gateways that have spoken, or only the named ones. */
export const readGateways = async (
  db: Reading,
  view: GatewayView,
  only?: readonly string[],
  areas = everywhere,
): Promise<readonly DeskGateway[]> => {
  if (only?.length === 0) return [];
  const rows = await db
    .selectFrom("gateways")
    .selectAll()
    .where(servesScope(pathOfGateway("gateways.id"), areas))
    .$if(only !== undefined, (query) => query.where("id", "in", only ?? []))
    .orderBy("id")
    .execute();
  const detectors = await countDetectors(db);
  const journals = Map.groupBy(
    await db.selectFrom("completeness").selectAll().execute(),
    (row) => row.gateway,
  );
  const refusals = await recentRefusals(db, view.nowMs);
  return rows.map((row) =>
    composeGateway(row, view, {
      detectors: detectors.get(row.id) ?? { all: 0, unknown: 0 },
      // What an ended journal lacks will not come any more; `canary prove` names it.
      missing: (journals.get(row.id) ?? [])
        .filter(({ journal }) => row.journal === null || journal === row.journal)
        .map((one) => missingIn(parseRanges(one.received), one.recorded, one.first))
        .reduce((sum, missing) => sum + missing, 0),
      refusals: refusals.get(row.id),
    }),
  );
};

/** Proof of completeness of one gateway, journal by journal. */
export interface JournalProof {
  readonly journal: string;
  /** Highest number the gateway says it has written, or that has arrived. */
  readonly recorded: number;
  readonly received: number;
  readonly holes: readonly (readonly [number, number])[];
}

export const readCompleteness = async (
  db: Reading,
  gateway: string,
): Promise<readonly JournalProof[]> => {
  const rows = await db
    .selectFrom("completeness")
    .selectAll()
    .where("gateway", "=", gateway)
    .orderBy("journal")
    .execute();
  return rows.map((row) => {
    const ranges = parseRanges(row.received);
    return {
      journal: row.journal,
      recorded: Math.max(row.recorded, highest(ranges)),
      received: count(ranges),
      holes: holesIn(ranges, row.recorded, row.first ?? 1),
    };
  });
};

export const isKnownGateway = async (
  db: Reading,
  id: string,
  areas = everywhere,
): Promise<boolean> => {
  const row = await db
    .selectFrom("gateways")
    .select("id")
    .where("id", "=", id)
    .where(servesScope(pathOfGateway("gateways.id"), areas))
    .executeTakeFirst();
  return row !== undefined;
};

const missingIn = (ranges: Ranges, recorded: number, first: number | null): number =>
  count(holesIn(ranges, recorded, first ?? 1));

const composeGateway = (
  row: GatewayRow,
  view: GatewayView,
  facts: {
    readonly detectors: { readonly all: number; readonly unknown: number };
    readonly missing: number;
    readonly refusals: Refusals | undefined;
  },
): DeskGateway => {
  const link = row.link === "up" ? "up" : "lost";
  return {
    id: row.id,
    link,
    heardAtMs: row.heard_at_ms,
    drill: row.drill === 1,
    detectors: facts.detectors.all,
    // Nobody has heard from any of them while the link is lost.
    unknown: link === "lost" ? facts.detectors.all : facts.detectors.unknown,
    pending: row.pending,
    missing: facts.missing,
    faults: [
      ...view.centerFaults.map(({ zh, en }) => ({ zh, en })),
      ...(view.registered.has(row.id) ? [] : [unregistered(row.id)]),
      ...clockFaults(row),
      ...(isRivalled(row, view.nowMs) ? [rivalled(row.id)] : []),
      ...(facts.refusals === undefined ? [] : [explainRefusals(facts.refusals)]),
      ...parseFaults(row.faults),
    ],
    // Written by `save-status.ts` from a checked status message.
    ...(row.rules !== null && { rules: JSON.parse(row.rules) }),
  };
};

const countDetectors = async (
  db: Reading,
): Promise<ReadonlyMap<string, { readonly all: number; readonly unknown: number }>> => {
  const rows = await db
    .selectFrom("detectors")
    .select(["gateway", "state"])
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("state", "!=", "removed")
    .groupBy(["gateway", "state"])
    .execute();
  const counts = new Map<string, { all: number; unknown: number }>();
  for (const { gateway, state, count } of rows) {
    const entry = counts.get(gateway) ?? { all: 0, unknown: 0 };
    entry.all += count;
    if (state === "unknown") entry.unknown += count;
    counts.set(gateway, entry);
  }
  return counts;
};

interface Refusals {
  readonly count: number;
  readonly last: Bilingual;
}

const recentRefusals = async (
  db: Reading,
  nowMs: number,
): Promise<ReadonlyMap<string, Refusals>> => {
  const rows = await db
    .selectFrom("refusals")
    .select(["gateway", "reason_zh", "reason_en", "times"])
    .where("received_at_ms", ">", Math.floor(nowMs) - refusalShownMs)
    .orderBy("received_at_ms")
    .execute();
  const byGateway = new Map<string, Refusals>();
  for (const row of rows) {
    byGateway.set(row.gateway, {
      count: (byGateway.get(row.gateway)?.count ?? 0) + row.times,
      last: { zh: row.reason_zh, en: row.reason_en },
    });
  }
  return byGateway;
};

const explainRefusals = ({ count, last }: Refusals): { zh: string; en: string } => ({
  zh: `24 小时内中心拒收 ${count} 条报文,最近一条:${last.zh}`,
  en: `the center refused ${count} messages within 24 h, the last one: ${last.en}`,
});

const clockFaults = ({
  id,
  clock_offset_ms: offsetMs,
}: GatewayRow): readonly { zh: string; en: string }[] => {
  if (offsetMs === null || Math.abs(offsetMs) <= clockToleranceMs) return [];
  const seconds = Math.round(offsetMs / 1_000);
  return [
    {
      zh: `网关「${id}」的时钟与中心相差 ${seconds} 秒:报警顺序和时长不受影响,显示的钟点可能不对。请检查该网关和中心的校时`,
      en: `the clock of gateway "${id}" differs from the center's by ${seconds} s: order and durations are right, the time of day shown may not be. Check time synchronisation of both`,
    },
  ];
};

/** Wall clocks of the gateways against ours, in seconds, as last measured; for the metrics. */
export const readClockOffsets = async (
  db: Reading,
): Promise<readonly (readonly [gateway: string, seconds: number])[]> => {
  const rows = await db.selectFrom("gateways").select(["id", "clock_offset_ms"]).execute();
  return rows.flatMap(({ id, clock_offset_ms: offsetMs }) =>
    offsetMs === null ? [] : [[id, offsetMs / 1_000] as const],
  );
};

/** An older life is noticed again every 20 s; see `intake/gateway-lives.ts`. */
const rivalShownMs = 60_000;

const isRivalled = ({ rival_at_ms: at }: GatewayRow, nowMs: number): boolean =>
  at !== null && Math.abs(nowMs - at) < rivalShownMs;

const rivalled = (id: string): { zh: string; en: string } => ({
  zh: `有两台设备同时使用网关编号「${id}」:报警都会显示,但状态互相覆盖。请立即给其中一台换编号`,
  en: `two gateways use the id "${id}" at once: alarms of both are shown, but each overwrites the other's status. Give one of them another id now`,
});

const unregistered = (id: string): { zh: string; en: string } => ({
  zh: `网关「${id}」未在站点配置中登记,其报警照常显示;请核实后登记`,
  en: `gateway "${id}" is not in the site file; its alarms are shown all the same. Check and register it`,
});

// Written by `save-status.ts` from a checked status message.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const parseFaults = (json: string) => JSON.parse(json) as { zh: string; en: string }[];
