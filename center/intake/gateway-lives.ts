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
  if (statuses.length === 0) return { present: [], rival: false };
  const known = await tx
    .selectFrom("gateway_lives")
    .selectAll()
    .where("gateway", "=", gateway)
    .orderBy("place")
    .execute();
  const lives = [...known];
  let rival = false;
  let present: TakenStatus[] = [];
  for (const status of inOrder(statuses)) {
    const monoMs = monoOf(status);
    const newest = lives.at(-1);
    const own = ownLife(lives, status);
    if (own !== undefined && own !== newest && monoMs <= own.mono_ms + strayMessageMs) continue;
    if (own === newest && newest !== undefined && monoMs < newest.mono_ms) continue;
    if (own !== newest || newest === undefined) present = [];
    if (own !== undefined && own !== newest) rival = true;
    const next: GatewayLifeRow = {
      ...(own ?? begin(gateway, status, nowMs)),
      place: own === newest && own !== undefined ? own.place : (newest?.place ?? 0) + 1,
      mono_ms: monoMs,
      heard_at_ms: nowMs,
    };
    if (own !== undefined) lives.splice(lives.indexOf(own), 1);
    lives.push(next);
    present.push(status);
  }
  for (const life of lives) if (!known.includes(life)) await saveLife(tx, life);
  return { present, rival };
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

const inOrder = (statuses: readonly TakenStatus[]): readonly TakenStatus[] =>
  statuses.toSorted((a, b) => (a.value.bootid === b.value.bootid ? monoOf(a) - monoOf(b) : 0));

export const monoOf = ({ value }: TakenStatus): number => Number(value.monoms);

/** A gateway that cannot read its journal goes on in the life of its boot. */
const ownLife = (
  lives: readonly GatewayLifeRow[],
  { value: { bootid, journalid } }: TakenStatus,
): GatewayLifeRow | undefined =>
  lives.findLast(
    ({ boot, journal }) => boot === bootid && (journalid === undefined || journal === journalid),
  );

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
