/**
 * The one door to people's data: masked unless there is a reason, within one's areas, every look
 * written down in the same transaction. Decision 0010.
 */
import type { ExpressionBuilder } from "kysely";
import { jobTakers } from "#domain/rights.ts";
import { audit } from "../store/audit.ts";
import type { Reading, Writing } from "../store/open-store.ts";
import type { Tables } from "../store/tables.ts";
import { placeOf } from "../vault/places.ts";
import type { Vault } from "../vault/seal.ts";
import { maskName, maskPhone } from "./masking.ts";
import { ownCaseAt } from "./open-cases.ts";
import { inScope } from "./scoped.ts";

/** Who looks, from where; with what opens sealed phones. */
export interface Viewer {
  readonly vault: Vault;
  readonly name: string;
  readonly areas: readonly string[];
  readonly source: string;
  readonly nowMs: number;
}

export interface PersonView {
  readonly id: string;
  readonly kind: string;
  readonly area: string;
  readonly household?: string;
  readonly name: string;
  readonly phone?: string;
  /** true: name and phone have stars in them, address and needs are left out. */
  readonly masked: boolean;
  /** The case by which it is shown in full. */
  readonly byCase?: string;
  readonly address?: string;
  /** JSON: what a rescuer must know. */
  readonly flags?: string;
  readonly erasedAtMs?: number;
  /** Works or lives here no more. */
  readonly endedAtMs?: number;
  /** Of staff: what they log in with, and what a case is dispatched to. */
  readonly account?: string;
  readonly version: number;
}

/** People of the viewer's areas, by id, as far as the viewer may see them now. */
export const readPeople = async (
  tx: Writing,
  viewer: Viewer,
  page: {
    readonly household?: string;
    readonly kind?: string;
    /** Also those who have ended. */
    readonly ended?: boolean;
    /** Only staff to whom a case can be dispatched. */
    readonly takesJobs?: boolean;
    readonly after?: string;
    readonly limit: number;
  },
): Promise<{ readonly items: readonly PersonView[]; readonly next?: string }> => {
  let query = selectPeople(tx, viewer.areas);
  if (page.household !== undefined) query = query.where("people.household", "=", page.household);
  if (page.kind !== undefined) query = query.where("people.kind", "=", page.kind);
  if (page.ended !== true) query = query.where("people.ended_at_ms", "is", null);
  if (page.takesJobs === true) query = query.where("people.user_name", "in", jobTakersIn);
  if (page.after !== undefined) query = query.where("people.id", ">", page.after);
  const rows = await query
    .orderBy("people.id")
    .limit(page.limit + 1)
    .execute();
  const items: PersonView[] = [];
  for (const row of rows.slice(0, page.limit)) {
    const view = await seenBy(tx, viewer, row);
    items.push(view);
    // By name, as for one person: whoever asks who has seen their data is told of this look, too.
    if (!view.masked) await auditLook(tx, viewer, view);
  }
  await audit(tx, {
    ...by(viewer),
    action: "people-read",
    subject: page.household ?? "",
    area: viewer.areas[0] ?? "/",
    detail: {
      people: items.length,
      revealed: items.flatMap(({ id, masked }) => (masked ? [] : [id])).join(" "),
    },
  });
  const next = rows.length > page.limit ? items.at(-1)?.id : undefined;
  return next === undefined ? { items } : { items, next };
};

/** Accounts that let somebody in, with a role that takes jobs. */
const jobTakersIn = (eb: ExpressionBuilder<Tables, "people">) =>
  eb
    .selectFrom("users")
    .innerJoin("grants", "grants.user_name", "users.name")
    .select("users.name")
    .where("users.disabled_at_ms", "is", null)
    .where("grants.role", "in", jobTakers);

/** One person, in full on one's own urgent case; `undefined`: not in the viewer's areas. */
export const readPerson = async (
  tx: Writing,
  viewer: Viewer,
  id: string,
): Promise<PersonView | undefined> => {
  const row = await personRow(tx, viewer.areas, id);
  if (row === undefined) return;
  const view = await seenBy(tx, viewer, row);
  await auditLook(tx, viewer, view);
  return view;
};

const auditLook = (
  tx: Writing,
  viewer: Viewer,
  { id, area, masked: isMasked, byCase }: PersonView,
): Promise<void> =>
  audit(tx, {
    ...by(viewer),
    action: isMasked ? "person-read" : "person-reveal",
    subject: id,
    area,
    ...(byCase !== undefined && { detail: { case: byCase } }),
  });

/** In full, for a reason. */
export const revealPerson = async (
  tx: Writing,
  viewer: Viewer,
  wish: { readonly id: string; readonly reason: string },
): Promise<PersonView | undefined> => {
  const row = await personRow(tx, viewer.areas, wish.id);
  if (row === undefined) return;
  const detail = { reason: wish.reason };
  const deed = { action: "person-reveal", subject: wish.id, area: row.area, detail };
  await audit(tx, { ...by(viewer), ...deed });
  return inFull(viewer.vault, row);
};

/** Path of the area a person belongs to. */
export const areaOfPerson = async (db: Reading, id: string): Promise<string | undefined> =>
  (await personRow(db, ["/"], id))?.area;

export const personRow = (db: Reading, areas: readonly string[], id: string) =>
  selectPeople(db, areas).where("people.id", "=", id).executeTakeFirst();

export const by = ({ name, source, nowMs }: Viewer) => ({ actor: name, source, atMs: nowMs });

const selectPeople = (db: Reading, areas: readonly string[]) =>
  db
    .selectFrom("people")
    .innerJoin("areas", "areas.id", "people.area")
    .leftJoin("households", "households.id", "people.household")
    .select([
      "people.id",
      "people.kind",
      "people.name",
      "people.phone",
      "people.household",
      "people.flags",
      "people.erased_at_ms",
      "people.ended_at_ms",
      "people.user_name",
      "people.version",
      "areas.path as area",
      "households.address",
    ])
    .where(inScope("areas.path", areas));

type PersonFound = Awaited<ReturnType<ReturnType<typeof selectPeople>["execute"]>>[number];

/** A person as the viewer may see them now. */
export const seenBy = async (
  db: Reading,
  viewer: Viewer,
  row: PersonFound,
): Promise<PersonView> => {
  const { household } = row;
  const byCase =
    household === null ? undefined : await ownCaseAt(db, { household, user: viewer.name });
  return byCase === undefined
    ? masked(viewer.vault, row)
    : { ...inFull(viewer.vault, row), byCase };
};

const masked = (vault: Vault, row: PersonFound): PersonView => ({
  ...commonOf(row),
  name: maskName(row.name),
  ...phoneOf(vault, row, maskPhone),
  masked: true,
});

export const inFull = (vault: Vault, row: PersonFound): PersonView => ({
  ...commonOf(row),
  name: row.name,
  ...phoneOf(vault, row, (phone) => phone),
  masked: false,
  ...(row.address !== null && { address: row.address }),
  flags: row.flags,
});

/** A phone that does not open is said to be so: who looks for it in an alarm must try elsewhere. */
const phoneOf = (
  vault: Vault,
  { id, phone: kept }: PersonFound,
  shown: (phone: string) => string,
): { readonly phone?: string } => {
  if (kept === null) return {};
  const phone = vault.open(kept, placeOf.phone(id));
  return { phone: phone === undefined ? "无法读取 · unreadable" : shown(phone) };
};

const commonOf = (row: PersonFound) => ({
  id: row.id,
  kind: row.kind,
  area: row.area,
  ...(row.household !== null && { household: row.household }),
  ...(row.erased_at_ms !== null && { erasedAtMs: row.erased_at_ms }),
  ...(row.ended_at_ms !== null && { endedAtMs: row.ended_at_ms }),
  ...(row.user_name !== null && { account: row.user_name }),
  version: row.version,
});
