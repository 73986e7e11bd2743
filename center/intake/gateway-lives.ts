/**
 * Which life of a gateway speaks: a boot with a journal. A restart, a re-imaged card and a renewed
 * journal each begin another; whatever an older one said comes too late to be the present.
 */
import type { Reading, Writing } from "../store/open-store.ts";
import type { GatewayLifeRow } from "../store/tables.ts";
import type { TakenStatus } from "./read-message.ts";

/** Instead of the newest word of a life: no status of this boot has come, only alarms (`note-boots.ts`). */
const hasNotReported = -1;

/** The same: a later boot has said that this one ended, and nothing was heard of it since. */
const toldEnded = Number.MAX_SAFE_INTEGER;
/** And then added to the first word that was heard since. No boot lives so many milliseconds. */
const sinceEnded = 2 ** 52;

/** An older life that is heard so much later than when it was followed has not ended: two boxes. */
const strayMessageMs = 20_000;

export interface Heard {
  /** Statuses of the present life, oldest first. */
  readonly present: readonly TakenStatus[];
  /** Of the present life too, but newer ones have come before: news of detectors those do not name. */
  readonly overtaken: readonly TakenStatus[];
  /** A life that had been followed by another speaks on. */
  readonly rival: boolean;
  /** The present life speaks after a boot that is known by its alarms only: it is the newer one. */
  readonly passed: boolean;
}

/** Notes the lives that speak in these statuses of one gateway, and leaves out what is outdated. */
export const followLives = async (
  tx: Writing,
  gateway: string,
  statuses: readonly TakenStatus[],
  nowMs: number,
): Promise<Heard> => {
  if (statuses.length === 0) return { present: [], overtaken: [], rival: false, passed: false };
  const known = await readLives(tx, gateway);
  let order = known;
  let rival = false;
  let passed = false;
  let present: TakenStatus[] = [];
  let overtaken: TakenStatus[] = [];
  for (const status of inOrder(statuses)) {
    const last = order.at(-1);
    const speaker = ownLife(order.filter(hasReported), status);
    for (const boot of status.value.data.boots ?? []) {
      if (boot === status.value.bootid) continue; // whoever speaks has not ended
      order = withEnded(order, endedLife(gateway, boot, nowMs), speaker);
    }
    const lives = order.filter(hasReported);
    const newest = lives.findLast((life) => !isToldEnded(life));
    const own = ownLife(lives, status);
    const isEnded = own !== undefined && isToldEnded(own);
    const isNews = own === undefined || (own === newest && !isEnded);
    const heardAtMs = own?.mono_ms === toldEnded ? nowMs : (own?.heard_at_ms ?? nowMs);
    if (
      isEnded &&
      (monoOf(status) < own.mono_ms - sinceEnded + strayMessageMs ||
        nowMs - heardAtMs < strayMessageMs)
    ) {
      // Its last words were held up on their way; only whoever speaks on has not ended.
      const first = Math.min(own.mono_ms, sinceEnded + monoOf(status));
      order = order.with(order.indexOf(own), { ...own, mono_ms: first, heard_at_ms: heardAtMs });
      continue;
    }
    if (
      own !== undefined &&
      !isEnded &&
      monoOf(status) < own.mono_ms + (isNews ? 0 : strayMessageMs)
    ) {
      if (own === newest) overtaken.push(status);
      continue;
    }
    if (own === undefined || own !== newest) [present, overtaken] = [[], []];
    else passed ||= own !== last;
    // A short life between may as well be one whose words were held up on the way.
    rival ||= !isNews && newest !== undefined && newest !== own && hasLived(newest);
    const life = own ?? begin(gateway, status, nowMs);
    order = [
      ...order.filter((one) => one !== own),
      {
        ...life,
        // What was sent before the journal could be read named none.
        journal: life.journal === "" ? (status.value.journalid ?? "") : life.journal,
        mono_ms: monoOf(status),
        heard_at_ms: nowMs,
      },
    ];
    present.push(status);
  }
  await saveLives(tx, known, order);
  return { present, overtaken, rival, passed };
};

/** All lives of a gateway, oldest first. */
export const readLives = (tx: Writing, gateway: string): Promise<readonly GatewayLifeRow[]> =>
  tx
    .selectFrom("gateway_lives")
    .selectAll()
    .where("gateway", "=", gateway)
    .orderBy("place")
    .execute();

/** Writes what is different from `known`, with the places that this order gives. */
export const saveLives = async (
  tx: Writing,
  known: readonly GatewayLifeRow[],
  order: readonly GatewayLifeRow[],
): Promise<void> => {
  const placed = withPlaces(order);
  const unnamed = known.filter((life) => life.journal === "" && !placed.includes(life));
  for (const life of unnamed) await forgetLife(tx, life);
  for (const life of placed) if (!known.includes(life)) await saveLife(tx, life);
};

export const isToldEnded = (life: Pick<GatewayLifeRow, "mono_ms">): boolean =>
  life.mono_ms >= sinceEnded;

const hasReported = (life: GatewayLifeRow): boolean => life.mono_ms !== hasNotReported;

/**
 * A later boot, or one whose life `by` is known, says that a boot has ended: all its lives come
 * before. One that nobody knew comes right before.
 */
export const withEnded = (
  order: readonly GatewayLifeRow[],
  ended: GatewayLifeRow,
  by: GatewayLifeRow | undefined,
): readonly GatewayLifeRow[] => {
  const isIt = ({ boot }: GatewayLifeRow): boolean => boot === ended.boot;
  const end = (life: GatewayLifeRow): GatewayLifeRow =>
    !isIt(life) || isToldEnded(life) ? life : { ...life, mono_ms: toldEnded };
  const at = by === undefined ? order.length : order.indexOf(by);
  const after = order.slice(at);
  const moved = order.some(isIt) ? after.filter(isIt).map(end) : [ended];
  return [...order.slice(0, at).map(end), ...moved, ...after.filter((life) => !isIt(life))];
};

/** Each after the one before it; those that stay in order keep their places. */
const withPlaces = (order: readonly GatewayLifeRow[]): readonly GatewayLifeRow[] => {
  let last = 0;
  return order.map((life) => {
    const placed = life.place > last ? life : { ...life, place: last + 1 };
    last = placed.place;
    return placed;
  });
};

/** For each boot the place of its latest life. */
export const bootPlaces = async (
  db: Reading,
  gateway: string,
): Promise<ReadonlyMap<string, number>> => {
  const lives = await db
    .selectFrom("gateway_lives")
    .select(["boot", "place"])
    .where("gateway", "=", gateway)
    .orderBy("place")
    .execute();
  return new Map(lives.map(({ boot, place }) => [boot, place]));
};

const hasLived = ({ first_heard_at_ms: from, heard_at_ms: to }: GatewayLifeRow): boolean =>
  Math.abs(to - from) >= strayMessageMs;

const inOrder = (statuses: readonly TakenStatus[]): readonly TakenStatus[] =>
  statuses.toSorted((a, b) => (a.value.bootid === b.value.bootid ? monoOf(a) - monoOf(b) : 0));

export const monoOf = ({ value }: TakenStatus): number => Number(value.monoms);

/**
 * A gateway that cannot read its journal goes on in the life of its boot. A renewed journal begins
 * another, but not in a boot that has been followed: that is its last word, held up on its way.
 */
const ownLife = (
  lives: readonly GatewayLifeRow[],
  { value: { bootid, journalid } }: TakenStatus,
): GatewayLifeRow | undefined => {
  const ofBoot = lives.filter(({ boot }) => boot === bootid);
  const own = ofBoot.findLast(
    ({ journal }) => journalid === undefined || journal === "" || journal === journalid,
  );
  return own ?? (lives.at(-1)?.boot === bootid ? undefined : ofBoot.at(-1));
};

/** Known only because a later boot says that it came after it. */
export const endedLife = (gateway: string, boot: string, nowMs: number): GatewayLifeRow => ({
  ...unreportedLife(gateway, boot, nowMs),
  mono_ms: toldEnded,
});

/** Known by its alarms only. */
export const unreportedLife = (gateway: string, boot: string, nowMs: number): GatewayLifeRow => ({
  gateway,
  boot,
  journal: "",
  place: 0,
  mono_ms: hasNotReported,
  first_heard_at_ms: nowMs,
  heard_at_ms: nowMs,
  boot_offset_ms: null,
});

const begin = (gateway: string, { value }: TakenStatus, nowMs: number): GatewayLifeRow => ({
  ...unreportedLife(gateway, value.bootid, nowMs),
  journal: value.journalid ?? "",
  mono_ms: 0,
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
