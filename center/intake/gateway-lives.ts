/**
 * Which life of a gateway speaks: a boot with a journal. A restart, a re-imaged card and a renewed
 * journal each begin another; whatever an older one said comes too late to be the present.
 */
import type { Writing } from "../store/open-store.ts";
import type { GatewayLifeRow } from "../store/tables.ts";
import type { TakenStatus } from "./read-message.ts";

/** An older life that is heard so much later than when it was followed has not ended: two boxes. */
const strayMessageMs = 20_000;

export interface Heard {
  /** Statuses of the present life, oldest first. */
  readonly present: readonly TakenStatus[];
  /** Of the present life too, but newer ones have come before: news of detectors those do not name. */
  readonly overtaken: readonly TakenStatus[];
  /** A life that had been followed by another speaks on. */
  readonly rival: boolean;
}

/** Notes the lives that speak in these statuses of one gateway, and leaves out what is outdated. */
export const followLives = async (
  tx: Writing,
  gateway: string,
  statuses: readonly TakenStatus[],
  nowMs: number,
): Promise<Heard> => {
  if (statuses.length === 0) return { present: [], overtaken: [], rival: false };
  const known = await tx
    .selectFrom("gateway_lives")
    .selectAll()
    .where("gateway", "=", gateway)
    .orderBy("place")
    .execute();
  let lives: readonly GatewayLifeRow[] = known;
  let rival = false;
  let present: TakenStatus[] = [];
  let overtaken: TakenStatus[] = [];
  for (const status of inOrder(statuses)) {
    const newest = lives.at(-1);
    const before = status.value.data.boots ?? [];
    const ended = before.filter((boot) => !lives.some((life) => life.boot === boot));
    lives = ended.map((boot) => endedLife(gateway, boot, nowMs)).concat(lives);
    const own = ownLife(lives, status);
    const isNews = own === newest || own === undefined || before.includes(newest?.boot ?? "");
    if (own !== undefined && monoOf(status) < own.mono_ms + (isNews ? 0 : strayMessageMs)) {
      if (own === newest) overtaken.push(status);
      continue;
    }
    if (own === undefined || own !== newest) [present, overtaken] = [[], []];
    // A short life between may as well be one whose words were held up on the way.
    rival ||= !isNews && newest !== undefined && hasLived(newest);
    const life = own ?? begin(gateway, status, nowMs);
    lives = withNewest(lives, own, {
      ...life,
      // What was sent before the journal could be read named none.
      journal: life.journal === "" ? (status.value.journalid ?? "") : life.journal,
      mono_ms: monoOf(status),
      heard_at_ms: nowMs,
    });
    present.push(status);
  }
  const unnamed = known.filter((life) => life.journal === "" && !lives.includes(life));
  for (const life of unnamed) await forgetLife(tx, life);
  for (const life of lives) if (!known.includes(life)) await saveLife(tx, life);
  return { present, overtaken, rival };
};

/** For each boot the place of its latest life; one that sent no status is in none. */
export const bootPlaces = async (
  tx: Writing,
  gateway: string,
): Promise<ReadonlyMap<string, number>> => {
  const lives = await tx
    .selectFrom("gateway_lives")
    .select(["boot", "place"])
    .where("gateway", "=", gateway)
    .orderBy("place")
    .execute();
  return new Map(lives.map(({ boot, place }) => [boot, place]));
};

/** `own` moves to the end, where the present life stands. */
const withNewest = (
  lives: readonly GatewayLifeRow[],
  own: GatewayLifeRow | undefined,
  next: GatewayLifeRow,
): readonly GatewayLifeRow[] => {
  const last = lives.at(-1)?.place ?? 0;
  const place = own !== undefined && own === lives.at(-1) ? own.place : last + 1;
  return [...lives.filter((life) => life !== own), { ...next, place }];
};

const hasLived = ({ first_heard_at_ms: from, heard_at_ms: to }: GatewayLifeRow): boolean =>
  Math.abs(to - from) >= strayMessageMs;

const inOrder = (statuses: readonly TakenStatus[]): readonly TakenStatus[] =>
  statuses.toSorted((a, b) => (a.value.bootid === b.value.bootid ? monoOf(a) - monoOf(b) : 0));

export const monoOf = ({ value }: TakenStatus): number => Number(value.monoms);

/** A gateway that cannot read its journal goes on in the life of its boot. */
const ownLife = (
  lives: readonly GatewayLifeRow[],
  { value: { bootid, journalid } }: TakenStatus,
): GatewayLifeRow | undefined =>
  lives.findLast(
    ({ boot, journal }) =>
      boot === bootid && (journalid === undefined || journal === "" || journal === journalid),
  );

/** Known only because a later boot says that it came after it: whatever is heard of it is old. */
const endedLife = (gateway: string, boot: string, nowMs: number): GatewayLifeRow => ({
  gateway,
  boot,
  journal: "",
  place: 0,
  mono_ms: Number.MAX_SAFE_INTEGER,
  first_heard_at_ms: nowMs,
  heard_at_ms: nowMs,
  boot_offset_ms: null,
});

const begin = (gateway: string, { value }: TakenStatus, nowMs: number): GatewayLifeRow => ({
  gateway,
  boot: value.bootid,
  journal: value.journalid ?? "",
  place: 0,
  mono_ms: 0,
  first_heard_at_ms: nowMs,
  heard_at_ms: nowMs,
  boot_offset_ms: null,
});

/** It is saved again, under its journal's name where it has one now. */
const forgetLife = async (
  tx: Writing,
  { gateway, boot, journal }: GatewayLifeRow,
): Promise<void> => {
  await tx
    .deleteFrom("gateway_lives")
    .where("gateway", "=", gateway)
    .where("boot", "=", boot)
    .where("journal", "=", journal)
    .execute();
};

const saveLife = async (tx: Writing, life: GatewayLifeRow): Promise<void> => {
  const { gateway: _, boot: __, journal: ___, ...values } = life;
  await tx
    .insertInto("gateway_lives")
    .values({ ...life, mono_ms: Math.round(life.mono_ms) })
    .onConflict((conflict) =>
      conflict
        .columns(["gateway", "boot", "journal"])
        .doUpdateSet({ ...values, mono_ms: Math.round(life.mono_ms) }),
    )
    .execute();
};
