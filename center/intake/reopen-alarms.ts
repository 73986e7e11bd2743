/**
 * The gateway's newest word decides whether an alarm stands. Events say when it began and ended; but
 * a `returned` that left unwritten, because the disk failed, is forgotten by a gateway that is
 * killed then: it goes on with the alarm and has no event to say so. Its status names the alarms
 * that stand, and where that is newer than the event it counts.
 * See docs/decisions/0014-the-newest-word.md.
 */
import { asksForSignature } from "#domain/alarm.ts";
import { inChunks } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { AlarmRow, DetectorRow } from "../store/tables.ts";
import { heldBack } from "./fold-alarm.ts";
import { bootPlaces } from "./gateway-lives.ts";
import { parseMemory, parseNotice } from "./save-alarms.ts";

/** Checks the alarms of these detectors against their gateway's picture; answers the episodes changed. */
export const reopenAlarms = async (
  tx: Writing,
  detectorsByGateway: ReadonlyMap<string, ReadonlySet<string>>,
  nowMs: number,
): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (const [gateway, detectors] of detectorsByGateway) {
    for (const chunk of inChunks([...detectors])) {
      for (const picture of await picturesOf(tx, gateway, chunk)) {
        changed.push(...(await checkDetector(tx, picture, nowMs)));
      }
    }
  }
  return changed;
};

/** Pictures that name alarms, or once did. */
const picturesOf = async (
  tx: Writing,
  gateway: string,
  detectors: readonly string[],
): Promise<readonly DetectorRow[]> => {
  const rows = await tx
    .selectFrom("detectors")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("detector", "in", detectors)
    .execute();
  const reopened = await tx
    .selectFrom("reopened")
    .select("detector")
    .where("gateway", "=", gateway)
    .execute();
  const waiting = new Set(reopened.map(({ detector }) => detector));
  return rows.filter((row) => standingIn(row).length > 0 || waiting.has(row.detector));
};

const checkDetector = async (
  tx: Writing,
  picture: DetectorRow,
  nowMs: number,
): Promise<readonly string[]> => {
  const { gateway, detector } = picture;
  const standing = standingIn(picture);
  const rows = await tx
    .selectFrom("alarms")
    .leftJoin("reopened", "reopened.episode", "alarms.episode")
    .selectAll("alarms")
    .select("reopened.since_ms as since")
    .where("alarms.gateway", "=", gateway)
    .where("alarms.detector", "=", detector)
    .where((eb) =>
      eb.or([
        eb("reopened.episode", "is not", null),
        ...(standing.length > 0 ? [eb("alarms.gateway_episode", "in", standing)] : []),
      ]),
    )
    .execute();
  const changed: string[] = [];
  const places = rows.length === 0 ? undefined : await bootPlaces(tx, gateway);
  for (const row of rows) {
    if (!isNewer(picture, row, places)) continue;
    const stands = standing.includes(row.gateway_episode);
    if (stands && row.condition === "returned") await reopen(tx, row, nowMs);
    else if (!stands && row.since !== null) await takeBack(tx, row);
    else continue;
    changed.push(row.episode);
  }
  return changed;
};

/**
 * Between two boots the later heard is the newer one. An event of a boot that has sent no status yet
 * is newer than every picture.
 */
const isNewer = (
  { boot, mono_ms: monoMs }: DetectorRow,
  row: AlarmRow,
  places: ReadonlyMap<string, number> = new Map(),
): boolean => {
  const { at } = parseNotice(row.notice).event;
  // A status says whole milliseconds.
  if (boot === at.bootId) return Number(monoMs) > at.monoMs + 1;
  return (places.get(boot ?? "") ?? 0) > (places.get(at.bootId) ?? Infinity);
};

const reopen = async (tx: Writing, row: AlarmRow, nowMs: number): Promise<void> => {
  const { episode, gateway, detector } = row;
  await setCondition(tx, episode, "active", 1);
  await tx
    .insertInto("reopened")
    .values({ episode, gateway, detector, since_ms: nowMs })
    .onConflict((conflict) => conflict.column("episode").doNothing())
    .execute();
};

/** The gateway no longer names it: the `returned` that is known of it holds again. */
const takeBack = async (tx: Writing, row: AlarmRow): Promise<void> => {
  await tx.deleteFrom("reopened").where("episode", "=", row.episode).execute();
  const notice = parseNotice(row.notice);
  if (notice.event.kind !== "returned") return;
  const open = await tx
    .selectFrom("cases")
    .select("state")
    .where("episode", "=", row.episode)
    .executeTakeFirst();
  const held = heldBack({ notice, memory: parseMemory(row.memory) });
  const owed = open?.state === "reported" && asksForSignature(held);
  await setCondition(tx, row.episode, "returned", Number(owed));
};

const setCondition = async (
  tx: Writing,
  episode: string,
  condition: "active" | "returned",
  onDesk: number,
): Promise<void> => {
  await tx
    .updateTable("alarms")
    .set({ condition, on_desk: onDesk })
    .where("episode", "=", episode)
    .execute();
};

/** Written by `save-status.ts` from a checked status message. */
const standingIn = ({ status }: DetectorRow): readonly string[] => {
  const { episodes = [] }: { readonly episodes?: readonly string[] } = JSON.parse(status);
  return episodes;
};
