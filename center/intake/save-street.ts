import type { StreetNotice } from "#domain/notice.ts";
import { inChunks } from "../store/chunks.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import { currentSpell, keyOf, spellRef, type SpellKey } from "./fold-street.ts";
import { bootPlaces } from "./gateway-lives.ts";
import type { TakenRecord } from "./read-message.ts";

/**
 * Keeps what is told of many homes at once, as far as it still counts; the rest stays in `records`.
 * Answers what the page must redraw.
 */
export const saveStreet = async (
  tx: Writing,
  fresh: readonly TakenRecord[],
): Promise<readonly string[]> => {
  const keys = new Map<string, SpellKey>();
  for (const one of fresh) {
    if (one.kind !== "street") continue;
    const key = keyOf(one.gateway, one.value.data.street);
    keys.set(spellRef(key), key);
    await tx
      .insertInto("street_events")
      .values({
        gateway: one.gateway,
        id: one.value.data.street.id,
        topic: key.topic,
        group_name: key.group,
        notice: JSON.stringify(one.value.data),
      })
      .onConflict((conflict) => conflict.columns(["gateway", "id"]).doNothing())
      .execute();
  }
  for (const key of keys.values()) await forgetPast(tx, key);
  return [...keys.keys()];
};

const forgetPast = async (tx: Writing, key: SpellKey): Promise<void> => {
  const all = await readSpell(tx, key);
  const places = await bootPlaces(tx, key.gateway);
  const current = new Set(currentSpell(all, places).map(({ street }) => street.id));
  const past = all.map(({ street }) => street.id).filter((id) => !current.has(id));
  for (const chunk of inChunks(past)) {
    await tx
      .deleteFrom("street_events")
      .where("gateway", "=", key.gateway)
      .where("id", "in", chunk)
      .execute();
  }
};

export const readSpell = async (db: Reading, key: SpellKey): Promise<readonly StreetNotice[]> => {
  const rows = await db
    .selectFrom("street_events")
    .select("notice")
    .where("gateway", "=", key.gateway)
    .where("topic", "=", key.topic)
    .where("group_name", "=", key.group)
    .execute();
  return rows.map(({ notice }) => parseStreet(notice));
};

// Written above and nowhere else, from a value of this type.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const parseStreet = (json: string): StreetNotice => JSON.parse(json) as StreetNotice;
