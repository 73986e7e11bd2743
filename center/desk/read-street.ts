import type { StreetView } from "#domain/desk.ts";
import { headsAlarms, streetTopics } from "#domain/street-event.ts";
import { currentSpell, viewSpell, type BootPlaces, type SpellKey } from "../intake/fold-street.ts";
import { bootPlaces } from "../intake/gateway-lives.ts";
import { parseStreet, readSpell } from "../intake/save-street.ts";
import { areasOfGateways } from "../rights/areas-of.ts";
import { everywhere, isServing } from "../rights/scoped.ts";
import { inChunks } from "../store/chunks.ts";
import type { Reading } from "../store/open-store.ts";

/** What is told of many homes at once, standing or over; all of it, or only what is named. */
export const readStreet = async (
  db: Reading,
  refs?: readonly string[],
  areas = everywhere,
): Promise<readonly StreetView[]> => {
  const views = refs === undefined ? await readAll(db) : await readNamed(db, refs);
  const paths = await areasOfGateways(db);
  const shown: StreetView[] = [];
  for (const view of views) {
    if (!isServing(paths.get(view.gateway) ?? "/", areas)) continue;
    const over = view.stands && headsAlarms(view.topic) && !(await hasAlarms(db, view));
    shown.push(over ? { ...view, stands: false } : view);
  }
  return shown.sort((a, b) => a.priority - b.priority || a.firstAtMs - b.firstAtMs);
};

const readAll = async (db: Reading): Promise<readonly StreetView[]> => {
  const rows = await db.selectFrom("street_events").selectAll().execute();
  const spells = Map.groupBy(rows, (row) => `${row.gateway} ${row.topic} ${row.group_name}`);
  const placesOf = new Map<string, BootPlaces>();
  for (const gateway of new Set(rows.map((row) => row.gateway))) {
    placesOf.set(gateway, await bootPlaces(db, gateway));
  }
  return [...spells].flatMap(([ref, ofSpell]) => {
    const key = refToKey(ref);
    if (key === undefined) return [];
    const notices = ofSpell.map((row) => parseStreet(row.notice));
    return [viewSpell(key, currentSpell(notices, placesOf.get(key.gateway) ?? new Map()))];
  });
};

const readNamed = async (db: Reading, refs: readonly string[]): Promise<readonly StreetView[]> => {
  const views: StreetView[] = [];
  for (const ref of refs) {
    const key = refToKey(ref);
    if (key === undefined) continue;
    const spell = await readSpell(db, key);
    if (spell.length > 0)
      views.push(viewSpell(key, currentSpell(spell, await bootPlaces(db, key.gateway))));
  }
  return views;
};

/** The way back from `spellRef`. */
const refToKey = (ref: string): SpellKey | undefined => {
  const [gateway = "", word = "", ...rest] = ref.split(" ");
  const topic = streetTopics.find((known) => known === word);
  return topic === undefined ? undefined : { gateway, topic, group: rest.join(" ") };
};

/** Whether any home it names has an alarm that people still must see. */
const hasAlarms = async (db: Reading, { gateway, members }: StreetView): Promise<boolean> => {
  for (const chunk of inChunks(members)) {
    const row = await db
      .selectFrom("alarms")
      .select("episode")
      .where("on_desk", "=", 1)
      .where("gateway", "=", gateway)
      .where("detector", "in", chunk)
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
};
