import type { GatewayWord } from "#domain/end-alarm.ts";
import type { Reading } from "../store/open-store.ts";
import type { AlarmRow, DetectorRow } from "../store/tables.ts";
import { bootPlaces } from "./gateway-lives.ts";
import { isNewer, standingIn, type Told } from "./reopen-alarms.ts";

/** What an alarm's gateway last said of it, and the picture of its detector that says so. */
export interface HeardOf {
  readonly word: GatewayWord;
  readonly picture?: Told;
}

/**
 * What is to be expected of an alarm's own gateway: whether it will tell the return. Only statuses of
 * boots that count are kept, so that a word held up on its way decides nothing.
 */
export const heardOf = async (db: Reading, row: AlarmRow): Promise<HeardOf> => {
  const picture = await pictureOf(db, row);
  return {
    word: await wordOf(db, row, picture),
    ...(picture && { picture: toldOf(picture) }),
  };
};

const wordOf = async (
  db: Reading,
  row: AlarmRow,
  picture: DetectorRow | undefined,
): Promise<GatewayWord> => {
  const gateway = await db
    .selectFrom("gateways")
    .select(["link", "boot", "boot_mono_ms"])
    .where("id", "=", row.gateway)
    .executeTakeFirst();
  if (gateway?.link === "up") {
    const isHeld = picture !== undefined && picture.state !== "removed";
    if (isHeld && (await names(db, row, picture))) return "stands";
    // A whole picture without the detector is the gateway's word on it.
    const told = isHeld ? toldOf(picture) : { boot: gateway.boot, monoMs: gateway.boot_mono_ms };
    if (isNewer(told, row, await bootPlaces(db, row.gateway))) return "forgotten";
  }
  if (await isGone(db, row)) return "gone";
  return gateway?.link === "up" ? "behind" : "lost";
};

const pictureOf = (
  db: Reading,
  { gateway, detector }: AlarmRow,
): Promise<DetectorRow | undefined> =>
  db
    .selectFrom("detectors")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .executeTakeFirst();

const toldOf = ({ boot, mono_ms: monoMs }: DetectorRow): Told => ({
  boot: boot ?? "",
  monoMs: monoMs ?? 0,
});

/** By this name or one it had before; a gateway of before names none while its detector alarms. */
const names = async (db: Reading, row: AlarmRow, picture: DetectorRow): Promise<boolean> => {
  const standing = standingIn(picture);
  if (standing.length === 0) return picture.state === "alarm";
  const left = await db
    .selectFrom("episode_names")
    .select("gateway_episode as name")
    .where("episode", "=", row.episode)
    .execute();
  const own = new Set([row.gateway_episode, ...left.map(({ name }) => name)]);
  return standing.some((name) => own.has(name));
};

/** The register has the gateway retired, or knows the detector and has it nowhere any more. */
const isGone = async (db: Reading, { gateway, detector }: AlarmRow): Promise<boolean> => {
  const retired = await db
    .selectFrom("gateway_areas")
    .select("gateway")
    .where("gateway", "=", gateway)
    .where("retired_at_ms", "is not", null)
    .executeTakeFirst();
  if (retired !== undefined) return true;
  const hung = await db
    .selectFrom("installations")
    .select("removed_at_ms")
    .where("gateway", "=", gateway)
    .where("detector", "=", detector)
    .execute();
  return hung.length > 0 && hung.every(({ removed_at_ms: removedAtMs }) => removedAtMs !== null);
};
