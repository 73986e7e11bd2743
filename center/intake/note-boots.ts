/**
 * Boots that speak through their records before any status of theirs comes, if one ever does: a line
 * that was down all their life, a power cut a second after the start. They have their place in the
 * order of boots from the first word on; see docs/decisions/0014-the-newest-word.md.
 */
import { inLists } from "../store/chunks.ts";
import type { Writing } from "../store/open-store.ts";
import type { GatewayLifeRow } from "../store/tables.ts";
import {
  endedLife,
  isToldEnded,
  readLives,
  saveLives,
  unreportedLife,
  withEnded,
} from "./gateway-lives.ts";
import type { TakenRecord } from "./read-message.ts";

/** A record is of one boot, and told by it or by a later one. */
interface Told {
  readonly gateway: string;
  readonly boot: string;
  readonly sender: string;
}

/**
 * Notes the boots that records new to the center are of and are told by. One that nobody has heard of
 * comes after all others; of a boot that another tells it is certain that it came before and ended.
 */
export const noteBoots = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
  nowMs: number,
): Promise<void> => {
  const told = new Map(fresh.map(toTold).map((one) => [JSON.stringify(one), one]));
  const isKnown = await knownAmong(tx, [...told.values()]);
  const news = [...told.values()].filter((one) => !isKnown(one));
  for (const [gateway, ofGateway] of Map.groupBy(news, (one) => one.gateway)) {
    const known = await readLives(tx, gateway);
    let order = known;
    for (const one of ofGateway) order = withTold(order, one, nowMs);
    await saveLives(tx, known, order);
  }
};

const toTold = ({ gateway, value: { bootid: boot, senderboot: sender = boot } }: TakenRecord) => ({
  gateway,
  boot,
  sender,
});

const withTold = (
  lives: readonly GatewayLifeRow[],
  { gateway, boot, sender }: Told,
  nowMs: number,
): readonly GatewayLifeRow[] => {
  const isHeard = lives.some((life) => life.boot === sender);
  const order = isHeard ? lives : [...lives, unreportedLife(gateway, sender, nowMs)];
  if (boot === sender) return order;
  const by = order.find((life) => life.boot === sender);
  return withEnded(order, endedLife(gateway, boot, nowMs), by);
};

/** Which of these say nothing new. */
const knownAmong = async (tx: Writing, told: readonly Told[]): Promise<(one: Told) => boolean> => {
  const known = new Set<string>();
  const ended = new Set<string>();
  const keyOf = (gateway: string, boot: string): string => JSON.stringify([gateway, boot]);
  const boots = told.flatMap(({ gateway, boot, sender }) => [
    { gateway, boot },
    { gateway, boot: sender },
  ]);
  for (const chunk of inLists(boots)) {
    const gateways = chunk.map(({ gateway }) => gateway);
    const names = chunk.map(({ boot }) => boot);
    const rows = await tx
      .selectFrom("gateway_lives")
      .select(["gateway", "boot", "mono_ms"])
      .where("gateway", "in", gateways)
      .where("boot", "in", names)
      .execute();
    for (const row of rows) {
      known.add(keyOf(row.gateway, row.boot));
      if (isToldEnded(row)) ended.add(keyOf(row.gateway, row.boot));
    }
  }
  return ({ gateway, boot, sender }) =>
    known.has(keyOf(gateway, sender)) && (boot === sender || ended.has(keyOf(gateway, boot)));
};
